namespace Parley.Management;

/// <summary>The events that wait for one receiver in code: so many and no more.</summary>
internal sealed class EventQueue(int capacity) : EventReceiver
{
    private readonly Lock _lock = new();
    private readonly Queue<ParleyEvent> _waiting = new();
    private TaskCompletionSource? _waiter;
    private long _gap; // dropped since the last that was taken
    private long _dropped;
    private bool _isOver;

    public long Dropped => Volatile.Read(ref _dropped);

    public override void Offer(ParleyEvent occurrence)
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            if (_isOver)
                return;
            if (_waiting.Count >= capacity)
            {
                _gap++;
                _dropped++;
                return;
            }

            if (_gap > 0)
            {
                _waiting.Enqueue(new GapEvent(_gap) { Number = occurrence.Number, Time = occurrence.Time });
                _gap = 0;
            }

            _waiting.Enqueue(occurrence);
            (waiter, _waiter) = (_waiter, null);
        }

        // Continuations run elsewhere.
        waiter?.TrySetResult();
    }

    /// <summary>The next event; null when it is over.</summary>
    public async ValueTask<ParleyEvent?> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_waiting.TryDequeue(out ParleyEvent? next))
                    return next;
                if (_isOver)
                    return null;
                _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _waiter.Task;
            }

            await wait.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    public void End()
    {
        TaskCompletionSource? waiter;
        lock (_lock)
        {
            _isOver = true;
            _waiting.Clear();
            (waiter, _waiter) = (_waiter, null);
        }

        waiter?.TrySetResult();
    }
}
