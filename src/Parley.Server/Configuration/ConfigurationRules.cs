using System.Globalization;
using System.Net;
using System.Numerics;
using Microsoft.Extensions.Configuration;
using Parley.Dialogs;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>Every setting of the server with its default and what is allowed. <c>parley.schema.json</c> says the same; a test compares them.</summary>
internal static class ConfigurationRules
{
    private const double Day = 86_400;

    public static ServerConfiguration Read(IConfigurationSection section, string folder, List<string> errors)
    {
        var reader = new SectionReader(section, errors);
        var configuration = new ServerConfiguration
        {
            Listeners = Listeners(reader),
            Domains = reader.Values("Domains", Domain, "a domain without port, e.g. example.com"),
            Aliases = reader.Values("Aliases", Alias, "a host or host:port, e.g. sip.example.com or 198.51.100.7:5060"),
            Routes = reader.Objects("Routes", Route),
            TrustedSources = Networks(reader, "TrustedSources"),
            AllowUnauthenticated = reader.Flag("AllowUnauthenticated", false),
            StateDirectory = PathIn(folder, reader.Text("StateDirectory")),
            Registrar = reader.Section("Registrar", Registrar),
            Dialogs = reader.Section("Dialogs", Dialogs),
            Tls = reader.Section("Tls", tls => Tls(tls, folder)),
            Limits = reader.Section("Limits", Limits),
            Udp = reader.Section("Udp", Udp),
            Timers = reader.Section("Timers", Timers),
            DrainLimit = reader.Seconds("DrainLimit", 30, 0, Day),
        };
        reader.RefuseUnknown();
        // What does not go together is only worth telling when each part is right by itself.
        if (errors.Count == 0)
            CheckTogether(configuration, reader);
        return configuration;
    }

    private static List<ListenerConfiguration> Listeners(SectionReader reader)
    {
        var listeners = reader.Objects("Listeners", Listener);
        if (listeners.Count > 0 || reader.Has("Listeners"))
            return listeners;
        var loopback = SipEndPoint.From(IPAddress.Loopback, 5060);
        return [new(SipProtocol.Udp, loopback, null, 0), new(SipProtocol.Tcp, loopback, null, 0)];
    }

    private static ListenerConfiguration? Listener(SectionReader reader)
    {
        const string Allowed = "protocol:address:port, e.g. udp:192.0.2.1:5060, tcp:[2001:db8::1]:5060, tls:0.0.0.0:5061";
        var text = reader.Text("Endpoint");
        var advertised = reader.Text("Advertise");
        if (text is null)
        {
            reader.Refuse("Endpoint", "is missing; give " + Allowed);
            return null;
        }
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (
            colon < 0
            || Protocol(text[..colon]) is not { } protocol
            || !IPEndPoint.TryParse(text[(colon + 1)..], out var endPoint)
            || endPoint.Port == 0
        )
        {
            reader.Refuse("Endpoint", text, Allowed);
            return null;
        }
        var (host, port) = (advertised, 0);
        if (advertised is not null && !TrySplitHost(advertised, out host, out port))
        {
            reader.Refuse("Advertise", advertised, "a host or host:port, e.g. sip.example.com or 198.51.100.7:5060");
            return null;
        }
        return new ListenerConfiguration(protocol, SipEndPoint.From(endPoint), host, port);
    }

    private static SipProtocol? Protocol(string text) =>
        text.ToLowerInvariant() switch
        {
            "udp" => SipProtocol.Udp,
            "tcp" => SipProtocol.Tcp,
            "tls" => SipProtocol.Tls,
            _ => null,
        };

