using System.Net;
using System.Net.Sockets;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Makes IP packets of the messages of a call: one datagram each, or the segments of a TCP connection that is opened at its first message.</summary>
internal sealed class CallPackets
{
    /// <summary>The largest payload of one packet: a UDP datagram's limit (RFC 768), which keeps TCP segments within an IPv4 packet too.</summary>
    private const int MaxPayload = 65_495;

    private readonly Dictionary<(IPEndPoint From, IPEndPoint To), uint> _next = [];
    private readonly Dictionary<bool, IPEndPoint> _own = [];
    private ushort _identification;

    public CallPackets(CallFile file)
    {
        // Where the listener was not recorded, the first of the transport's family stands for it.
        foreach (string listener in file.Listeners)
        {
            if (PlaceOf(listener) is { } place)
                _own.TryAdd(place.AddressFamily == AddressFamily.InterNetworkV6, place);
        }
    }

    public IEnumerable<byte[]> Of(CallFileMessage message)
    {
        (IPEndPoint from, IPEndPoint to) = PlacesOf(message);
        byte[] payload = message.Bytes.ToArray();
        if (message.Transport is "udp")
        {
            if (payload.Length > MaxPayload)
                payload = payload[..MaxPayload];
            yield return IpPacket.Udp(from, to, payload, ++_identification);
            yield break;
        }

        foreach (byte[] packet in Open(from, to))
            yield return packet;
        for (int done = 0; done < payload.Length || done == 0; done += MaxPayload)
        {
            byte[] piece = payload[done..Math.Min(payload.Length, done + MaxPayload)];
            if (piece.Length == 0)
                yield break;
            uint sequence = _next[(from, to)];
            yield return IpPacket.Tcp(
                from,
                to,
                piece,
                sequence,
                _next[(to, from)],
                IpPacket.Push | IpPacket.Acknowledge,
                ++_identification
            );
            _next[(from, to)] = sequence + (uint)piece.Length;
        }
    }

    /// <summary>The handshake, so that programs which follow streams show the connection from its start.</summary>
    private IEnumerable<byte[]> Open(IPEndPoint from, IPEndPoint to)
    {
        if (!_next.TryAdd((from, to), 1001))
            yield break;
        _next[(to, from)] = 5001;
        yield return IpPacket.Tcp(from, to, [], 1000, 0, IpPacket.Synchronize, ++_identification);
        yield return IpPacket.Tcp(to, from, [], 5000, 1001, IpPacket.Synchronize | IpPacket.Acknowledge, ++_identification);
        yield return IpPacket.Tcp(from, to, [], 1001, 5001, IpPacket.Acknowledge, ++_identification);
    }

    private (IPEndPoint From, IPEndPoint To) PlacesOf(CallFileMessage message)
    {
        IPEndPoint? peer = CallFileMessage.TryPlace(message.Peer, out IPEndPoint parsed) ? parsed : null;
        bool isV6 = peer?.AddressFamily == AddressFamily.InterNetworkV6;
        IPEndPoint own = Usable(PlaceOf(message.Listener), isV6) ?? Usable(_own.GetValueOrDefault(isV6), isV6) ?? Documentation(isV6, 1);
        IPEndPoint other = peer ?? Documentation(isV6, 2);
        return message.IsInbound ? (other, own) : (own, other);
    }

    private static IPEndPoint? Usable(IPEndPoint? place, bool isV6) =>
        place is not null && (place.AddressFamily == AddressFamily.InterNetworkV6) == isV6 ? place : null;

    /// <summary>An address that RFC 5737 and RFC 3849 keep for documents.</summary>
    private static IPEndPoint Documentation(bool isV6, int number) =>
        new(IPAddress.Parse(isV6 ? $"2001:db8::{number}" : $"192.0.2.{number}"), 5060);

    /// <summary>"udp:192.0.2.1:5060 as name" has a place.</summary>
    private static IPEndPoint? PlaceOf(string? listener)
    {
        if (listener is null)
            return null;
        int colon = listener.IndexOf(':', StringComparison.Ordinal);
        int end = listener.IndexOf(' ', StringComparison.Ordinal);
        string place = listener[(colon + 1)..(end < 0 ? listener.Length : end)];
        return CallFileMessage.TryPlace(place, out IPEndPoint parsed) ? parsed : null;
    }
}
