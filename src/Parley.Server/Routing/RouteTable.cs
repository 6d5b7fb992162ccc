using Parley.Server.Configuration;

namespace Parley.Server.Routing;

/// <summary>The routes, domains and trusted networks of one configuration: immutable, swapped whole on reload.</summary>
internal sealed class RouteTable
{
    private readonly RouteConfiguration[] _byPrefix;
    private readonly Dictionary<string, RouteConfiguration> _byDomain = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _domains;
    private readonly System.Net.IPNetwork[] _trusted;
    private static readonly System.Net.IPNetwork[] Loopback =
    [
        System.Net.IPNetwork.Parse("127.0.0.0/8"),
        System.Net.IPNetwork.Parse("::1/128"),
    ];

    public RouteTable(ServerConfiguration configuration)
    {
        // Longest first, so that the first match is the longest.
        _byPrefix = [.. configuration.Routes.Where(r => r.Prefix is not null).OrderByDescending(r => r.Prefix!.Length)];
        foreach (var route in configuration.Routes.Where(r => r.Domain is not null))
            _byDomain.TryAdd(route.Domain!, route);
        _domains = new HashSet<string>(configuration.Domains, StringComparer.OrdinalIgnoreCase);
        _trusted = [.. configuration.TrustedSources];
    }

    /// <summary>True when users of this domain register here; the listeners' own addresses are the caller's to ask.</summary>
    public bool Serves(string host) => _domains.Contains(host);

    /// <summary>The route of the longest prefix of this dialled user (unescaped), or null.</summary>
    public RouteConfiguration? FindByPrefix(string user)
    {
        foreach (var route in _byPrefix)
        {
            if (user.StartsWith(route.Prefix!, StringComparison.Ordinal))
                return route;
        }
        return null;
    }

    public RouteConfiguration? FindByDomain(string host) => _byDomain.GetValueOrDefault(host);

    public bool Trusts(System.Net.IPAddress source) => Contains(_trusted, source);

    /// <summary>True when calls from this source may go by the route: one of its sources, this machine when it names none, or a trusted source.</summary>
    public bool Allows(RouteConfiguration route, System.Net.IPAddress source) =>
        Contains(route.Sources ?? Loopback, source) || Trusts(source);

    private static bool Contains(IReadOnlyList<System.Net.IPNetwork> networks, System.Net.IPAddress source)
    {
        if (source.IsIPv4MappedToIPv6)
            source = source.MapToIPv4();
        foreach (var network in networks)
        {
            if (network.Contains(source))
                return true;
        }
        return false;
    }
}
