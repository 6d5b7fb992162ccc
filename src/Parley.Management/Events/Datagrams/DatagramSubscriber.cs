using System.Net;

namespace Parley.Management;

/// <summary>A subscription to an event by <c>event_subscribe</c>.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Place">Where datagrams go.</param>
/// <param name="Seconds">For how long it asked.</param>
/// <param name="Until">When that is over.</param>
internal sealed record DatagramSubscriber(string Event, IPEndPoint Place, int Seconds, DateTimeOffset Until)
{
    public string Socket => $"udp:{Place}";
}
