using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>
/// Ties a <see cref="LocationTable"/> to a store: loads its contacts at start, writes what changes as the mode says, and writes the rest at the stop. A REGISTER
/// never waits for it unless <see cref="LocationDurability.Before"/> is asked for. While the store is away everything waits in memory, each
/// contact once, and is written when the store returns. One per table; dispose it to leave the table.
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
        };

    /// <summary>Answers to REGISTER wait for their rows.</summary>
    internal bool HoldsAnswers => Options is { Mode: LocationStoreMode.Realtime, Durability: LocationDurability.Before };

    /// <summary>Opens the store, loads its contacts and begins to write. With <see cref="LocationStoreMode.None"/> nothing happens.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LocationStoreException">The store is set up wrongly, or another process has it.</exception>
    public async ValueTask StartAsync(CancellationToken cancellation = default)
    {
        if (Options.Mode == LocationStoreMode.None)
            return;
        await _store.OpenAsync(cancellation).ConfigureAwait(false);
        await LoadAsync(cancellation).ConfigureAwait(false);
        if (_follows)
            _writing = _writer.RunAsync(_stopping.Token);
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
            await _writing.WaitAsync(cancellation).ConfigureAwait(false);
            if (Options.Mode == LocationStoreMode.Shutdown)
                await _writer.SaveAllAsync(cancellation).ConfigureAwait(false);
            else
                while (await _writer.FlushAsync(cancellation).ConfigureAwait(false)) { }
        }
        catch (Exception failure)
        {
            RegistrarLog.NotWritten(_log, Options.Mode == LocationStoreMode.Shutdown ? _table.BindingCount : _queue.Depth, failure);
        }
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

    private bool IsBehind => _writer.IsFailing || _queue.Age > Options.MaxHold;

    private void OnChanged(LocationChangedEventArgs change) => _queue.Mark(change.Address, change.Binding.ContactId, change.Kind);
}
