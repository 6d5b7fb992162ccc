using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Parley.Sip;

namespace Parley.Transport;

/// <summary>An IP address and port as a value: no object per datagram.</summary>
/// <param name="High">The first eight bytes of an IPv6 address in network order; 0 for IPv4.</param>
/// <param name="Low">The last eight bytes of an IPv6 address in network order, or the four bytes of an IPv4 address.</param>
/// <param name="ScopeId">The zone of a link-local IPv6 address, 0 otherwise.</param>
/// <param name="Port">The port; 0 when it does not matter.</param>
/// <param name="IsIPv6">The address family.</param>
public readonly record struct SipEndPoint(ulong High, ulong Low, uint ScopeId, ushort Port, bool IsIPv6)
{
    /// <summary>The longest text of <see cref="FormatAddress"/>, brackets included.</summary>
    public const int MaxAddressLength = 41;

    /// <summary>From an address object; an IPv4 address mapped into IPv6 becomes IPv4.</summary>
    /// <param name="address">An IPv4 or IPv6 address.</param>
    /// <param name="port">0 to 65535.</param>
    /// <exception cref="ArgumentException">Another address family.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The port is out of range.</exception>
    public static SipEndPoint From(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length))
            throw new ArgumentException("Neither IPv4 nor IPv6.", nameof(address));
        if (length == 4)
            return FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port);
        var scope = address.AddressFamily == AddressFamily.InterNetworkV6 ? (uint)address.ScopeId : 0;
        return FromIPv6(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), scope, (ushort)port);
    }

    /// <summary>From an endpoint object.</summary>
    /// <param name="endPoint">Address and port.</param>
    public static SipEndPoint From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return From(endPoint.Address, endPoint.Port);
    }

    /// <summary>Reads "192.0.2.1", "2001:db8::1" or the same in brackets; false for a name, without allocation.</summary>
    /// <param name="host">The host part of a URI or Via.</param>
    /// <param name="port">0 to 65535, taken over.</param>
    /// <param name="endPoint">The endpoint when the host is an address.</param>
    public static bool TryParseHost(ReadOnlySpan<byte> host, int port, out SipEndPoint endPoint)
    {
        endPoint = default;
        if (host.IsEmpty || (uint)port > ushort.MaxValue)
            return false;
        if (host[0] == '[')
        {
            if (host.Length < 4 || host[^1] != ']')
                return false;
            host = host[1..^1];
        }
        else if (host.IndexOf((byte)':') < 0)
        {
            if (!HostAddress.TryParseIPv4(host, out var v4))
                return false;
            endPoint = FromIPv4(v4, (ushort)port);
            return true;
        }
        if (!HostAddress.TryParseIPv6(host, out var high, out var low))
            return false;
        endPoint = FromIPv6(high, low, 0, (ushort)port);
        return true;
    }

    /// <summary>As an object of the class library; allocates.</summary>
    public IPEndPoint ToIPEndPoint() => new(ToIPAddress(), Port);

    /// <summary>The address as an object of the class library; allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Low);
            return new IPAddress(bytes[..4]);
        }
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPAddress(bytes, ScopeId);
    }

    /// <summary>Writes the address alone (IPv6 as RFC 5952 has it) and returns the bytes written.</summary>
    /// <param name="destination">At least <see cref="MaxAddressLength"/> bytes, or known to be enough.</param>
    /// <param name="brackets">Whether IPv6 stands in brackets.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int FormatAddress(Span<byte> destination, bool brackets)
    {
        Span<byte> text = stackalloc byte[MaxAddressLength];
        int length;
        if (!IsIPv6)
        {
            length = IPAddressText.FormatIPv4((uint)Low, text);
        }
        else if (brackets)
        {
            text[0] = (byte)'[';
            length = 1 + IPAddressText.FormatIPv6(High, Low, text[1..]);
            text[length++] = (byte)']';
        }
        else
        {
            length = IPAddressText.FormatIPv6(High, Low, text);
        }
        if (length > destination.Length)
            throw new ArgumentException("Too short for the address.", nameof(destination));
        text[..length].CopyTo(destination);
        return length;
    }

    /// <summary>True when the addresses are equal, whatever the ports.</summary>
    /// <param name="other">The endpoint to compare with.</param>
    public bool SameAddress(SipEndPoint other) => Low == other.Low && High == other.High && IsIPv6 == other.IsIPv6;

    /// <summary>True for 127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsIPv6 ? High == 0 && Low == 1 : (Low >> 24) == 127;

    /// <summary>True for 0.0.0.0 and ::, which stand for every local address.</summary>
    public bool IsAny => High == 0 && Low == 0;

    /// <summary>The same address with another port.</summary>
    /// <param name="port">0 to 65535.</param>
    /// <exception cref="ArgumentOutOfRangeException">The port is out of range.</exception>
    public SipEndPoint WithPort(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return this with { Port = (ushort)port };
    }

    /// <summary>"192.0.2.1:5060", "[2001:db8::1]:5060".</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxAddressLength];
        var length = FormatAddress(text, brackets: true);
        return $"{System.Text.Encoding.ASCII.GetString(text[..length])}:{Port}";
    }

    internal static SipEndPoint FromIPv4(uint address, ushort port) => new(0, address, 0, port, false);

    internal static SipEndPoint FromIPv6(ulong high, ulong low, uint scope, ushort port)
    {
        // ::ffff:a.b.c.d is IPv4 (RFC 4291 2.5.5.2); one address has one value here.
        if (high == 0 && low >> 32 == 0xFFFF)
            return FromIPv4((uint)low, port);
        return new(high, low, scope, port, true);
    }
}
