using Parley.Transport;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

/// <summary>
/// Every setting of the server: the one place where a key, its option, its range and its description meet. The reader, the schema, the reference
/// page and the list of what takes a restart are all made from it; the defaults are those of the options objects.
/// </summary>
internal static partial class SettingTable
{
    private const double Hour = 3_600;
    private const double Day = 24 * Hour;

    /// <summary>In the order of the schema.</summary>
    public static IReadOnlyList<SettingSection> Sections { get; } =
    [
        new(
            "",
            "Where the server listens, whom it serves and where calls go.",
            [
                new ObjectListSetting<ServerConfiguration, ListenerConfiguration>(
                    "Listeners",
                    "Where to listen.",
                    "One listener.",
                    c => c.Listeners,
                    (c, v) => c.Listeners = v,
                    Listener,
                    static (_, _) => { },
                    "udp and tcp on 127.0.0.1:5060"
                ),
                new ListSetting<ServerConfiguration, string>(
                    "Domains",
                    "Domains whose users register here, besides the listeners' own addresses. They are names of this element too.",
                    c => c.Domains,
                    (c, v) => c.Domains = v,
                    HostText.TryDomain,
                    "a domain without port, e.g. example.com",
                    ["example.com"]
                )
                {
                    Reloads = true,
                },
                new ListSetting<ServerConfiguration, string>(
                    "Aliases",
                    "Further names of this element in Route headers and request-URIs.",
                    c => c.Aliases,
                    (c, v) => c.Aliases = v,
                    HostText.TryAlias,
                    "a host or host:port, e.g. sip.example.com or 198.51.100.7:5060",
                    ["sip.example.com", "198.51.100.7:5060"]
                )
                {
                    Reloads = true,
                },
                new ObjectListSetting<ServerConfiguration, RouteConfiguration>(
                    "Routes",
                    "Where calls go that are for no registered user. The longest matching prefix wins.",
                    "One route: a Prefix or a Domain, and a Target or several.",
                    c => c.Routes,
                    (c, v) => c.Routes = v,
                    Route,
                    CheckRoute,
                    "none"
                )
                {
                    Reloads = true,
                },
                new ListSetting<ServerConfiguration, System.Net.IPNetwork>(
                    "TrustedSources",
                    "Networks or addresses from which calls to foreign domains are relayed and every route may be used. Others get 403.",
                    c => c.TrustedSources,
                    (c, v) => c.TrustedSources = v,
                    HostText.TryNetwork,
                    Network,
                    ["192.0.2.0/24", "198.51.100.7"]
                )
                {
                    Reloads = true,
                },
                Flag(
                    "AllowUnauthenticated",
                    "Allows listening beyond loopback though nobody is asked for a password.",
                    c => c.AllowUnauthenticated,
                    (c, v) => c.AllowUnauthenticated = v
                ),
                new PathSetting<ServerConfiguration>(
                    "StateDirectory",
                    "Folder for what outlives the server: its database, the journal, and the key by which it recognizes its own calls after a restart.",
                    c => c.StateDirectory,
                    (c, v) => c.StateDirectory = v,
                    "/var/lib/parley",
                    "systemd's STATE_DIRECTORY, else $XDG_STATE_HOME/parley, else ~/.local/state/parley"
                ),
                Seconds(
                    "DrainLimit",
                    "How long calls may go on after SIGTERM.",
                    c => c.DrainLimit,
                    (c, v) => c.DrainLimit = v,
                    0,
                    Day,
                    reloads: true
                ),
            ]
        ),
        Registrar,
        Dialogs,
        Store,
        Registrations,
        CallRecords,
        Management,
        Tls,
        Limits,
        Connections,
        Udp,
        Dns,
        Timers,
        Proxy,
        Runtime,
        Log,
        Messages,
    ];

    /// <summary>A network in the lists of sources.</summary>
    private const string Network = "a network such as 192.0.2.0/24 or an address";

    private static SettingSection Tls =>
        new(
            "Tls",
            "Certificates; read again on SIGHUP and when the file changes.",
            [
                new PathSetting<ServerConfiguration>(
                    "Certificate",
                    "PEM with the chain, or PFX.",
                    c => c.Tls.CertificatePath,
                    (c, v) => c.Tls.CertificatePath = v,
                    "fullchain.pem"
                ),
                new PathSetting<ServerConfiguration>(
                    "Key",
                    "PEM of the private key, when the certificate's file does not hold it.",
                    c => c.Tls.PrivateKeyPath,
                    (c, v) => c.Tls.PrivateKeyPath = v,
                    "privkey.pem"
                ),
                new TextSetting<ServerConfiguration>(
                    "Password",
                    "Of a PFX or an encrypted key.",
                    c => c.Tls.Password,
                    (c, v) => c.Tls.Password = v,
                    "a text",
                    ["secret"]
                ),
                new ChoiceSetting<ServerConfiguration, ClientCertificates>(
                    "ClientCertificates",
                    "Whether clients are asked for a certificate. Request: verified when given. Require: a connection without a valid one is refused.",
                    c => c.Tls.ClientCertificates,
                    (c, v) => c.Tls.ClientCertificates = v,
                    ("None", ClientCertificates.None),
                    ("Request", ClientCertificates.Optional),
                    ("Require", ClientCertificates.Required)
                ),
                new PathSetting<ServerConfiguration>(
                    "TrustedCertificates",
                    "PEM of the authorities to trust in place of the system's, for clients and servers.",
                    c => c.Tls.TrustedCertificatesPath,
                    (c, v) => c.Tls.TrustedCertificatesPath = v,
                    "authorities.pem",
                    "the system's"
                ),
                Flag(
                    "VerifyServers",
                    "Whether certificates of servers that Parley calls are checked.",
                    c => !c.Tls.AcceptUntrustedServers,
                    (c, v) => c.Tls.AcceptUntrustedServers = !v
                ),
                Seconds(
                    "ReloadInterval",
                    "How often the files are looked at for a change.",
                    c => c.Tls.ReloadInterval,
                    (c, v) => c.Tls.ReloadInterval = v,
                    1,
                    Day
                ),
            ]
        );
}
