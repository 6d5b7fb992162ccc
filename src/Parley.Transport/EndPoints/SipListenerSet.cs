using System.Text;

namespace Parley.Transport;

/// <summary>Answers which names and addresses are this element's, and which listener reaches a target. The same for real sockets and for the simulated network.</summary>
public sealed class SipListenerSet
{
    private readonly SipListener[] _listeners;
    private readonly SipEndPoint[] _localAddresses;
    private readonly Dictionary<string, int[]> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _aliasLookup;
    private readonly SipEndPoint[] _aliasAddresses;
    private readonly int[] _aliasAddressPorts;
    private readonly Func<SipEndPoint, SipEndPoint>? _routes;
    private readonly SipListener?[] _single = new SipListener?[2 * ((int)SipProtocol.Wss + 1)];

    /// <summary>Takes the listeners and what else names this element.</summary>
    /// <param name="listeners">The listeners, in order of preference.</param>
    /// <param name="aliases">More hosts that are this element: "example.com" (at every listener's port), "example.com:5070", addresses.</param>
    /// <param name="localAddresses">The addresses of the local interfaces, which a listener on 0.0.0.0 or :: stands for.</param>
    /// <param name="routes">The local address that the system would send from to a far end (its routing table); default when it does not say. Asked only
    /// where several listeners, or one on a wildcard address, could be used. Null: nothing is known of the routing table.</param>
    /// <exception cref="ArgumentException">An alias cannot be read.</exception>
    public SipListenerSet(
        IReadOnlyList<SipListener> listeners,
        IEnumerable<string>? aliases = null,
        IEnumerable<SipEndPoint>? localAddresses = null,
        Func<SipEndPoint, SipEndPoint>? routes = null
    )
    {
        ArgumentNullException.ThrowIfNull(listeners);
        _listeners = [.. listeners];
        _routes = routes;
        for (var protocol = SipProtocol.Udp; protocol <= SipProtocol.Wss; protocol++)
        {
            _single[Slot(protocol, false)] = Single(protocol, false);
            _single[Slot(protocol, true)] = Single(protocol, true);
        }
        _localAddresses = localAddresses is null ? [] : [.. localAddresses];
        var addresses = new List<SipEndPoint>();
        var ports = new List<int>();
        foreach (var alias in aliases ?? [])
            AddAlias(alias, addresses, ports);
        _aliasAddresses = [.. addresses];
        _aliasAddressPorts = [.. ports];
        _aliasLookup = _aliases.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The listeners as given.</summary>
    public IReadOnlyList<SipListener> Listeners => _listeners;

    /// <summary>See <see cref="ISipTransport.IsOwn"/>.</summary>
    /// <param name="host">The host part of a URI or Via, in any case.</param>
    /// <param name="port">Its port, 0 when it has none.</param>
    public bool IsOwn(ReadOnlySpan<byte> host, int port)
    {
        if (host.IsEmpty)
            return false;
        var isLiteral = SipEndPoint.TryParseHost(host, 0, out var address);
        host = WithoutRootDot(host);
        foreach (var listener in _listeners)
        {
            if (NamesListener(listener, host, isLiteral, address, port == 0 ? listener.Protocol.DefaultPort() : port))
                return true;
        }
        return IsAlias(host, isLiteral, address, port);
    }

    /// <summary>See <see cref="ISipTransport.FindOwn"/>.</summary>
    /// <param name="host">The host part of a URI of ours.</param>
    /// <param name="port">Its port, 0 when it has none.</param>
    /// <param name="transport">Its transport parameter; empty when it has none, which means UDP first.</param>
    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport)
    {
        if (host.IsEmpty)
            return null;
        SipProtocol? wanted = null;
        if (!transport.IsEmpty)
        {
            if (!SipProtocolExtensions.TryParse(transport, out var known))
                return null;
            wanted = known;
        }
        var isLiteral = SipEndPoint.TryParseHost(host, 0, out var address);
        host = WithoutRootDot(host);
        SipListener? best = null;
        var bestRank = int.MaxValue;
        var alias = false;
        var aliasKnown = false;
        foreach (var listener in _listeners)
        {
            var rank = Rank(listener.Protocol, wanted);
            if (rank >= bestRank)
                continue;
            if (!NamesListener(listener, host, isLiteral, address, port == 0 ? listener.Protocol.DefaultPort() : port))
            {
                if (!aliasKnown)
                {
                    alias = IsAlias(host, isLiteral, address, port);
                    aliasKnown = true;
                }
                if (!alias || (port != 0 && listener.Port != port && listener.Local.Port != port))
                    continue;
                rank += 10; // a listener's own name goes before an alias
                if (rank >= bestRank)
                    continue;
            }
            best = isLiteral && IsLocal(listener, address) ? listener.At(address) : listener;
            bestRank = rank;
        }
        return best;
    }

