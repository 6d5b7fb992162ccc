using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>A part of a whole: 0 to 1.</summary>
internal sealed class FractionSetting<T>(string name, string description, Func<T, double> get, Action<T, double> set)
    : Setting<T>(name, description)
{
    public override string Allowed => "0 to 1";

    public override void Read(SectionReader reader, T target)
    {
        if (reader.Text(Name) is not { } text)
            return;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1)
            set(target, value);
        else
            reader.Refuse(Name, text, "a number from 0 to 1");
    }

    public override void Copy(T from, T to) => set(to, get(from));

    public override bool IsSame(T a, T b) => get(a).Equals(get(b));

    public override string Text(T target) => get(target).ToString(CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "number");
        writer.WriteNumber("minimum", 0);
        writer.WriteNumber("maximum", 1);
        writer.WriteNumber("default", get(defaults));
    }
}
