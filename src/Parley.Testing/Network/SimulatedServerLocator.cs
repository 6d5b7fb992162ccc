using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>RFC 3263 without a DNS: literal addresses, and the names that a test gives.</summary>
public sealed class SimulatedServerLocator : ISipServerLocator
{
    private readonly Dictionary<string, List<SipTarget>> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SipTarget> _failed = [];

    /// <summary>The targets that were reported as failed, in order.</summary>
    public IReadOnlyList<SipTarget> Failed => _failed;

    /// <summary>Adds a place where a name leads; the order of adding is the order of trying.</summary>
    /// <param name="name">A host name.</param>
    /// <param name="listener">"udp:10.0.0.2:5060".</param>
    /// <exception cref="ArgumentException"><paramref name="listener"/> cannot be read.</exception>
    public void Add(string name, string listener)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(listener);
        SipListenerOptions parsed = SipListenerOptions.Parse(listener);
        if (!_names.TryGetValue(name, out List<SipTarget>? targets))
            _names[name] = targets = [];
        targets.Add(new SipTarget(parsed.Protocol, SipEndPoint.From(parsed.EndPoint)));
    }

    /// <inheritdoc/>
    public ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        ArgumentNullException.ThrowIfNull(targets);
        if (TryLocateLiteral(uri.View, out SipTarget literal))
        {
            targets.Add(literal);
            return new ValueTask<bool>(true);
        }
        if (!_names.TryGetValue(uri.Host, out List<SipTarget>? known))
            return new ValueTask<bool>(false);
        int before = targets.Count;
        foreach (SipTarget target in known)
            if (Takes(uri.View, target.Protocol))
                targets.Add(target);
        return new ValueTask<bool>(targets.Count > before);
    }

    /// <inheritdoc/>
    public bool TryLocateLiteral(SipUriView uri, out SipTarget target)
    {
        target = default;
        if (!uri.IsValid || uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
            return false;
        bool secure = uri.Scheme == SipUriScheme.Sips;
        SipProtocol protocol = secure ? SipProtocol.Tls : SipProtocol.Udp;
        if (!uri.Transport.IsEmpty && !SipProtocolExtensions.TryParse(uri.Transport, out protocol))
            return false;
        if (secure && protocol == SipProtocol.Tcp)
            protocol = SipProtocol.Tls;
        ReadOnlySpan<byte> host = uri.MAddr.IsEmpty ? uri.Host : uri.MAddr;
        if (!SipEndPoint.TryParseHost(host, uri.Port == 0 ? protocol.DefaultPort() : uri.Port, out SipEndPoint endPoint))
            return false;
        target = new SipTarget(protocol, endPoint);
        return true;
    }

    /// <summary>RFC 3263 4.1: a transport parameter is followed, and a sips URI leads to TLS alone.</summary>
    private static bool Takes(SipUriView uri, SipProtocol protocol)
    {
        if (uri.Scheme == SipUriScheme.Sips)
            return protocol.IsSecure();
        return uri.Transport.IsEmpty || !SipProtocolExtensions.TryParse(uri.Transport, out SipProtocol wanted) || wanted == protocol;
    }

    /// <inheritdoc/>
    public void ReportFailure(SipTarget target) => _failed.Add(target);
}
