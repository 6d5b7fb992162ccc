using Parley.Sip;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private const string Uri = "a SIP URI, e.g. sip:gateway.example.net or sip:192.0.2.9:5060;transport=tcp";

    private static Setting<ListenerConfiguration>[] Listener =>
        [
            new TextSetting<ListenerConfiguration>(
                "Endpoint",
                "Protocol, address and port (left out: 5060, with TLS 5061); IPv6 in brackets. 0.0.0.0 and [::] listen on every local address and answer from the one that was asked.",
                l => l.Text,
                (l, v) => l.Set(v),
                "protocol:address:port, e.g. udp:192.0.2.1:5060, tcp:[2001:db8::1]:5060, tls:0.0.0.0:5061",
                ["udp:192.0.2.1:5060", "tls:[::]:5061"],
                static text => ListenerConfiguration.TryParse(text, out _, out _),
                pattern: "^([uU][dD][pP]|[tT][cC][pP]|[tT][lL][sS]):.+$"
            )
            {
                IsRequired = true,
            },
            new TextSetting<ListenerConfiguration>(
                "Advertise",
                "The name or address, with a port if another, that Via and Record-Route carry in place of the endpoint's; of 0.0.0.0 and [::] in place of the local address that is used.",
                l => l.Advertise,
                (l, v) => l.SetAdvertised(v),
                "a host or host:port, e.g. sip.example.com or 198.51.100.7:5060",
                ["sip.example.com", "198.51.100.7:5060"],
                static text => ListenerConfiguration.TrySplitHost(text, out _, out _),
                "the endpoint's own"
            ),
        ];

    private static Setting<RouteConfiguration>[] Route =>
        [
            new TextSetting<RouteConfiguration>(
                "Prefix",
                "Beginning of the dialled user; \"+\" or digits are usual.",
                r => r.Prefix,
                (r, v) => r.Prefix = v,
                "the beginning of a dialled user",
                ["+", "0049"]
            ),
            new TextSetting<RouteConfiguration>(
                "Domain",
                "Host of the request-URI.",
                r => r.Domain,
                (r, v) => r.Domain = v,
                "a domain or an address without port, e.g. partner.example",
                ["partner.example"],
                HostText.IsHost
            ),
            new TextSetting<RouteConfiguration>(
                "Target",
                "SIP URI of the next hop; for several of them give Targets.",
                r => r.Targets.Count == 1 ? r.Targets[0].ToString() : null,
                (r, v) => r.Targets = v is null ? [] : [SipUri.Parse(v)],
                Uri,
                ["sip:gateway.example.net", "sip:192.0.2.9:5060;transport=tcp"],
                static text => TryTarget(text, out _)
            ),
            new ListSetting<RouteConfiguration, SipUri>(
                "Targets",
                "Next hops in the order in which they are tried: the next one when the one before has no address, cannot be reached, does not respond, or answers 5xx.",
                r => r.Targets,
                (r, v) => r.Targets = v,
                TryTarget,
                Uri,
                ["sip:gateway1.example.net", "sip:gateway2.example.net"]
            ),
            new SecondsSetting<RouteConfiguration>(
                "FirstResponse",
                "How long a target may stay without any response, a 100 included, before the next one is tried.",
                r => r.FirstResponse,
                (r, v) => r.FirstResponse = v,
                0.1,
                600,
                "5 s with several Targets, else Timers:FirstResponse"
            ),
            new NumberSetting<RouteConfiguration>(
                "Strip",
                "How many characters to take off the dialled user.",
                r => r.Strip,
                (r, v) => r.Strip = (int)v,
                0,
                64
            ),
            new TextSetting<RouteConfiguration>(
                "Prepend",
                "What to put before the dialled user, after stripping.",
                r => r.Prepend,
                (r, v) => r.Prepend = v ?? "",
                "a text",
                ["00"]
            ),
            new ListSetting<RouteConfiguration, System.Net.IPNetwork>(
                "Sources",
                "Networks or addresses whose calls may go by this route, besides TrustedSources. 0.0.0.0/0 and ::/0 open it to all.",
                r => r.Sources ?? [],
                (r, v) => r.Sources = v,
                HostText.TryNetwork,
                Network,
                ["192.0.2.0/24"],
                standard: "this machine"
            ),
        ];

    private static bool TryTarget(string text, out SipUri uri) =>
        SipUri.TryParse(text, out uri!) && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips;

    private static void CheckRoute(SectionReader reader, RouteConfiguration route)
    {
        if (route.Prefix is null == route.Domain is null && !reader.HasErrorAt("Domain"))
            reader.Refuse("Prefix", "a route has either a Prefix of the dialled user or a Domain, not both");
        if (route.Domain is not null && (route.Strip > 0 || route.Prepend.Length > 0))
            reader.Refuse("Strip", "Strip and Prepend change the dialled user, so they go with a Prefix");
        if (reader.Has("Target") && reader.Has("Targets"))
            reader.Refuse("Target", "a route has either a Target or Targets, not both");
        else if (route.Targets.Count == 0 && !reader.HasErrorAt("Target") && !reader.HasErrorAt("Targets"))
            reader.Refuse("Target", "is missing; give " + Uri + ", or Targets");
        route.Complete();
    }
}
