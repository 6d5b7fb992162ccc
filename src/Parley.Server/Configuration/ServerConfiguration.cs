using Parley.Dialogs;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>All that <c>parley.json</c> and the environment say, checked. Immutable: a reload makes a new one.</summary>
internal sealed record ServerConfiguration
{
    public required IReadOnlyList<ListenerConfiguration> Listeners { get; init; }

    /// <summary>Domains whose users register here, beside the listeners' own addresses; names of this element like <see cref="Aliases"/>. Compared without case.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    /// <summary>Further names of this element in Route headers and request-URIs, each host or host:port.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>All names of this element beside its listeners'.</summary>
    public IEnumerable<string> OwnNames => Aliases.Concat(Domains);

    public required IReadOnlyList<RouteConfiguration> Routes { get; init; }

    /// <summary>Networks from which calls to foreign domains are relayed and every route may be used.</summary>
    public required IReadOnlyList<System.Net.IPNetwork> TrustedSources { get; init; }

    /// <summary>Allows listening beyond loopback though nobody is asked for a password.</summary>
    public required bool AllowUnauthenticated { get; init; }

    /// <summary>Where the server keeps what outlives it; null: systemd's, else nothing outlives it.</summary>
    public required string? StateDirectory { get; init; }

    public required RegistrarConfiguration Registrar { get; init; }

    public required DialogConfiguration Dialogs { get; init; }

    public required TlsConfiguration Tls { get; init; }

    public required LimitConfiguration Limits { get; init; }

    public required UdpConfiguration Udp { get; init; }

    public required TimerConfiguration Timers { get; init; }

    /// <summary>How long calls may go on after SIGTERM.</summary>
    public required TimeSpan DrainLimit { get; init; }

    /// <summary>True when every listener is bound to a loopback address.</summary>
    public bool IsLoopbackOnly => Listeners.All(l => l.EndPoint.IsLoopback);
}

/// <summary>One place to listen: <c>udp:127.0.0.1:5060</c>, and the name given to others when it is another.</summary>
internal sealed record ListenerConfiguration(SipProtocol Protocol, SipEndPoint EndPoint, string? AdvertisedHost, int AdvertisedPort);

/// <summary>Where calls go that are for no registered user: by the longest prefix of the dialled user, or by domain.</summary>
/// <remarks>A route without <c>Sources</c> is for this machine and the trusted sources: whoever else could use it would call at the operator's cost.</remarks>
internal sealed record RouteConfiguration(
    string? Prefix,
    string? Domain,
    Sip.SipUri Target,
    int Strip,
    string Prepend,
    IReadOnlyList<System.Net.IPNetwork>? Sources
);

internal sealed record RegistrarConfiguration(
    bool Enabled,
    TimeSpan DefaultExpires,
    TimeSpan MinExpires,
    TimeSpan MaxExpires,
    int MaxContacts,
    int MaxBindings,
    long MaxMemory,
    int MaxContactLength,
    int MaxPathLength,
    int MaxPaths,
    int MaxBindingSize,
    bool AllowOwnContacts
);

/// <summary>Names follow the parameters of the field's dialog module.</summary>
internal sealed record DialogConfiguration(
    TimeSpan DefaultTimeout,
    TimeSpan EarlyTimeout,
    TimeSpan NoAckTimeout,
    TimeSpan DeleteDelay,
    int HashSize,
    DialogMatchMode MatchMode,
    SequentialRouting SequentialRouting,
    SequentialSource SequentialSource,
    IReadOnlyList<string> ProfilesWithValue,
    IReadOnlyList<string> ProfilesNoValue
);

internal sealed record TlsConfiguration(
    string? Certificate,
    string? Key,
    string? Password,
    ClientCertificates ClientCertificates,
    string? TrustedCertificates,
    bool VerifyServers
);

internal sealed record LimitConfiguration(
    int MaxMessageSize,
    int MaxHeaderCount,
    int MaxHeaderLength,
    int MaxUriLength,
    int MaxConnections,
    int MaxConnectionsPerAddress,
    TimeSpan ConnectionIdleTimeout,
    int MaxTransactions,
    int MaxOutboundConnections,
    int MaxPendingConnects,
    int MaxPendingConnectsPerSource,
    TimeSpan FirstMessageTimeout,
    TimeSpan StrangerIdleTimeout,
    int MaxPendingLookups,
    int MaxPendingLookupsPerSource,
    int MaxDnsAnswers
);

internal sealed record UdpConfiguration(int Workers, int BatchSize, int ReceiveBuffer, int SendBuffer);

internal sealed record TimerConfiguration(TimeSpan T1, TimeSpan T2, TimeSpan T4, TimeSpan C);
