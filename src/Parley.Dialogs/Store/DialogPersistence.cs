using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Ties the dialogs of an application to a store: loads them at start (Loaded runs), writes what changes (Saved runs), writes all at stop.
/// What calls wait for is said by <see cref="DialogStoreOptions.Durability"/>. One per application and store: <c>AddDialogStore</c> makes it and puts it
/// into the services, so that commands can use it while calls go on. Safe from any thread. Dispose it to stop.
/// </summary>
public sealed class DialogPersistence : IDisposable
{
    private readonly DialogModule _module;
    private readonly DialogStoreWriter _writer;
    private readonly DialogLoader _loader;
    private readonly DialogHolds? _holds;

    /// <summary>Begins to keep changes for the store; nothing is loaded or written yet.</summary>
    /// <param name="dialogs">The dialogs, from the services of the application.</param>
    /// <param name="store">The store.</param>
    /// <param name="listeners">The listeners of the application's transport: the sockets of loaded rows must be among them.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="loggers">Where log lines go; null: nowhere.</param>
    /// <exception cref="ArgumentException">The dialogs are not those of an application, or an option cannot be.</exception>
    public DialogPersistence(
        IDialogApi dialogs,
        IDialogStore store,
        IReadOnlyList<SipListener> listeners,
        DialogStoreOptions? options = null,
        TimeProvider? time = null,
        ILoggerFactory? loggers = null
    )
    {
        ArgumentNullException.ThrowIfNull(listeners);
        ArgumentNullException.ThrowIfNull(store);
        _module =
            dialogs as DialogModule ?? throw new ArgumentException("Dialogs are stored that builder.AddDialogs() made.", nameof(dialogs));
        options ??= new DialogStoreOptions { Durability = DialogDurability.SoonAfter };
        options.Validate();
        time ??= TimeProvider.System;
        _module.Node = options.Node;
        Log = new StoreLog(loggers?.CreateLogger("Parley.Dialogs.Store") ?? NullLogger.Instance);
        _writer = new DialogStoreWriter(
            _module.Feed.Subscribe(new DialogFeedOptions { IsDurable = true, WithRecords = false }),
            store,
            new StoredDialogs(_module, options.StoreEarlyDialogs),
            options,
            time,
            Log
        )
        {
            WritesRecordsOnly = options.Mode == DialogStoreMode.Shutdown,
        };
        _loader = new DialogLoader(_module, store, _writer, listeners, options, time, Log);
        _module.Loader = _loader;
        if (options.Mode != DialogStoreMode.Realtime)
            return;
        _holds = new DialogHolds(_module.Feed, _writer, options);
        _module.Holds = _holds;
    }

    /// <summary>How the store and its writer do, now.</summary>
    public DialogStoreStatistics Statistics => _writer.Statistics() with { IsLoading = _loader.IsLoading };

    internal DialogStoreWriter Writer => _writer;

    internal DialogLoader Loader => _loader;

    internal DialogHolds? Holds => _holds;

    internal StoreLog Log { get; }

    /// <summary>
    /// Loads every row that can be a dialog here and is none yet. Passed over are rows of calls that are over or not answered (of early ones, unless
    /// <see cref="DialogStoreOptions.StoreEarlyDialogs"/> is set), rows whose entry is not the hash of their Call-ID (another hash size wrote them), rows
    /// whose sockets are no listeners of this application, and rows whose id is in the table already. While it runs, a request of a dialog that is
    /// not loaded yet is looked up.
    /// </summary>
    /// <param name="cancellation">Gives up between two rows.</param>
    /// <returns>How many dialogs were loaded, and how many rows passed over.</returns>
    /// <exception cref="DialogStoreException">The store or the journal cannot be used as it is set up.</exception>
    public async ValueTask<(int Loaded, int PassedOver)> LoadAsync(CancellationToken cancellation = default)
    {
        _loader.Begin();
        try
        {
            return await _loader.LoadAsync(null, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _loader.End();
        }
    }

    /// <summary>Loads the dialogs of one Call-ID that are in the store and not here, such as one that a command wants to end before the load has come to it.</summary>
    /// <param name="callId">The Call-ID.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>How many were loaded; 0 also when the store does not answer within <see cref="DialogStoreOptions.FindTimeout"/>.</returns>
    public async ValueTask<int> LoadDialogAsync(string callId, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(callId);
        _loader.Begin();
        try
        {
            return await _loader.FindAsync(Encoding.UTF8.GetBytes(callId), cancellation).ConfigureAwait(false);
        }
        finally
        {
            _loader.End();
        }
    }

    /// <summary>Writes what changed since the last time in one step of the store; false when nothing did. What the store throws comes out, unless the journal took the changes, and nothing is lost.</summary>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<bool> FlushAsync(CancellationToken cancellation = default) => _writer.FlushAsync(force: true, cancellation);

    /// <summary>Writes every change as it comes, until cancelled; a store that fails is tried again after <see cref="DialogStoreOptions.Retry"/>.</summary>
    /// <param name="cancellation">Stops it.</param>
    public Task RunAsync(CancellationToken cancellation) => _writer.RunAsync(cancellation);

    /// <summary>Writes all dialogs anew, and removes every other row: at shutdown.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async ValueTask SaveAllAsync(CancellationToken cancellation = default) =>
        await _writer.ReplaceAllAsync(cancellation).ConfigureAwait(false);

    /// <summary>
    /// Rebuilds the table from memory (<c>dlg_db_sync</c>): the rows of all dialogs here become the only ones. Calls go on meanwhile, and what they
    /// change is written after it. Waits for a load that is under way.
    /// </summary>
    /// <param name="cancellation">Gives up; the table is as before or as after.</param>
    /// <returns>How many rows the table has.</returns>
    public async ValueTask<int> SyncAsync(CancellationToken cancellation = default)
    {
        await LoadCompleted.WaitAsync(cancellation).ConfigureAwait(false);
        return await _writer.ReplaceAllAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Loads rows that are no dialogs here (<c>dlg_restore_db</c>), such as those of another node that is gone. Calls go on meanwhile; one that ends while its row is read does not come back.</summary>
    /// <param name="cancellation">Gives up between two rows.</param>
    /// <returns>How many dialogs were loaded.</returns>
    public async ValueTask<int> RestoreAsync(CancellationToken cancellation = default)
    {
        await LoadCompleted.WaitAsync(cancellation).ConfigureAwait(false);
        _loader.Begin();
        try
        {
            // A row whose removal still waits is no row.
            while (await FlushAsync(cancellation).ConfigureAwait(false)) { }

            return (await _loader.LoadAsync(null, cancellation).ConfigureAwait(false)).Loaded;
        }
        finally
        {
            _loader.End();
        }
    }

    /// <summary>A call record to be written with the next rows: an intermediate one of a call that goes on (<see cref="CallRecord.Number"/> above 0), or a final one that no change of the feed carries.</summary>
    /// <param name="record">The record.</param>
    public void Add(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _writer.Add(record);
    }

    /// <summary>Leaves the feed.</summary>
    public void Dispose()
    {
        if (_holds is not null && _module.Holds == _holds)
            _module.Holds = null;
        _loader.Leave();
        _writer.Dispose();
    }

    /// <summary>The load at start has come to its end.</summary>
    internal Task LoadCompleted { get; set; } = Task.CompletedTask;
}