    private static bool TrySplitHost(string text, out string? host, out int port)
    {
        (host, port) = (text, 0);
        var colon = text.LastIndexOf(':');
        if (colon > text.LastIndexOf(']'))
        {
            host = text[..colon];
            if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65_535)
                return false;
        }
        return host.Length > 0 && SipUri.TryParse($"sip:{host}", out _);
    }

    private static string? Domain(string text) =>
        text.Length > 0 && IsHost(text) && !SipEndPoint.TryParseHost(System.Text.Encoding.UTF8.GetBytes(text), 0, out _) ? text : null;

    private static string? Alias(string text)
    {
        if (SipEndPoint.TryParseHost(System.Text.Encoding.UTF8.GetBytes(text), 0, out _))
            return text;
        return TrySplitHost(text, out var host, out _) && IsHost(host!) ? text : null;
    }

    private static bool IsHost(string text) => SipUri.TryParse($"sip:{text}", out var uri) && uri.Host.Length == text.Length;

    private static RouteConfiguration? Route(SectionReader reader)
    {
        var prefix = reader.Text("Prefix");
        var domain = reader.Text("Domain");
        var target = reader.Text("Target");
        var strip = reader.Number("Strip", 0, 0, 64);
        var prepend = reader.Text("Prepend") ?? string.Empty;
        var isForSome = reader.Has("Sources");
        var sources = Networks(reader, "Sources");
        if (prefix is null == domain is null)
            reader.Refuse("Prefix", "a route has either a Prefix of the dialled user or a Domain, not both");
        if (domain is not null && (strip > 0 || prepend.Length > 0))
            reader.Refuse("Strip", "Strip and Prepend change the dialled user, so they go with a Prefix");
        if (target is null || !SipUri.TryParse(target, out var uri) || uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
        {
            reader.Refuse("Target", target ?? string.Empty, "a SIP URI, e.g. sip:gateway.example.net or sip:192.0.2.9:5060;transport=tcp");
            return null;
        }
        return new RouteConfiguration(prefix, domain, uri, strip, prepend, isForSome ? sources : null);
    }

    private static List<IPNetwork> Networks(SectionReader reader, string key) =>
        [.. reader.Values(key, Network, "a network such as 192.0.2.0/24 or an address").Select(n => n.Value)];

    private static Boxed<IPNetwork>? Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return new(network);
        return IPAddress.TryParse(text, out var address) ? new(new IPNetwork(address, address.GetAddressBytes().Length * 8)) : null;
    }

    private static RegistrarConfiguration Registrar(SectionReader reader) =>
        new(
            reader.Flag("Enabled", true),
            reader.Seconds("DefaultExpires", 3600, 1, 30 * Day),
            reader.Seconds("MinExpires", 60, 0, 30 * Day),
            reader.Seconds("MaxExpires", 7200, 1, 30 * Day),
            reader.Number("MaxContacts", 10, 1, 1000),
            reader.Number("MaxBindings", 1_000_000, 1, 100_000_000),
            reader.Number("MaxMemory", 1_024, 1, 1_048_576) * (1L << 20),
            reader.Number("MaxContactLength", 255, 64, 2_048),
            reader.Number("MaxPathLength", 255, 64, 2_048),
            reader.Number("MaxPaths", 4, 0, 16),
            reader.Number("MaxBindingSize", 2_048, 512, 16_384),
            reader.Flag("AllowOwnContacts", false)
        );

    private static DialogConfiguration Dialogs(SectionReader reader)
    {
        var hashSize = reader.Number("HashSize", 4096, 1, 1 << 24);
        if (!BitOperations.IsPow2(hashSize))
            reader.Refuse("HashSize", hashSize.ToString(CultureInfo.InvariantCulture), "a power of two");
        return new DialogConfiguration(
            reader.Seconds("DefaultTimeout", 43_200, 1, 365 * Day),
            reader.Seconds("EarlyTimeout", 300, 1, Day),
            reader.Seconds("NoAckTimeout", 60, 1, Day),
            reader.Seconds("DeleteDelay", 32, 0, Day),
            hashSize,
            reader.Choice(
                "MatchMode",
                "DidFallback",
                ("DidOnly", DialogMatchMode.DidOnly),
                ("DidFallback", DialogMatchMode.DidFallback),
                ("DidNone", DialogMatchMode.DidNone)
            ),
            reader.Choice(
                "SequentialRouting",
                "Repair",
                ("Repair", SequentialRouting.Repair),
                ("Refuse", SequentialRouting.Refuse),
                ("AsReceived", SequentialRouting.AsReceived)
            ),
            reader.Choice(
                "SequentialSource",
                "Anywhere",
                ("Anywhere", SequentialSource.Anywhere),
                ("SameAddress", SequentialSource.SameAddress),
                ("SameFlow", SequentialSource.SameFlow)
            ),
            reader.Texts("ProfilesWithValue"),
            reader.Texts("ProfilesNoValue")
        );
    }

    private static TlsConfiguration Tls(SectionReader reader, string folder)
    {
        var certificate = PathIn(folder, reader.Text("Certificate"));
        var key = PathIn(folder, reader.Text("Key"));
        var trusted = PathIn(folder, reader.Text("TrustedCertificates"));
        var tls = new TlsConfiguration(
            certificate,
            key,
            reader.Text("Password"),
            reader.Choice(
                "ClientCertificates",
                "None",
                ("None", ClientCertificates.None),
                ("Request", ClientCertificates.Optional),
                ("Require", ClientCertificates.Required)
            ),
            trusted,
            reader.Flag("VerifyServers", true)
        );
        var missing = false;
        foreach (var (name, path) in new[] { ("Certificate", certificate), ("Key", key), ("TrustedCertificates", trusted) })
        {
            if (path is null || File.Exists(path))
                continue;
            missing = true;
            reader.Refuse(
                name,
                path,
                name == "TrustedCertificates" ? "a PEM file that exists" : "a file that exists (PEM, or PFX with its Password)"
            );
        }
        // Read now, so that a check finds what a start would.
        if (!missing && TlsFiles.Fault(tls) is { } fault)
            reader.Refuse(fault.Setting, fault.Reason);
        return tls;
    }

    private static string? PathIn(string folder, string? path) => path is null ? null : Path.GetFullPath(path, folder);

    private static LimitConfiguration Limits(SectionReader reader) =>
        new(
            reader.Number("MaxMessageSize", 65_535, 1_300, 65_535),
            reader.Number("MaxHeaderCount", 256, 16, 4_096),
            reader.Number("MaxHeaderLength", 8_192, 256, 65_535),
            reader.Number("MaxUriLength", 2_048, 128, 65_535),
            reader.Number("MaxConnections", 10_000, 1, 1_000_000),
            reader.Number("MaxConnectionsPerAddress", 1_000, 1, 1_000_000),
            reader.Seconds("ConnectionIdleTimeout", 3_600, 1, 30 * Day),
            reader.Number("MaxTransactions", 1_000_000, 1, 100_000_000),
            reader.Number("MaxOutboundConnections", 2_000, 1, 1_000_000),
            reader.Number("MaxPendingConnects", 500, 1, 100_000),
            reader.Number("MaxPendingConnectsPerSource", 50, 1, 100_000),
            reader.Seconds("FirstMessageTimeout", 10, 1, 3_600),
            reader.Seconds("StrangerIdleTimeout", 200, 1, 30 * Day),
            reader.Number("MaxPendingLookups", 500, 1, 100_000),
            reader.Number("MaxPendingLookupsPerSource", 50, 1, 100_000),
            reader.Number("MaxDnsAnswers", 10_000, 1, 10_000_000)
        );

    private static UdpConfiguration Udp(SectionReader reader) =>
        new(
            reader.Number("Workers", 1, 1, 256),
            reader.Number("BatchSize", 32, 1, 1_024),
            reader.Number("ReceiveBuffer", 4 << 20, 4_096, 1 << 30),
            reader.Number("SendBuffer", 1 << 20, 4_096, 1 << 30)
        );

    private static TimerConfiguration Timers(SectionReader reader) =>
        new(
            reader.Seconds("T1", 0.5, 0.01, 10),
            reader.Seconds("T2", 4, 0.01, 60),
            reader.Seconds("T4", 5, 0.01, 60),
            reader.Seconds("C", 185, 180, Day)
        );

    private static void CheckTogether(ServerConfiguration configuration, SectionReader reader)
    {
        var registrar = configuration.Registrar;
        if (registrar.MinExpires > registrar.DefaultExpires || registrar.DefaultExpires > registrar.MaxExpires)
            reader.Refuse("Registrar:DefaultExpires", "must lie between MinExpires and MaxExpires");
        if (configuration.Listeners.Count == 0)
            reader.Refuse("Listeners", "is empty; give at least one, or leave it out for udp and tcp on 127.0.0.1:5060");
        if (
            configuration.Listeners.GroupBy(l => (l.Protocol == SipProtocol.Udp, l.EndPoint)).FirstOrDefault(g => g.Count() > 1) is
            { } twice
        )
            reader.Refuse("Listeners", $"{twice.First().EndPoint.ToIPEndPoint()} stands there twice");
        if (configuration.Listeners.Any(l => l.Protocol == SipProtocol.Tls) && configuration.Tls.Certificate is null)
            reader.Refuse("Tls:Certificate", "is missing, and a tls listener needs one");
        if (!configuration.IsLoopbackOnly && !configuration.AllowUnauthenticated)
        {
            reader.Refuse(
                "AllowUnauthenticated",
                "a listener beyond loopback would serve anybody who reaches it, since nobody is asked for a password; "
                    + "listen on 127.0.0.1 or [::1] only, or set AllowUnauthenticated to true if the network in front is trusted"
            );
        }
    }

    private sealed class Boxed<T>(T value)
        where T : struct
    {
        public T Value { get; } = value;
    }
}
