using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>One of several names, read in any case.</summary>
internal sealed class ChoiceSetting<T, TValue>(
    string name,
    string description,
    Func<T, TValue> get,
    Action<T, TValue> set,
    params (string Name, TValue Value)[] choices
) : ValueSetting<T, TValue>(name, description, get, set)
    where TValue : struct
{
    public override string Allowed => string.Join(", ", choices.Select(c => $"`{c.Name}`"));

    public override void Read(SectionReader reader, T target) => Set(target, reader.Choice(Name, Text(target), choices));

    public override string Text(T target)
    {
        var value = Get(target);
        return choices.First(c => EqualityComparer<TValue>.Default.Equals(c.Value, value)).Name;
    }

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteStartArray("enum");
        foreach (var choice in choices)
            writer.WriteStringValue(choice.Name);
        writer.WriteEndArray();
        writer.WriteString("default", Text(defaults));
    }
}
