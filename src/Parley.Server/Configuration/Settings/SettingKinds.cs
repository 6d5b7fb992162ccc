namespace Parley.Server.Configuration.Settings;

/// <summary>Settings of the common kinds, for <see cref="SettingTable"/>.</summary>
internal static class SettingKinds
{
    public static Setting<ServerConfiguration> Flag(
        string name,
        string description,
        Func<ServerConfiguration, bool> get,
        Action<ServerConfiguration, bool> set,
        bool reloads = false
    ) => new FlagSetting<ServerConfiguration>(name, description, get, set) { Reloads = reloads };

    public static Setting<ServerConfiguration> Number(
        string name,
        string description,
        Func<ServerConfiguration, int> get,
        Action<ServerConfiguration, int> set,
        int min,
        int max,
        bool isPowerOfTwo = false
    ) => new NumberSetting<ServerConfiguration>(name, description, c => get(c), (c, v) => set(c, (int)v), min, max, isPowerOfTwo);

    /// <summary>A number in units of <paramref name="unit"/>, which the option counts by one.</summary>
    public static Setting<ServerConfiguration> Scaled(
        string name,
        string description,
        long unit,
        Func<ServerConfiguration, long> get,
        Action<ServerConfiguration, long> set,
        long min,
        long max
    ) => new NumberSetting<ServerConfiguration>(name, description, c => get(c) / unit, (c, v) => set(c, v * unit), min, max);

    public static Setting<ServerConfiguration> Seconds(
        string name,
        string description,
        Func<ServerConfiguration, TimeSpan> get,
        Action<ServerConfiguration, TimeSpan> set,
        double min,
        double max,
        bool reloads = false
    ) =>
        new SecondsSetting<ServerConfiguration>(name, description, c => get(c), (c, v) => set(c, v.GetValueOrDefault()), min, max)
        {
            Reloads = reloads,
        };

    /// <summary>Seconds of an option that is null by default; <paramref name="standard"/> says what holds then.</summary>
    public static Setting<ServerConfiguration> SecondsOr(
        string standard,
        string name,
        string description,
        Func<ServerConfiguration, TimeSpan?> get,
        Action<ServerConfiguration, TimeSpan?> set,
        double min,
        double max
    ) => new SecondsSetting<ServerConfiguration>(name, description, get, set, min, max, standard);
}
