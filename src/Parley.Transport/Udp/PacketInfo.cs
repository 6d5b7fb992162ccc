using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static Parley.Transport.LinuxSyscalls;

namespace Parley.Transport;

/// <summary>IP_PKTINFO and IPV6_PKTINFO (ip(7), RFC 3542 6): to which local address a datagram came, and from which it shall leave. Only for sockets on a wildcard address.</summary>
internal static class PacketInfo
{
    /// <summary>Room for the control message of one datagram: a header of 16 bytes and in_pktinfo (12) or in6_pktinfo (20), aligned to 8.</summary>
    public const int Size = 64;

    private const int HeaderLength = 16;
    private const int V4Length = 12;
    private const int V6Length = 20;

    public static void Enable(Socket socket, bool isIPv6)
    {
        if (isIPv6)
            socket.SetRawSocketOption(IPProtoIPv6, IPv6ReceivePacketInfo, [1, 0, 0, 0]);
        else
            socket.SetRawSocketOption(IPProtoIP, IPPacketInfo, [1, 0, 0, 0]);
    }

    /// <summary>The address that a reply shall leave from; default when the kernel did not say, or it is none to reply from.</summary>
    /// <param name="control">What the kernel wrote.</param>
    /// <param name="isIPv6">The socket's family.</param>
    public static SipEndPoint Read(ReadOnlySpan<byte> control, bool isIPv6)
    {
        var length = HeaderLength + (isIPv6 ? V6Length : V4Length);
        if (
            control.Length < length
            || MemoryMarshal.Read<long>(control) < length
            || MemoryMarshal.Read<int>(control[8..]) != (isIPv6 ? IPProtoIPv6 : IPProtoIP)
            || MemoryMarshal.Read<int>(control[12..]) != (isIPv6 ? IPv6PacketInfo : IPPacketInfo)
        )
        {
            return default;
        }
        var info = control[HeaderLength..];
        if (!isIPv6) // ifindex, ipi_spec_dst (the local address), ipi_addr (as the packet had it, broadcast perhaps)
            return SipEndPoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(info[4..]), 0);
        var high = BinaryPrimitives.ReadUInt64BigEndian(info);
        if (high >> 56 == 0xFF)
            return default; // multicast
        return SipEndPoint.FromIPv6(
            high,
            BinaryPrimitives.ReadUInt64BigEndian(info[8..]),
            IsLinkLocal(high) ? MemoryMarshal.Read<uint>(info[16..]) : 0,
            0
        );
    }

    /// <summary>Writes the control message that makes a datagram leave from an address; returns its length with padding.</summary>
    public static int Write(Span<byte> control, in SipEndPoint local)
    {
        control[..Size].Clear();
        var length = HeaderLength + (local.IsIPv6 ? V6Length : V4Length);
        MemoryMarshal.Write(control, (long)length);
        MemoryMarshal.Write(control[8..], local.IsIPv6 ? IPProtoIPv6 : IPProtoIP);
        MemoryMarshal.Write(control[12..], local.IsIPv6 ? IPv6PacketInfo : IPPacketInfo);
        var info = control[HeaderLength..];
        if (local.IsIPv6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(info, local.High);
            BinaryPrimitives.WriteUInt64BigEndian(info[8..], local.Low);
            MemoryMarshal.Write(info[16..], local.ScopeId);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(info[4..], (uint)local.Low);
        }
        return (length + 7) & ~7;
    }

    private static bool IsLinkLocal(ulong high) => high >> 54 == 0xFE80 >> 6;
}
