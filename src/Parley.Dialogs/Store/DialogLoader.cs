using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Brings rows back as dialogs: all at start, in the background where there are many, and one that a request asks for meanwhile.</summary>
internal sealed class DialogLoader
{
    private const int RowsAtOnce = 128;
    private const int MaxMissing = 10_000;
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(1);

    private readonly DialogModule _module;
    private readonly IDialogStore _store;
    private readonly DialogStoreWriter _writer;
    private readonly DialogStoreOptions _options;
    private readonly RowSockets _sockets;
    private readonly TimeProvider _time;
    private readonly StoreLog _log;
    private readonly Lock _lock = new();
    private readonly HashSet<DialogId> _ended = [];
    private readonly HashSet<ulong> _missing = [];
    private readonly Func<byte[], SipListener?> _find;
    private int _loads;
    private int _finds;

    public DialogLoader(
        DialogModule module,
        IDialogStore store,
        DialogStoreWriter writer,
        IReadOnlyList<SipListener> listeners,
        DialogStoreOptions options,
        TimeProvider time,
        StoreLog log
    )
    {
        _module = module;
        _store = store;
        _writer = writer;
        _options = options;
        _sockets = new RowSockets(listeners, options);
        _find = socket => _sockets.TryFind(socket, out SipListener? found) ? found : null;
        _time = time;
        _log = log;
        module.Unlinking = NoteEnd;
        Unacknowledged = new UnacknowledgedCalls(time);
    }

    /// <summary>Rows are being loaded, or are to be: a dialog that is not in the table may be in the store.</summary>
    public bool IsLoading => Volatile.Read(ref _loads) > 0;

    /// <summary>Those that came back before their ACK was seen.</summary>
    public UnacknowledgedCalls Unacknowledged { get; }

    /// <summary>From now on a request whose dialog is not here looks for it in the store.</summary>
    public void Begin() => Interlocked.Increment(ref _loads);

