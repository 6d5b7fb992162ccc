using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private static GroupSetting<ServerConfiguration> Mcp =>
        new(
            "Mcp",
            "The endpoint for language models (Model Context Protocol). Off unless it is turned on.",
            [
                Flag(
                    "Enabled",
                    "Whether there is one.",
                    c => c.Management.Options.Mcp.IsEnabled,
                    (c, v) => c.Management.Options.Mcp.IsEnabled = v
                ),
                new TextSetting<ServerConfiguration>(
                    "Path",
                    "Its path.",
                    c => c.Management.Options.Mcp.Path,
                    (c, v) => c.Management.Options.Mcp.Path = v ?? "",
                    "letters, digits, `_` and `-`",
                    ["llm"],
                    static text => text.All(static t => char.IsAsciiLetterOrDigit(t) || t is '_' or '-')
                ),
                Flag(
                    "AllowEnd",
                    "Whether it has a tool that ends calls, for callers with the role Operate.",
                    c => c.Management.Options.Mcp.AllowEnd,
                    (c, v) => c.Management.Options.Mcp.AllowEnd = v
                ),
            ]
        );
}
