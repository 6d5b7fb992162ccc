using System.Buffers.Binary;

namespace Parley.Transport;

/// <summary>sockaddr_in and sockaddr_in6 as bytes: the parts after the family are laid out alike on every system.</summary>
internal static class SocketAddressBytes
{
    /// <summary>The longer of the two.</summary>
    public const int Size = 28;

    public static SipEndPoint Read(ReadOnlySpan<byte> address, bool isIPv6)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (!isIPv6)
            return SipEndPoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(address[4..]), port);
        return SipEndPoint.FromIPv6(
            BinaryPrimitives.ReadUInt64BigEndian(address[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(address[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(address[24..]),
            port
        );
    }

    /// <summary>Writes all but the family; returns the length of the structure.</summary>
    public static int Write(Span<byte> address, SipEndPoint endPoint)
    {
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], endPoint.Port);
        if (!endPoint.IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(address[4..], (uint)endPoint.Low);
            return 16;
        }
        BinaryPrimitives.WriteUInt32BigEndian(address[4..], 0);
        BinaryPrimitives.WriteUInt64BigEndian(address[8..], endPoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(address[16..], endPoint.Low);
        BinaryPrimitives.WriteUInt32LittleEndian(address[24..], endPoint.ScopeId);
        return Size;
    }
}
