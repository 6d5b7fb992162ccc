namespace Parley.Management;

/// <summary>What gets the events of its kinds.</summary>
internal abstract class EventReceiver
{
    /// <summary>Which it wants. Changed by <see cref="EventHub.Add"/> and <see cref="EventHub.Change"/> only.</summary>
    public EventKinds Kinds { get; set; }

    /// <summary>Takes an event without waiting and without calling out: the hub's lock is held, so that the order is the same for all.</summary>
    public abstract void Offer(ParleyEvent occurrence);

    /// <summary>All that was offered so far is to be safe when it returns, as far as the receiver keeps things safe. Not on the way of a call.</summary>
    public virtual void Flush() { }
}
