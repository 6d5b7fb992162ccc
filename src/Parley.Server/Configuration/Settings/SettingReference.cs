using System.Text;
using Parley.Management;

namespace Parley.Server.Configuration.Settings;

/// <summary>The reference page of all settings (docs/reference/settings.md), written from <see cref="SettingTable"/>.</summary>
internal static class SettingReference
{
    public static string Write()
    {
        var page = new StringBuilder(
            """
            # Settings of the server

            All keys of `parley.json`, with the defaults that hold without it. This page is written by `parley settings`.

            A key stands below `Parley` in the file; in an environment variable, which wins over the file, `__` takes the place of each colon:
            `Parley__Dialogs__DefaultTimeout=7200`. Spans of time are numbers of seconds, fractions allowed. "reload" marks what SIGHUP brings into
            effect; the others take a restart. `parley check` names each key that is unknown or has a value that is not allowed, with its line.

            """
        );
        var defaults = new ServerConfiguration();
        foreach (var section in SettingTable.Sections)
        {
            Heading(page, section.Name.Length == 0 ? "Parley" : section.Name, section.Description);
            Table(page, section.Settings, defaults);
            foreach (var group in section.Settings.OfType<GroupSetting<ServerConfiguration>>())
                Items(page, section.KeyOf(group), group.Description, group.Settings);
            foreach (var group in section.Settings.OfType<GroupSetting<ServerConfiguration>>())
            {
                Access(page, section.KeyOf(group), group);
                foreach (var list in group.Settings.OfType<ObjectListSetting<ServerConfiguration, WebhookConfiguration>>())
                    Items(page, $"{section.KeyOf(group)}:{list.Name}", list.ItemDescription, list.Settings);
            }
            foreach (var list in section.Settings.OfType<ObjectListSetting<ServerConfiguration, ListenerConfiguration>>())
                Items(page, list.Name, list.ItemDescription, list.Settings);
            foreach (var list in section.Settings.OfType<ObjectListSetting<ServerConfiguration, RouteConfiguration>>())
                Items(page, list.Name, list.ItemDescription, list.Settings);
        }
        Heading(
            page,
            "Logging",
            $"Beside `Parley` in the file: `Logging:LogLevel:CATEGORY`, one of {string.Join(", ", LogLevels.Names)}. (reload)"
        );
        return page.ToString();
    }

    /// <summary>What a group holds besides single settings: groups, and the lists of the access.</summary>
    private static void Access(StringBuilder page, string key, GroupSetting<ServerConfiguration> group)
    {
        foreach (var inner in group.Settings.OfType<GroupSetting<ServerConfiguration>>())
            Items(page, $"{key}:{inner.Name}", inner.Description, inner.Settings);
        foreach (var list in group.Settings.OfType<ObjectListSetting<ServerConfiguration, ManagementToken>>())
            Items(page, $"{key}:{list.Name}", list.ItemDescription, list.Settings);
        foreach (var list in group.Settings.OfType<ObjectListSetting<ServerConfiguration, ManagementCertificate>>())
            Items(page, $"{key}:{list.Name}", list.ItemDescription, list.Settings);
    }

    private static void Items<T>(StringBuilder page, string name, string description, IReadOnlyList<Setting<T>> settings)
        where T : new()
    {
        Heading(page, name, description);
        Table(page, settings, new T());
    }

    private static void Heading(StringBuilder page, string title, string text) =>
        page.Append("\n## ").Append(title).Append("\n\n").Append(text).Append('\n');

    private static void Table<T>(StringBuilder page, IReadOnlyList<Setting<T>> settings, T defaults)
    {
        page.Append("\n| Setting | Default | Allowed | |\n|---|---|---|---|\n");
        foreach (var setting in settings)
        {
            page.Append("| `").Append(setting.Name).Append("` | ").Append(Cell(setting.Text(defaults)));
            page.Append(" | ").Append(Cell(setting.Allowed)).Append(" | ").Append(Cell(setting.Description));
            if (setting.Reloads)
                page.Append(" (reload)");
            page.Append(" |\n");
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