    /// <summary>See <see cref="ISipTransport.SelectListener"/>.</summary>
    /// <param name="protocol">The protocol to use.</param>
    /// <param name="target">Where to.</param>
    /// <param name="preferred">Taken when it fits.</param>
    /// <param name="received">Taken when it fits and the routing table has nothing against it.</param>
    public SipListener? Select(SipProtocol protocol, SipEndPoint target, SipListener? preferred = null, SipListener? received = null)
    {
        if (_single[Slot(protocol, target.IsIPv6)] is { } single)
            return single;
        if (preferred is not null && Fits(preferred, protocol, target))
            return preferred.Local.IsAny ? preferred.At(RouteTo(target)) : preferred;
        if (received is not null && !Fits(received, protocol, target))
            received = null;
        // Any loopback address reaches any other; what the routing table says of them has no meaning.
        if (received is not null && target.IsLoopback && received.Local.IsLoopback)
            return received;
        return ByRoute(protocol, target, received) ?? received ?? First(protocol, target);
    }

    private SipListener? ByRoute(SipProtocol protocol, SipEndPoint target, SipListener? received)
    {
        var local = RouteTo(target);
        if (local.IsAny)
            return null;
        if (received is not null && received.Local.SameAddress(local))
            return received;
        var wildcard = received?.Bound is { Local.IsAny: true } bound ? bound : null;
        foreach (var listener in _listeners)
        {
            if (listener.Protocol != protocol || listener.Local.IsIPv6 != target.IsIPv6)
                continue;
            if (listener.Local.SameAddress(local))
                return listener;
            if (listener.Local.IsAny)
                wildcard ??= listener;
        }
        return wildcard?.At(local);
    }

    private SipListener? First(SipProtocol protocol, SipEndPoint target)
    {
        SipListener? fallback = null;
        foreach (var listener in _listeners)
        {
            if (listener.Protocol != protocol || listener.Local.IsIPv6 != target.IsIPv6)
                continue;
            if (Reaches(listener, target))
                return listener;
            fallback ??= listener;
        }
        return fallback;
    }

    private SipEndPoint RouteTo(SipEndPoint target) => _routes is null ? default : _routes(target);

    private static int Slot(SipProtocol protocol, bool isIPv6) => ((int)protocol * 2) + (isIPv6 ? 1 : 0);

    /// <summary>The only listener of a protocol and family, when it is bound to an address: nothing is to be chosen then.</summary>
    private SipListener? Single(SipProtocol protocol, bool isIPv6)
    {
        SipListener? single = null;
        foreach (var listener in _listeners)
        {
            if (listener.Protocol != protocol || listener.Local.IsIPv6 != isIPv6)
                continue;
            if (single is not null || listener.Local.IsAny)
                return null;
            single = listener;
        }
        return single;
    }

    private static bool Fits(SipListener listener, SipProtocol protocol, SipEndPoint target) =>
        listener.Protocol == protocol && listener.Local.IsIPv6 == target.IsIPv6 && Reaches(listener, target);

    // A socket bound to a loopback address cannot reach the outside; the reverse goes, by the system's own routing.
    private static bool Reaches(SipListener listener, SipEndPoint target) => target.IsLoopback || !listener.Local.IsLoopback;

