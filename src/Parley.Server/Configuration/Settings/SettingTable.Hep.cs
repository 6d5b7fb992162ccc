using Parley.Management;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static GroupSetting<ServerConfiguration> Hep =>
        new(
            "Hep",
            "Messages to and from capture tools by HEP version 3: Homer, heplify, sngrep, other proxies.",
            [
                new ChoiceSetting<ServerConfiguration, HepMode>(
                    "Mode",
                    "Which messages go out. Selected: those of calls chosen at run time, and of Users.",
                    c => c.Management.Options.Hep.Mode,
                    (c, v) => c.Management.Options.Hep.Mode = v,
                    ("Off", HepMode.Off),
                    ("All", HepMode.All),
                    ("Selected", HepMode.Selected)
                ),
                new TextSetting<ServerConfiguration>(
                    "Target",
                    "The collector. Messages go there as they are, with what their headers have of passwords.",
                    c => c.Management.Options.Hep.Target is { Length: > 0 } target ? target : null,
                    (c, v) => c.Management.Options.Hep.Target = v ?? "",
                    "`udp:` or `tcp:`, a host and a port, e.g. udp:homer.example.com:9060",
                    ["udp:homer.example.com:9060", "tcp:192.0.2.9:9060"],
                    HepOptions.IsTarget
                ),
                Number(
                    "CaptureId",
                    "The number by which the collector knows this server.",
                    c => (int)c.Management.Options.Hep.CaptureId,
                    (c, v) => c.Management.Options.Hep.CaptureId = (uint)v,
                    0,
                    int.MaxValue
                ),
                new TextSetting<ServerConfiguration>(
                    "Key",
                    "The key that the collector asks for.",
                    c => c.Management.Options.Hep.Key is { Length: > 0 } key ? key : null,
                    (c, v) => c.Management.Options.Hep.Key = v ?? "",
                    "a text of at most 255 bytes",
                    ["myHep"],
                    static text => System.Text.Encoding.UTF8.GetByteCount(text) <= 255
                ),
                Number(
                    "QueueSize",
                    "How many messages wait for the collector; further ones are dropped and counted.",
                    c => c.Management.Options.Hep.QueueSize,
                    (c, v) => c.Management.Options.Hep.QueueSize = v,
                    16,
                    1_000_000
                ),
                Texts(
                    "Users",
                    "The users whose messages go out in the mode Selected.",
                    static o => o.Hep.Users,
                    static text => text.Length is > 0 and <= 255 && !text.Any(static t => char.IsControl(t) || t is '@' or ' '),
                    "the user part of a URI, e.g. +4930123",
                    ["alice", "+4930123"]
                ),
                Texts(
                    "Listen",
                    "Where messages of others are received, for the recorder. Beyond loopback with ListenKey only.",
                    static o => o.Hep.Listen,
                    HepOptions.IsListener,
                    "`udp:` or `tcp:`, an address and a port, e.g. udp:127.0.0.1:9060",
                    ["udp:127.0.0.1:9060", "tcp:[::1]:9060"]
                ),
                new TextSetting<ServerConfiguration>(
                    "ListenKey",
                    "The key that received messages must carry.",
                    c => c.Management.Options.Hep.ListenKey is { Length: > 0 } key ? key : null,
                    (c, v) => c.Management.Options.Hep.ListenKey = v ?? "",
                    "a text of at most 255 bytes",
                    ["myHep"],
                    static text => System.Text.Encoding.UTF8.GetByteCount(text) <= 255
                ),
            ]
        );
}
