using Parley.Proxy;
using Parley.Sip;

namespace Parley.Server.Configuration;

/// <summary>Where calls go that are for no registered user: by the longest prefix of the dialled user, or by domain.</summary>
internal sealed class RouteConfiguration
{
    /// <summary>The beginning of the dialled user; null of a domain route.</summary>
    public string? Prefix { get; set; }

    /// <summary>The host of the request-URI; null of a prefix route.</summary>
    public string? Domain { get; set; }

    /// <summary>Where the call goes: the next one is tried when the fault lies with the one before or the way to it, not with the callee.</summary>
    public IReadOnlyList<SipUri> Targets { get; set; } = [];

    /// <summary>How long each target may stay without any response; null: the default of the number of targets.</summary>
    public TimeSpan? FirstResponse { get; set; }

    /// <summary>The times of its branches; null: those of all requests. The same object for all requests of the route.</summary>
    public RelayOptions? Relay { get; private set; }

    /// <summary>Makes <see cref="Relay"/>, once all is set.</summary>
    public void Complete()
    {
        var time = FirstResponse ?? (Targets.Count > 1 ? FailoverTime : null);
        Relay = time is null ? null : new RelayOptions { FirstResponseTimeout = time };
    }

    // A dead gateway would cost 64*T1, longer than callers wait. An INVITE gets its 100 within a round trip.
    private static readonly TimeSpan? FailoverTime = TimeSpan.FromSeconds(5);

    /// <summary>How many characters of the dialled user are taken off.</summary>
    public int Strip { get; set; }

    /// <summary>What is put before the dialled user, after stripping.</summary>
    public string Prepend { get; set; } = "";

    /// <summary>Networks whose calls may go by the route; null: this machine and the trusted sources, since anybody else would call at the operator's cost.</summary>
    public IReadOnlyList<System.Net.IPNetwork>? Sources { get; set; }
}
