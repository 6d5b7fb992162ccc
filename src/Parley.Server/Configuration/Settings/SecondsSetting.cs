using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>A span of time in seconds, fractions allowed. <paramref name="standard"/> says what holds when it is left out and the option is null.</summary>
internal sealed class SecondsSetting<T>(
    string name,
    string description,
    Func<T, TimeSpan?> get,
    Action<T, TimeSpan?> set,
    double min,
    double max,
    string? standard = null
) : ValueSetting<T, TimeSpan?>(name, description, get, set)
{
    public override string Unit => " Seconds.";

    public override string LeftOut => standard ?? "";

    public override string Allowed => string.Create(CultureInfo.InvariantCulture, $"{min} to {max} s");

    public override void Read(SectionReader reader, T target) => Set(target, reader.Seconds(Name, Get(target), min, max));

    public override string Text(T target) =>
        Get(target) is { } value ? value.TotalSeconds.ToString(CultureInfo.InvariantCulture) : standard ?? "";

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "number");
        if (Get(defaults) is { } value)
            writer.WriteNumber("default", value.TotalSeconds);
        writer.WriteNumber("minimum", min);
        writer.WriteNumber("maximum", max);
    }
}
