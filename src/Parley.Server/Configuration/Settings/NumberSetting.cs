using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>A whole number within a range.</summary>
internal sealed class NumberSetting<T>(
    string name,
    string description,
    Func<T, long> get,
    Action<T, long> set,
    long min,
    long max,
    bool isPowerOfTwo = false
) : ValueSetting<T, long>(name, description, get, set)
{
    public override string Allowed =>
        string.Create(CultureInfo.InvariantCulture, $"{min} to {max}{(isPowerOfTwo ? ", a power of two" : "")}");

    public override void Read(SectionReader reader, T target)
    {
        var value = reader.Number(Name, Get(target), min, max);
        if (isPowerOfTwo && (value & (value - 1)) != 0)
            reader.Refuse(Name, value.ToString(CultureInfo.InvariantCulture), "a power of two");
        Set(target, value);
    }

    public override string Text(T target) => Get(target).ToString(CultureInfo.InvariantCulture);

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "integer");
        writer.WriteNumber("default", Get(defaults));
        writer.WriteNumber("minimum", min);
        writer.WriteNumber("maximum", max);
    }
}
