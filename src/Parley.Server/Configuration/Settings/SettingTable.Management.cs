using Parley.Management;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static SettingSection Management =>
        new(
            "Management",
            "What operators and their tools use: the page, the API, commands and statistics (MI).",
            [
                Flag(
                    "Enabled",
                    "Whether there is a management side at all.",
                    c => c.Management.IsEnabled,
                    (c, v) => c.Management.IsEnabled = v
                ),
                Flag(
                    "Http",
                    "Whether it listens for HTTP; without, there are the FIFO and datagrams.",
                    c => !c.Management.Options.WithoutHttp,
                    (c, v) => c.Management.Options.WithoutHttp = !v
                ),
                Texts(
                    "Listen",
                    "Addresses for HTTP. Port 0 takes a free one. Beyond loopback there is TLS alone, and Access needs a Certificate and a credential; `https://` before an address of loopback gives TLS there.",
                    static o => o.Listen,
                    static text => ManagementOptions.EndPointOf(text) is not null,
                    "an address and a port, e.g. 127.0.0.1:8888, 0.0.0.0:8889 or https://127.0.0.1:8889",
                    ["127.0.0.1:8888", "[::1]:8888"],
                    "127.0.0.1:8888"
                ),
                Texts(
                    "AllowedHosts",
                    "Names by which browsers and tools may call it besides localhost, such as that of a proxy in front; others are refused.",
                    static o => o.AllowedHosts,
                    static text => HostText.TryDomain(text, out _),
                    "a name without port, e.g. pbx.example.com",
                    ["pbx.example.com"]
                ),
                new TextSetting<ServerConfiguration>(
                    "MiRoot",
                    "The path of the MI.",
                    c => c.Management.Options.MiRoot,
                    (c, v) => c.Management.Options.MiRoot = v ?? "",
                    "letters, digits, `_` and `-`",
                    ["json-rpc"],
                    static text => text.All(static t => char.IsAsciiLetterOrDigit(t) || t is '_' or '-')
                ),
                new PathSetting<ServerConfiguration>(
                    "Fifo",
                    "A FIFO for commands; what may write to it may change everything.",
                    c => c.Management.Options.Fifo is { Length: > 0 } path ? path : null,
                    (c, v) => c.Management.Options.Fifo = v ?? "",
                    "/run/parley/mi.fifo",
                    "none"
                ),
                new PathSetting<ServerConfiguration>(
                    "FifoReplies",
                    "The folder of the FIFOs that replies go to.",
                    c => c.Management.Options.FifoReplyDirectory,
                    (c, v) => c.Management.Options.FifoReplyDirectory = v ?? "/tmp",
                    "/run/parley"
                ),
                Texts(
                    "Datagrams",
                    "Places for commands in datagrams, over UDP on loopback or a Unix socket.",
                    static o => o.Datagrams,
                    ManagementOptions.IsDatagramPlace,
                    "`udp:` and an address of loopback with a port, or `unix:` and a path",
                    ["udp:127.0.0.1:8080", "unix:/run/parley/mi.sock"]
                ),
                Scaled(
                    "MaxRequestSize",
                    "The longest request; over HTTP a longer one gets 413. KB.",
                    1024,
                    c => c.Management.Options.MaxRequestSize,
                    (c, v) => c.Management.Options.MaxRequestSize = (int)v,
                    1,
                    65_536
                ),
                Number(
                    "MaxRequests",
                    "How many commands run at once; further ones get an error.",
                    c => c.Management.Options.MaxRequests,
                    (c, v) => c.Management.Options.MaxRequests = v,
                    1,
                    10_000
                ),
                Number(
                    "MaxConnections",
                    "How many HTTP connections there may be.",
                    c => c.Management.Options.MaxConnections,
                    (c, v) => c.Management.Options.MaxConnections = v,
                    1,
                    100_000
                ),
                Seconds(
                    "HeaderTimeout",
                    "How long an HTTP connection may take for the head of a request.",
                    c => c.Management.Options.HeaderTimeout,
                    (c, v) => c.Management.Options.HeaderTimeout = v,
                    1,
                    Hour
                ),
                Seconds(
                    "IdleTimeout",
                    "How long an HTTP connection may stay without a request.",
                    c => c.Management.Options.IdleTimeout,
                    (c, v) => c.Management.Options.IdleTimeout = v,
                    1,
                    Day
                ),
                Api,
                Access,
                Metrics,
                Traces,
                OtlpProtocol,
                Hep,
                Recorder,
                Events,
                Mcp,
            ]
        );

    private static ListSetting<ServerConfiguration, string> Texts(
        string name,
        string description,
        Func<ManagementOptions, IList<string>> list,
        Func<string, bool> accepts,
        string allowed,
        string[] examples,
        string standard = ""
    ) =>
        new(
            name,
            description,
            c => [.. list(c.Management.Options)],
            (c, v) =>
            {
                IList<string> target = list(c.Management.Options);
                target.Clear();
                foreach (var text in v)
                    target.Add(text);
            },
            (string text, out string item) => accepts(item = text),
            allowed,
            examples,
            isDistinct: true,
            standard
        );
}
