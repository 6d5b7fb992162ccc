namespace Parley.Management;

/// <summary>
/// Events as a sequence: <c>await foreach (ParleyEvent one in subscription)</c>. It has a queue of its own, so its reader goes at its own pace; for one
/// reader at a time. Dispose it to leave: the sequence ends.
/// </summary>
public sealed class EventSubscription : IAsyncEnumerable<ParleyEvent>, IDisposable
{
    private readonly EventHub _hub;
    private readonly EventQueue _queue;

    internal EventSubscription(EventHub hub, EventQueue queue) => (_hub, _queue) = (hub, queue);

    /// <summary>Which kinds come; <see cref="GapEvent"/> besides.</summary>
    public EventKinds Kinds => _queue.Kinds;

    /// <summary>Events that were dropped because the reader was too slow.</summary>
    public long Dropped => _queue.Dropped;

    /// <summary>The events that wait, then those that come, until the subscription is disposed.</summary>
    /// <param name="cancellationToken">Ends the enumeration, not the subscription.</param>
    public async IAsyncEnumerator<ParleyEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await _queue.TakeAsync(cancellationToken).ConfigureAwait(false) is { } next)
            yield return next;
    }

    /// <summary>Leaves; what waits is dropped.</summary>
    public void Dispose()
    {
        _hub.Remove(_queue);
        _queue.End();
    }
}
