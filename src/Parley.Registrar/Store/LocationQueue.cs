using System.Threading.Channels;

namespace Parley.Registrar;

/// <summary>
/// Which contacts have to be written. A contact is in it once, however often it changes; what is written is read from the table when it is written, so the order in which changes are reported does
/// not matter. So it holds no more than the table has contacts and the store has rows. Safe from any thread; one writer takes from it.
/// </summary>
internal sealed class LocationQueue(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly List<TaskCompletionSource> _takenWaiters = [];
    private Dictionary<long, PendingContact> _waiting = [];
    private Dictionary<long, PendingContact> _taken = [];
    private TaskCompletionSource? _waiter;
    private long _waitingSince;
    private long _takenSince;

    public int Depth
    {
        get
        {
            lock (_lock)
                return _waiting.Count + _taken.Count;
        }
    }

    public TimeSpan Age
    {
        get
        {
            lock (_lock)
            {
                if (_taken.Count > 0)
                    return time.GetElapsedTime(_takenSince);
                return _waiting.Count > 0 ? time.GetElapsedTime(_waitingSince) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>The contact's row has to be written or removed.</summary>
    public void Mark(AddressOfRecord address, long contactId, LocationChangeKind kind)
    {
        lock (_lock)
        {
            bool isGone = kind is LocationChangeKind.Removed or LocationChangeKind.Expired;
            if (_waiting.TryGetValue(contactId, out PendingContact known))
            {
                // It came and went while nothing was written: the store has nothing of it.
                if (isGone && known.IsNew)
                    _waiting.Remove(contactId);
                return;
            }
            if (_waiting.Count == 0)
                _waitingSince = time.GetTimestamp();
            _waiting.Add(contactId, new PendingContact(address, kind == LocationChangeKind.Added));
        }
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Ends when everything that has been marked so far is written.</summary>
    public Task WhenDurable()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && _taken.Count == 0)
                return Task.CompletedTask;
            _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    /// <summary>Waits until something may have been marked.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellation) => _signal.Reader.ReadAsync(cancellation);

    /// <summary>Everything that is marked, to be written now. It ends with <see cref="Done"/> or <see cref="GiveBack"/>.</summary>
    public IReadOnlyList<KeyValuePair<long, PendingContact>> Take()
    {
        lock (_lock)
        {
            (_taken, _waiting) = (_waiting, _taken);
            _takenSince = _waitingSince;
            if (_waiter is not null)
                _takenWaiters.Add(_waiter);
            _waiter = null;
            return [.. _taken];
        }
    }

    /// <summary>These of the taken are written.</summary>
    public void Written(IEnumerable<long> contactIds)
    {
        lock (_lock)
        {
            foreach (long id in contactIds)
                _taken.Remove(id);
        }
    }

    /// <summary>All that was taken is written.</summary>
    public void Done()
    {
        TaskCompletionSource[] waiters;
        lock (_lock)
        {
            _taken.Clear();
            waiters = [.. _takenWaiters];
            _takenWaiters.Clear();
        }
        foreach (TaskCompletionSource waiter in waiters)
            waiter.TrySetResult();
    }

    /// <summary>The rest of what was taken is not written, or may be: it waits again.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            if (_taken.Count == 0)
                return;
            foreach ((long id, PendingContact contact) in _taken)
                _waiting[id] = contact with { IsNew = false }; // whether the store has it is not known
            _taken.Clear();
            _waitingSince = _takenSince;
        }
        _signal.Writer.TryWrite(true);
    }
}

/// <summary>A contact whose row has to be written or removed.</summary>
/// <param name="Address">Whose contact.</param>
/// <param name="IsNew">The store cannot have a row of it.</param>
internal readonly record struct PendingContact(AddressOfRecord Address, bool IsNew);