    private static int Rank(SipProtocol protocol, SipProtocol? wanted)
    {
        if (wanted is null)
            return protocol == SipProtocol.Udp ? 0 : 1;
        if (protocol == wanted)
            return 0;
        // "sips:host;transport=tcp" means TLS over TCP (RFC 3261 26.2.2).
        return wanted == SipProtocol.Tcp && protocol == SipProtocol.Tls ? 1 : int.MaxValue;
    }

    private bool NamesListener(SipListener listener, ReadOnlySpan<byte> host, bool isLiteral, SipEndPoint address, int port)
    {
        if (port == listener.Port)
        {
            if (
                isLiteral
                    ? listener.IsHostLiteral && listener.HostAddress.SameAddress(address)
                    : Ascii.EqualsIgnoreCase(host, WithoutRootDot(listener.Host))
            )
                return true;
        }
        if (!isLiteral || port != listener.Local.Port || address.IsIPv6 != listener.Local.IsIPv6)
            return false;
        return listener.Local.IsAny ? IsLocal(listener, address) : listener.Local.SameAddress(address);
    }

    /// <summary>An address that a wildcard listener stands for: one of the machine's at start, or one that something came to since.</summary>
    private bool IsLocal(SipListener listener, SipEndPoint address)
    {
        if (!listener.Local.IsAny || listener.Local.IsIPv6 != address.IsIPv6)
            return false;
        foreach (var local in _localAddresses)
        {
            if (local.SameAddress(address))
                return true;
        }
        return listener.Knows(address);
    }

    private bool IsAlias(ReadOnlySpan<byte> host, bool isLiteral, SipEndPoint address, int port)
    {
        if (isLiteral)
        {
            for (var i = 0; i < _aliasAddresses.Length; i++)
            {
                if (_aliasAddresses[i].SameAddress(address) && PortFits(_aliasAddressPorts[i], port))
                    return true;
            }
            return false;
        }
        if (_aliases.Count == 0 || host.Length > 255)
            return false;
        Span<char> name = stackalloc char[host.Length];
        Encoding.Latin1.GetChars(host, name);
        if (!_aliasLookup.TryGetValue(name, out var ports))
            return false;
        foreach (var aliasPort in ports)
        {
            if (PortFits(aliasPort, port))
                return true;
        }
        return false;
    }

    private bool PortFits(int aliasPort, int port)
    {
        if (aliasPort != 0)
            return port == aliasPort || (port == 0 && aliasPort is 5060 or 5061);
        if (port == 0)
            return true;
        foreach (var listener in _listeners)
        {
            if (listener.Port == port || listener.Local.Port == port)
                return true;
        }
        return false;
    }

    private void AddAlias(string alias, List<SipEndPoint> addresses, List<int> ports)
    {
        var host = alias;
        var port = 0;
        var colon = alias.LastIndexOf(':');
        var isBareIPv6 = colon >= 0 && alias.IndexOf(':', StringComparison.Ordinal) != colon && alias[0] != '[';
        if (colon > 0 && !isBareIPv6 && alias[^1] != ']')
        {
            host = alias[..colon];
            if (
                !int.TryParse(alias.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out port)
                || port is < 1 or > ushort.MaxValue
            )
                throw new ArgumentException($"Alias '{alias}': not a port.", nameof(alias));
        }
        if (host.Length == 0)
            throw new ArgumentException("An alias is empty.", nameof(alias));
        if (SipEndPoint.TryParseHost(Encoding.UTF8.GetBytes(host), 0, out var address))
        {
            addresses.Add(address);
            ports.Add(port);
            return;
        }
        host = host.TrimEnd('.');
        _aliases[host] = _aliases.TryGetValue(host, out var known) ? [.. known, port] : [port];
    }

    private static ReadOnlySpan<byte> WithoutRootDot(ReadOnlySpan<byte> host) => host.Length > 1 && host[^1] == '.' ? host[..^1] : host;
}
