using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>
/// Ties a <see cref="LocationTable"/> to a store: loads its contacts at start, writes what changes as the mode says, and writes the rest at the stop. A REGISTER
/// never waits for it unless <see cref="LocationDurability.Before"/> is asked for. While the store is away everything waits in the journal, or without one
/// in memory, each contact once, and is written when the store returns. One per table; dispose it to leave the table.
/// </summary>
public sealed class LocationPersistence : IDisposable
{
    private readonly LocationTable _table;
    private readonly ILocationStore _store;
    private readonly TimeProvider _time;
    private readonly LocationQueue _queue;
    private readonly LocationStoreWriter _writer;
    private readonly LocationRecords _records;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly bool _follows;
    private Task _writing = Task.CompletedTask;
    private volatile bool _isLoaded;
    private bool _hasRead;
    private long _held;
    private long _degraded;
    private long _refused;

    /// <summary>Begins to follow the table; nothing is loaded or written yet.</summary>
    /// <param name="table">The table.</param>
    /// <param name="store">The store; not disposed.</param>
    /// <param name="listeners">The listeners of the transport, to which the sockets of rows belong.</param>
    /// <param name="options">When to write; not changed afterwards. Null for the defaults.</param>
    /// <param name="time">The clock, whose wall time is in the rows.</param>
    /// <param name="loggers">For what was loaded, and for failures of the store; null for none.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    public LocationPersistence(
        LocationTable table,
        ILocationStore store,
        IReadOnlyList<SipListener> listeners,
        LocationStoreOptions? options,
        TimeProvider time,
        ILoggerFactory? loggers = null
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(listeners);
        ArgumentNullException.ThrowIfNull(time);
        Options = options ?? new LocationStoreOptions();
        Options.Validate();
        _table = table;
        _store = store;
        _time = time;
        _log = (loggers ?? NullLoggerFactory.Instance).CreateLogger("Parley.Registrar.Store");
        _queue = new LocationQueue(time);
        _records = new LocationRecords(table, listeners, time, Options.DefaultDomain);
        _writer = new LocationStoreWriter(table, store, _queue, _records, Options, time, _log);
        _follows = Options.Mode is LocationStoreMode.Realtime or LocationStoreMode.Delayed;
        if (_follows)
            table.Following += OnChanged;
    }

    /// <summary>When it writes.</summary>
    public LocationStoreOptions Options { get; }

    /// <summary>What it has done and has to do.</summary>
    public LocationStoreStatistics Statistics =>
        new()
        {
            QueueDepth = _queue.Depth,
            QueueAge = _queue.Age,
            IsAvailable = !_writer.IsFailing,
            Saved = _writer.Saved,
            Deleted = _writer.Deleted,
            Batches = _writer.Batches,
            Failures = _writer.Failures,
            Held = Volatile.Read(ref _held),
            Degraded = Volatile.Read(ref _degraded),
            Refused = Volatile.Read(ref _refused),
            IsLoaded = Options.Mode == LocationStoreMode.None || _isLoaded,
            JournalBatches = _writer.Journal?.Count ?? 0,
            JournalBytes = _writer.Journal?.Length ?? 0,
            JournalFailures = _writer.Journal?.Failures ?? 0,
        };

    /// <summary>Answers to REGISTER wait for their rows.</summary>
    internal bool HoldsAnswers => Options is { Mode: LocationStoreMode.Realtime, Durability: LocationDurability.Before };

    /// <summary>
    /// Opens the store, writes to it what an earlier run left in the journal, loads its contacts and begins to write. A store that is away is tried again in the
    /// background, and its contacts are loaded when it returns. With <see cref="LocationStoreMode.None"/> nothing happens.
    /// </summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LocationStoreException">The store or the journal is set up wrongly, or another process has it.</exception>
    public async ValueTask StartAsync(CancellationToken cancellation = default)
    {
        if (Options.Mode == LocationStoreMode.None)
            return;
        await TryBeginAsync(mayBeWrong: false, cancellation).ConfigureAwait(false);
        if (!_isLoaded || _follows)
            _writing = RunAsync(_stopping.Token);
    }

    /// <summary>
    /// Binds every contact of the store that has not run out: the time away counts. A contact that is bound already stays where it has registered since. Of UDP the flow is
    /// made anew on the listener that the row names; a contact whose only way was a connection is <see cref="Binding.IsWithoutFlow"/>. May be called again while
    /// requests are served. <see cref="LocationTable.Changed"/> is not raised.
    /// </summary>
    /// <param name="cancellation">Gives up between two rows.</param>
    public async ValueTask<LocationLoadResult> LoadAsync(CancellationToken cancellation = default)
    {
        var load = new LocationLoad(_table, _records, _follows ? _queue : null);
        await foreach (LocationRecord record in _store.LoadAsync(cancellation).ConfigureAwait(false))
            load.Take(record);
        LocationLoadResult result = load.Result;
        RegistrarLog.Loaded(_log, result.Loaded, result.WithoutFlow, result.Expired, result.PassedOver);
        return result;
    }

    /// <summary>Writes what has changed since the last time; false when nothing had. What the store throws comes out, and nothing is lost.</summary>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask<bool> FlushAsync(CancellationToken cancellation = default) => _writer.FlushAsync(cancellation);

    /// <summary>Makes the store equal to memory: writes all contacts and removes every other row. May be called while requests are served.</summary>
    /// <param name="cancellation">Gives up.</param>
    public ValueTask SaveAllAsync(CancellationToken cancellation = default) => _writer.SaveAllAsync(cancellation);

    /// <summary>Ends writing: what waits is written, in <see cref="LocationStoreMode.Shutdown"/> all. A store that fails now is logged, not thrown.</summary>
    /// <param name="cancellation">Gives up.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The application stops whatever the store says.")]
    public async ValueTask StopAsync(CancellationToken cancellation = default)
    {
        if (Options.Mode == LocationStoreMode.None)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await _writing.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Options.Mode == LocationStoreMode.Shutdown)
                await SaveAtStopAsync(cancellation).ConfigureAwait(false);
            while (await _writer.FlushAsync(cancellation).ConfigureAwait(false)) { }
        }
        catch (Exception failure)
        {
            RegistrarLog.NotWritten(_log, _queue.Depth, failure);
        }
        if (Options.Journal is { } journal)
            await journal.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Leaves the table.</summary>
    public void Dispose()
    {
        _table.Following -= OnChanged;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>The policy refuses a REGISTER now, before it changes anything: the store is behind. Counted.</summary>
    internal bool IsRefusing()
    {
        if (Options.WhenUnavailable != LocationStoreFailurePolicy.Refuse || !IsBehind)
            return false;
        Interlocked.Increment(ref _refused);
        return true;
    }

    /// <summary>Waits until what has changed is durable; false when it is not in time and the policy refuses the answer for it.</summary>
    internal async ValueTask<bool> HoldAsync()
    {
        if (!IsBehind)
        {
            try
            {
                await _queue.WhenDurable().WaitAsync(Options.MaxHold, _time).ConfigureAwait(false);
                Interlocked.Increment(ref _held);
                return true;
            }
            catch (TimeoutException)
            {
                // The policy decides.
            }
        }
        bool isRefused = Options.WhenUnavailable == LocationStoreFailurePolicy.Refuse;
        Interlocked.Increment(ref isRefused ? ref _refused : ref _degraded);
        return !isRefused;
    }

    private bool IsBehind => _writer.IsUnavailable || _queue.Age > Options.MaxHold;

    /// <summary>The rows of all contacts become the only ones; where not all rows were read, or the store is away, they are added to those.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What the store does not take goes into the journal.")]
    private async ValueTask SaveAtStopAsync(CancellationToken cancellation)
    {
        if (_hasRead)
        {
            try
            {
                await _writer.SaveAllAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception) when (!cancellation.IsCancellationRequested)
            {
                // Logged; the table has no rows, so those of the journal are all.
            }
        }
        _writer.MarkAll();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (!_isLoaded)
            {
                await _writer.WaitForChangeOrRetryAsync(stopping).ConfigureAwait(false);
                if (_writer.IsRetryDue)
                    await TryBeginAsync(mayBeWrong: true, stopping).ConfigureAwait(false);
                if (!_isLoaded && _follows)
                    await JournalAsync(stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        if (_follows)
            await _writer.RunAsync(stopping).ConfigureAwait(false);
    }

    /// <summary>Opens and loads; a store that is away is logged.</summary>
    /// <param name="mayBeWrong">Wrong settings are no reason to stop any more.</param>
    /// <param name="cancellation">Gives up.</param>
    private async ValueTask TryBeginAsync(bool mayBeWrong, CancellationToken cancellation)
    {
        try
        {
            await _writer.OpenAsync(cancellation).ConfigureAwait(false);
            if (!_hasRead)
                await LoadAsync(cancellation).ConfigureAwait(false);
            _hasRead = true;
            // As dialogs in this mode: the rows live in memory from now on. A row that stayed would bring back, after a crash, a contact that is gone.
            if (Options.Mode == LocationStoreMode.Shutdown)
                await _writer.EmptyAsync(cancellation).ConfigureAwait(false);
            _isLoaded = true;
        }
        catch (Exception failure)
            when (!cancellation.IsCancellationRequested
                && failure is not OutOfMemoryException
                && (mayBeWrong || failure is not LocationStoreException)
            )
        {
            _writer.Postpone();
            RegistrarLog.NotLoaded(_log, Options.Retry.TotalSeconds, failure);
        }
    }

    /// <summary>What has changed goes into the journal before the store has been seen at all.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "It waits in memory.")]
    private async ValueTask JournalAsync(CancellationToken cancellation)
    {
        try
        {
            await _writer.FlushAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // No journal, or one that fails too.
        }
    }

    private void OnChanged(LocationChangedEventArgs change) => _queue.Mark(change.Address, change.Binding.ContactId, change.Kind);
}
