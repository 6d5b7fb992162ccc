using Parley.Sip;

namespace Parley.Server.Configuration;

/// <summary>Where calls go that are for no registered user: by the longest prefix of the dialled user, or by domain.</summary>
internal sealed class RouteConfiguration
{
    /// <summary>The beginning of the dialled user; null of a domain route.</summary>
    public string? Prefix { get; set; }

    /// <summary>The host of the request-URI; null of a prefix route.</summary>
    public string? Domain { get; set; }

    /// <summary>Where the call goes.</summary>
    public SipUri? Target { get; set; }

    /// <summary>How many characters of the dialled user are taken off.</summary>
    public int Strip { get; set; }

    /// <summary>What is put before the dialled user, after stripping.</summary>
    public string Prepend { get; set; } = "";

    /// <summary>Networks whose calls may go by the route; null: this machine and the trusted sources, since anybody else would call at the operator's cost.</summary>
    public IReadOnlyList<System.Net.IPNetwork>? Sources { get; set; }
}
