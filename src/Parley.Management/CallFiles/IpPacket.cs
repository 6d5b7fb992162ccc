using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Parley.Management;

/// <summary>Packets of IPv4 (RFC 791) and IPv6 (RFC 8200) with UDP (RFC 768) or TCP (RFC 9293), checksums included.</summary>
internal static class IpPacket
{
    public const byte Synchronize = 2;
    public const byte Push = 8;
    public const byte Acknowledge = 16;

    private const byte ProtocolTcp = 6;
    private const byte ProtocolUdp = 17;

    public static byte[] Udp(IPEndPoint from, IPEndPoint to, byte[] payload, ushort identification)
    {
        byte[] datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        payload.CopyTo(datagram, 8);
        ushort sum = Checksum(datagram, PseudoHeader(from, to, ProtocolUdp, datagram.Length));
        // 0 would mean that there is none (RFC 768).
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(6), sum == 0 ? (ushort)0xFFFF : sum);
        return Packet(from, to, ProtocolUdp, datagram, identification);
    }

    public static byte[] Tcp(
        IPEndPoint from,
        IPEndPoint to,
        byte[] payload,
        uint sequence,
        uint acknowledgement,
        int flags,
        ushort identification
    )
    {
        byte[] segment = new byte[20 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)to.Port);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledgement);
        segment[12] = 5 << 4;
        segment[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 65_535);
        payload.CopyTo(segment, 20);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(16), Checksum(segment, PseudoHeader(from, to, ProtocolTcp, segment.Length)));
        return Packet(from, to, ProtocolTcp, segment, identification);
    }

    /// <summary>The ones' complement sum of RFC 1071 over a pseudo header and what follows it.</summary>
    internal static ushort Checksum(ReadOnlySpan<byte> bytes, uint sum = 0)
    {
        ulong total = sum;
        for (; bytes.Length >= 2; bytes = bytes[2..])
            total += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length == 1)
            total += (uint)bytes[0] << 8;
        while (total >> 16 != 0)
            total = (total & 0xFFFF) + (total >> 16);
        return (ushort)~total;
    }

    private static uint PseudoHeader(IPEndPoint from, IPEndPoint to, byte protocol, int length)
    {
        uint sum = protocol + (uint)(length & 0xFFFF) + (uint)(length >> 16);
        foreach (IPEndPoint place in (ReadOnlySpan<IPEndPoint>)[from, to])
        {
            ReadOnlySpan<byte> address = place.Address.GetAddressBytes();
            for (; address.Length >= 2; address = address[2..])
                sum += BinaryPrimitives.ReadUInt16BigEndian(address);
        }

        return sum;
    }

    private static byte[] Packet(IPEndPoint from, IPEndPoint to, byte protocol, byte[] content, ushort identification) =>
        from.AddressFamily == AddressFamily.InterNetworkV6
            ? Version6(from, to, protocol, content)
            : Version4(from, to, protocol, content, identification);

    private static byte[] Version4(IPEndPoint from, IPEndPoint to, byte protocol, byte[] content, ushort identification)
    {
        byte[] packet = new byte[20 + content.Length];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), identification);
        packet[6] = 0x40; // not to be fragmented
        packet[8] = 64;
        packet[9] = protocol;
        from.Address.GetAddressBytes().CopyTo(packet, 12);
        to.Address.GetAddressBytes().CopyTo(packet, 16);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20)));
        content.CopyTo(packet, 20);
        return packet;
    }

    private static byte[] Version6(IPEndPoint from, IPEndPoint to, byte protocol, byte[] content)
    {
        byte[] packet = new byte[40 + content.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)content.Length);
        packet[6] = protocol;
        packet[7] = 64;
        from.Address.GetAddressBytes().CopyTo(packet, 8);
        to.Address.GetAddressBytes().CopyTo(packet, 24);
        content.CopyTo(packet, 40);
        return packet;
    }
}
