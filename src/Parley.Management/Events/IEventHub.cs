namespace Parley.Management;

/// <summary>
/// The events of an application: to receive and to publish. In the services after <c>AddManagement</c>. Safe from any thread. What nobody receives costs
/// nothing: it is not even made.
/// </summary>
public interface IEventHub
{
    /// <summary>Begins to receive: events from now on. A receiver that is too slow loses events and gets a <see cref="GapEvent"/> in their place; it never holds up a call.</summary>
    /// <param name="kinds">Which; at least one.</param>
    /// <param name="capacity">How many events wait for the receiver before some are dropped, 1 or more.</param>
    /// <exception cref="ArgumentException">No kind, or a capacity below 1.</exception>
    EventSubscription Subscribe(EventKinds kinds, int capacity = 4096);

    /// <summary>Whether anybody receives an event of these kinds: what asks before it makes an event costs nothing otherwise.</summary>
    /// <param name="kinds">One or more.</param>
    bool IsWanted(EventKinds kinds);

    /// <summary>Gives an event to all receivers of its kind; does nothing when there is none. Never waits.</summary>
    /// <param name="occurrence">An event of one's own making: <see cref="AuthenticationFailedEvent"/>, <see cref="BanEvent"/>, <see cref="NodeEvent"/>. Published once.</param>
    /// <exception cref="ArgumentException">It was published already.</exception>
    void Publish(ParleyEvent occurrence);
}
