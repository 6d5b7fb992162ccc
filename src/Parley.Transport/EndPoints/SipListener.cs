using System.Text;

namespace Parley.Transport;

/// <summary>A place where this element listens: protocol, address, and the name it gives itself in Via and Record-Route.</summary>
public sealed class SipListener
{
    /// <summary>A machine has few addresses; more than this (all of 127.0.0.0/8 are local) stay with the wildcard listener.</summary>
    internal const int MaxAddresses = 256;

    private readonly byte[] _host;
    private readonly byte[] _sentBy;
    private readonly string _text;
    private readonly string? _advertisedHost;
    private readonly SipListener? _bound;
    private SipListener[] _addresses = [];

    /// <summary>Describes a listener; nothing is opened.</summary>
    /// <param name="index">Its place in <see cref="ISipTransport.Listeners"/>.</param>
    /// <param name="protocol">How it is reached.</param>
    /// <param name="local">The address and port it is bound to.</param>
    /// <param name="advertisedHost">The name or address it gives itself (IPv6 with or without brackets); null for its own address.</param>
    /// <param name="advertisedPort">The port it gives itself; 0 for its own.</param>
    /// <exception cref="ArgumentException">The advertised host is empty or holds a character that no host may.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or the port out of range.</exception>
    public SipListener(int index, SipProtocol protocol, SipEndPoint local, string? advertisedHost = null, int advertisedPort = 0)
        : this(index, protocol, local, advertisedHost, advertisedPort, advertisedHost, null) { }

    /// <param name="index">Its place in the list.</param>
    /// <param name="protocol">How it is reached.</param>
    /// <param name="local">The address and port it is bound to.</param>
    /// <param name="advertisedHost">What is configured.</param>
    /// <param name="advertisedPort">What is configured.</param>
    /// <param name="host">What it calls itself: of a wildcard listener without an advertised host, one of the addresses.</param>
    /// <param name="bound">The wildcard listener that this one is an address of.</param>
    internal SipListener(
        int index,
        SipProtocol protocol,
        SipEndPoint local,
        string? advertisedHost,
        int advertisedPort,
        string? host,
        SipListener? bound
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegative(advertisedPort);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(advertisedPort, ushort.MaxValue);
        Index = index;
        Protocol = protocol;
        Local = local;
        Port = advertisedPort != 0 ? advertisedPort : local.Port;
        _advertisedHost = advertisedHost;
        _bound = bound;
        _host = HostBytes(host, local);
        _sentBy = [.. _host, (byte)':', .. Encoding.ASCII.GetBytes(Port.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        _text = $"{Encoding.ASCII.GetString(protocol.UriText())}:{local}";
        IsHostLiteral = SipEndPoint.TryParseHost(_host, 0, out var literal);
        HostAddress = literal;
    }

    /// <summary>Its place in <see cref="ISipTransport.Listeners"/>; a local address of a wildcard listener has that listener's.</summary>
    public int Index { get; }

    /// <summary>The listener of <see cref="ISipTransport.Listeners"/> that this one belongs to: itself, or the wildcard listener that it is one local address of.</summary>
    public SipListener Bound => _bound ?? this;

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

    /// <summary>A wildcard listener (0.0.0.0, ::) at one local address: what is sent by it leaves from there, and says so in Via and Record-Route unless
    /// another host is advertised. The same object each time. The listener itself when it is bound to one address, or when the address is none.</summary>
    /// <param name="address">A local address of its family; the port does not matter.</param>
    public SipListener At(SipEndPoint address)
    {
        if (!Local.IsAny || address.IsAny || address.IsIPv6 != Local.IsIPv6)
            return this;
        foreach (var known in Volatile.Read(ref _addresses))
        {
            if (known.Local.SameAddress(address) && known.Local.ScopeId == address.ScopeId)
                return known;
        }
        return Add(address.WithPort(Local.Port));
    }

    /// <summary>Of a wildcard listener: its local addresses so far, those of the machine at start and what something came to since. Empty for any other.</summary>
    public IReadOnlyList<SipListener> Addresses => Volatile.Read(ref _addresses);

    internal bool Knows(SipEndPoint address)
    {
        foreach (var known in Volatile.Read(ref _addresses))
        {
            if (known.Local.SameAddress(address))
                return true;
        }
        return false;
    }

    internal bool IsHostLiteral { get; }

    internal SipEndPoint HostAddress { get; }

    /// <summary>"udp:192.0.2.1:5060", the form of the dialog table's socket columns; the bound address, not the advertised one.</summary>
    public override string ToString() => _text;

    private SipListener Add(SipEndPoint address)
    {
        lock (_sentBy)
        {
            var known = _addresses;
            foreach (var one in known)
            {
                if (one.Local == address)
                    return one;
            }
            if (known.Length == MaxAddresses)
                return this;
            var added = new SipListener(Index, Protocol, address, _advertisedHost, Port == Local.Port ? 0 : Port, _advertisedHost, this);
            Volatile.Write(ref _addresses, [.. known, added]);
            return added;
        }
    }

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
