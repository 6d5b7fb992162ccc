namespace Parley.Server.Configuration.Settings;

/// <summary>The settings below one key of <c>Parley</c>.</summary>
/// <param name="Name">The key; empty for the settings that stand directly in <c>Parley</c>.</param>
/// <param name="Description">What they are about.</param>
/// <param name="Settings">In the order of the schema and the reference page.</param>
internal sealed record SettingSection(string Name, string Description, IReadOnlyList<Setting<ServerConfiguration>> Settings)
{
    /// <summary>The whole key of a setting, <c>Dialogs:DefaultTimeout</c>.</summary>
    public string KeyOf(Setting<ServerConfiguration> setting) => Name.Length == 0 ? setting.Name : $"{Name}:{setting.Name}";

    /// <summary>Every setting with its whole key, those of groups (<c>Management:Metrics:Enabled</c>) in place of the groups.</summary>
    public IEnumerable<(string Key, Setting<ServerConfiguration> Setting)> Keys =>
        Settings.SelectMany(setting => KeysOf(KeyOf(setting), setting));

    private static IEnumerable<(string Key, Setting<ServerConfiguration> Setting)> KeysOf(
        string key,
        Setting<ServerConfiguration> setting
    ) =>
        setting is GroupSetting<ServerConfiguration> group
            ? group.Settings.SelectMany(inner => KeysOf($"{key}:{inner.Name}", inner))
            : [(key, setting)];
}
