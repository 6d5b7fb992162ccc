using System.Text;

namespace Parley.Transport;

/// <summary>A place where this element hears SIP: protocol, address, and the name it gives itself in Via and Record-Route.</summary>
public sealed class SipListener
{
    private readonly byte[] _host;
    private readonly byte[] _sentBy;
    private readonly string _text;

    /// <summary>Describes a listener; nothing is opened.</summary>
    /// <param name="index">Its place in <see cref="ISipTransport.Listeners"/>.</param>
    /// <param name="protocol">How it is reached.</param>
    /// <param name="local">The address and port it is bound to.</param>
    /// <param name="advertisedHost">The name or address it gives itself (IPv6 with or without brackets); null for its own address.</param>
    /// <param name="advertisedPort">The port it gives itself; 0 for its own.</param>
    /// <exception cref="ArgumentException">The advertised host is empty or holds a character that no host may.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or the port out of range.</exception>
    public SipListener(int index, SipProtocol protocol, SipEndPoint local, string? advertisedHost = null, int advertisedPort = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(advertisedPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(advertisedPort, ushort.MaxValue);
        Index = index;
        Protocol = protocol;
        Local = local;
        Port = advertisedPort != 0 ? advertisedPort : local.Port;
        _host = HostBytes(advertisedHost, local);
        _sentBy = [.. _host, (byte)':', .. Encoding.ASCII.GetBytes(Port.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        _text = $"{Encoding.ASCII.GetString(protocol.UriText())}:{local}";
        IsHostLiteral = SipEndPoint.TryParseHost(_host, 0, out var literal);
        HostAddress = literal;
    }

    /// <summary>Its place in <see cref="ISipTransport.Listeners"/>.</summary>
    public int Index { get; }

    /// <summary>How it is reached.</summary>
    public SipProtocol Protocol { get; }

    /// <summary>The address and port it is bound to.</summary>
    public SipEndPoint Local { get; }

    /// <summary>Advertised (or own) host as it stands in Via and Record-Route, IPv6 in brackets.</summary>
    public ReadOnlySpan<byte> Host => _host;

    /// <summary>Advertised (or own) port.</summary>
    public int Port { get; }

    /// <summary>"host:port"; the port always written.</summary>
    public ReadOnlySpan<byte> SentBy => _sentBy;

    /// <summary>True for every protocol but UDP.</summary>
    public bool IsReliable => Protocol.IsReliable();

    /// <summary>"UDP", "TCP", "TLS", "WS", "WSS" as Via has it.</summary>
    public ReadOnlySpan<byte> ViaTransport => Protocol.ViaText();

    /// <summary>The same in lower case, as a URI parameter has it.</summary>
    public ReadOnlySpan<byte> UriTransport => Protocol.UriText();

    internal bool IsHostLiteral { get; }

    internal SipEndPoint HostAddress { get; }

    /// <summary>"udp:192.0.2.1:5060", the form of the dialog table's socket columns; the bound address, not the advertised one.</summary>
    public override string ToString() => _text;

    private static byte[] HostBytes(string? advertised, SipEndPoint local)
    {
        Span<byte> text = stackalloc byte[SipEndPoint.MaxAddressLength];
        if (advertised is null)
            return text[..local.FormatAddress(text, brackets: true)].ToArray();
        if (advertised.Length == 0)
            throw new ArgumentException("Empty.", nameof(advertised));
        var bytes = Encoding.UTF8.GetBytes(advertised);
        if (SipEndPoint.TryParseHost(bytes, 0, out var literal))
            return text[..literal.FormatAddress(text, brackets: true)].ToArray();
        foreach (var c in bytes)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c is not ((byte)'.' or (byte)'-' or (byte)'_'))
                throw new ArgumentException($"'{advertised}' is not a host name or address.", nameof(advertised));
        }
        return bytes;
    }
}
