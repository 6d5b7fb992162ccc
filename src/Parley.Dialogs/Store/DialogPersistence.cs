using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Ties the dialogs of an application to a store: loads them at start (Loaded runs), writes what changes (Saved runs), writes all at stop.
/// Calls never wait for it unless they ask <see cref="DialogFeed.WhenDurableAsync"/>. One per application and store; dispose it to stop.
/// </summary>
public sealed class DialogPersistence : IDisposable
{
    private readonly DialogModule _module;
    private readonly IDialogStore _store;
    private readonly DialogStoreWriter _writer;
    private readonly IReadOnlyList<SipListener> _listeners;

    /// <summary>Begins to keep changes for the store; nothing is loaded or written yet.</summary>
    /// <param name="dialogs">The dialogs, from the services of the application.</param>
    /// <param name="store">The store.</param>
    /// <param name="listeners">The listeners of the application's transport: the sockets of loaded rows must be among them.</param>
    /// <exception cref="ArgumentException">The dialogs are not those of an application.</exception>
    public DialogPersistence(IDialogApi dialogs, IDialogStore store, IReadOnlyList<SipListener> listeners)
    {
        ArgumentNullException.ThrowIfNull(listeners);
        _listeners = listeners;
        ArgumentNullException.ThrowIfNull(store);
        _module =
            dialogs as DialogModule ?? throw new ArgumentException("Dialogs are stored that builder.AddDialogs() made.", nameof(dialogs));
        _store = store;
        _writer = new DialogStoreWriter(
            _module.Feed.Subscribe(new DialogFeedOptions { IsDurable = true }),
            store,
            new StoredDialogs(_module)
        );
    }

    /// <summary>
    /// Loads every row that can be a dialog here. Passed over are rows of calls that are over or not answered, rows whose entry is not the
    /// hash of their Call-ID (another hash size wrote them), rows whose sockets are no listeners of this application, and rows whose id is in
    /// the table already.
    /// </summary>
    /// <param name="cancellation">Gives up between two rows.</param>
    /// <returns>How many dialogs were loaded, and how many rows passed over.</returns>
    public async ValueTask<(int Loaded, int PassedOver)> LoadAsync(CancellationToken cancellation = default)
    {
        int loaded = 0,
            passedOver = 0;
        await foreach (DialogRecord record in _store.LoadAsync(cancellation).ConfigureAwait(false))
        {
            if (Load(record))
                loaded++;
            else
                passedOver++;
        }

        return (loaded, passedOver);
    }

    /// <summary>Writes what changed since the last time in one step of the store; false when nothing did. What the store throws comes out, and nothing is lost.</summary>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<bool> FlushAsync(CancellationToken cancellation = default) => _writer.FlushAsync(cancellation);

    /// <summary>Writes every change as it comes, until cancelled.</summary>
    /// <param name="pause">How long to wait after a failure of the store before it is tried again.</param>
    /// <param name="time">The clock of the pause.</param>
    /// <param name="failed">Called with what the store threw.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task RunAsync(TimeSpan pause, TimeProvider time, Action<Exception> failed, CancellationToken cancellation) =>
        _writer.RunAsync(pause, time, failed, cancellation);

    /// <summary>Writes all dialogs anew, and removes every other row: at shutdown.</summary>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask SaveAllAsync(CancellationToken cancellation = default) => _writer.SaveAllAsync(cancellation);

    /// <summary>Leaves the feed.</summary>
    public void Dispose() => _writer.Dispose();

    private bool Load(DialogRecord record)
    {
        ReadOnlySpan<byte> callId = record[DialogColumn.CallId];
        if (
            record.State is not (DialogState.ConfirmedNoAck or DialogState.Confirmed)
            || callId.IsEmpty
            || CoreHash.Compute(callId, _module.Table.HashSize) != record.Id.Entry
            || _module.Table.Find(record.Id) is not null
        )
            return false;
        if (
            !TryFind(record[DialogColumn.CallerSocket], out SipListener? caller)
            || !TryFind(record[DialogColumn.CalleeSocket], out SipListener? callee)
        )
            return false;
        Dialog dialog = DialogRecords.Restore(_module, _module.Table, _module.Profiles, record, caller, callee);
        if (_module.Callbacks.Load(dialog, static dialog => dialog.TryBeginRestored()))
            return true;
        _module.Profiles.Leave(ref dialog.ProfileChain, dialog.Id);
        return false;
    }

    /// <summary>An empty socket is none: true and null.</summary>
    private bool TryFind(ReadOnlySpan<byte> socket, out SipListener? found)
    {
        found = null;
        if (socket.IsEmpty)
            return true;
        foreach (SipListener listener in _listeners)
        {
            if (socket.SequenceEqual(DialogRecords.SocketText(listener)))
            {
                found = listener;
                return true;
            }

            // A listener on a wildcard address stands for every address of the machine.
            foreach (SipListener address in listener.Addresses)
            {
                if (!socket.SequenceEqual(DialogRecords.SocketText(address)))
                    continue;
                found = address;
                return true;
            }
        }

        return false;
    }
}