    /// <summary>Ends what <see cref="Begin"/> began.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (Interlocked.Decrement(ref _loads) > 0)
                return;
            _ended.Clear();
            _missing.Clear();
        }
    }

    /// <summary>Loads every row that can be a dialog here; see <see cref="DialogPersistence.LoadAsync"/>. Between <see cref="Begin"/> and <see cref="End"/>.</summary>
    /// <param name="opened">Completed when the network may open; from then on the load lets others go first. Null: it waits for all.</param>
    /// <param name="cancellation">Gives up between two rows.</param>
    public async ValueTask<(int Loaded, int PassedOver)> LoadAsync(TaskCompletionSource? opened, CancellationToken cancellation)
    {
        await _writer.OpenAsync(cancellation).ConfigureAwait(false);
        int loaded = 0,
            passedOver = 0,
            rows = 0;
        long began = _time.GetTimestamp();
        _sockets.BeginCount();
        foreach (DialogRecord row in _writer.TakeRefused())
        {
            if (Load(row, isStored: false))
                loaded++;
            else
                passedOver++;
        }

        await foreach (DialogRecord record in _store.LoadAsync(cancellation).ConfigureAwait(false))
        {
            if (Load(record))
                loaded++;
            else
                passedOver++;
            if (opened is null || ++rows % RowsAtOnce != 0)
                continue;
            if (!opened.Task.IsCompleted && (rows >= _options.LoadFirst || _time.GetElapsedTime(began) >= _options.LoadTime))
            {
                _log.LoadGoesOn(loaded);
                opened.TrySetResult();
                await Task.Yield();
            }
            else if (opened.Task.IsCompleted)
            {
                await Task.Delay(Breath, _time, cancellation).ConfigureAwait(false);
            }
        }

        if (_sockets.Unknown > 0)
            _log.SocketsUnknown(_sockets.Unknown, _sockets.Example);
        return (loaded, passedOver);
    }

    /// <summary>Loads the dialogs of one Call-ID, those that are not here. A look-up beyond the bounds, or one that fails, finds nothing.</summary>
    /// <returns>How many were loaded.</returns>
    public async ValueTask<int> FindAsync(ReadOnlyMemory<byte> callId, CancellationToken cancellation = default)
    {
        ulong hash = _module.Table.LongHashOf(callId.Span);
        lock (_lock)
        {
            if (_missing.Contains(hash))
                return 0;
        }

        try
        {
            if (Interlocked.Increment(ref _finds) > _options.MaxFinds)
                return 0;
            using var limit = new CancellationTokenSource(_options.FindTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            IReadOnlyList<DialogRecord> rows = await _store
                .FindAsync(callId, either.Token)
                .AsTask()
                .WaitAsync(_options.FindTimeout, _time, cancellation)
                .ConfigureAwait(false);
            int loaded = 0;
            foreach (DialogRecord row in rows)
            {
                if (Load(row))
                    loaded++;
            }

            _log.LookedUp(Encoding.UTF8.GetString(callId.Span), loaded);
            if (rows.Count == 0)
                NoteMissing(hash);
            return loaded;
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            _log.LoadFailed(failure);
            return 0;
        }
        finally
        {
            Interlocked.Decrement(ref _finds);
        }
    }

    /// <summary>Loads nothing any more.</summary>
    public void Leave()
    {
        if (_module.Loader != this)
            return;
        _module.Loader = null;
        _module.Unlinking = null;
    }

    private bool Load(DialogRecord record, bool isStored = true)
    {
        bool isLoaded = TryLoad(record, isStored);
        _writer.Counters.Loaded(isLoaded);
        return isLoaded;
    }

    /// <param name="record">The row.</param>
    /// <param name="isStored">False: the journal has it, and the store refuses it.</param>
    private bool TryLoad(DialogRecord record, bool isStored)
    {
        if (record.Id == JournalMark.Id)
        {
            _writer.SawMark();
            return false;
        }

        ReadOnlySpan<byte> callId = record[DialogColumn.CallId];
        bool isAnswered = record.State is DialogState.ConfirmedNoAck or DialogState.Confirmed;
        bool isEarly = _options.StoreEarlyDialogs && record.State is DialogState.Unconfirmed or DialogState.Early;
        if (
            !(isAnswered || isEarly)
            || callId.IsEmpty
            || CoreHash.Compute(callId, _module.Table.HashSize) != record.Id.Entry
            || HasEnded(record.Id)
            || _writer.KeepsRowOfEnded(record.Id)
        )
            return false;
        if (_module.Table.Find(record.Id) is not null)
        {
            if (isStored)
                _writer.HasOlder(record.Id);
            return false;
        }

        if (
            !_sockets.TryFind(record[DialogColumn.CallerSocket], out SipListener? caller)
            || !_sockets.TryFind(record[DialogColumn.CalleeSocket], out SipListener? callee)
        )
            return false;
        Dialog? live = _module.Table.FindByCallId(callId);
        Dialog dialog = DialogRecords.Restore(_module, _module.Table, _module.Profiles, record, caller, callee, _find);
        if (isStored)
            _writer.Loaded(record); // before it can end
        if (_module.Callbacks.Load(dialog, static dialog => dialog.TryBeginRestored()))
        {
            if (record.State != DialogState.ConfirmedNoAck)
                return true;
            // Loaded in the background: its INVITE may have come again already.
            if (live is { HasInvite: true } && UnacknowledgedCalls.IsOf(live, callId, record[DialogColumn.FromTag]))
                dialog.Supersede();
            else
                Unacknowledged.Add(dialog);
            return true;
        }

        _module.Profiles.Leave(ref dialog.ProfileChain, dialog.Id);
        return false;
    }

    private void NoteEnd(DialogId id)
    {
        if (!IsLoading)
            return;
        lock (_lock)
            _ended.Add(id);
    }

    private bool HasEnded(DialogId id)
    {
        lock (_lock)
            return _ended.Contains(id);
    }

    /// <summary>A party that sends one request after the other with the Route of a call that is over costs one look-up.</summary>
    private void NoteMissing(ulong hash)
    {
        lock (_lock)
        {
            if (_missing.Count < MaxMissing)
                _missing.Add(hash);
        }
    }
}
