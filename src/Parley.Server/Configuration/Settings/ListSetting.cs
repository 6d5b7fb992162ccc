using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>A list of texts, each parsed by <paramref name="parse"/>, which returns false for what is not allowed.</summary>
internal sealed class ListSetting<T, TItem>(
    string name,
    string description,
    Func<T, IReadOnlyList<TItem>> get,
    Action<T, IReadOnlyList<TItem>> set,
    TryParse<TItem> parse,
    string allowed,
    string[] examples,
    bool isDistinct = false,
    string standard = ""
) : Setting<T>(name, description)
{
    public override string LeftOut => standard;

    public override string Allowed => "a list, each " + allowed;

    public override void Read(SectionReader reader, T target)
    {
        if (reader.Has(Name))
            set(target, reader.Values(Name, parse, allowed, isDistinct));
        else
            reader.Know(Name);
    }

    public override void Copy(T from, T to) => set(to, get(from));

    public override bool IsSame(T a, T b) => get(a).SequenceEqual(get(b));

    public override string Text(T target) => get(target) is { Count: > 0 } items ? string.Join(", ", items) : standard;

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("type", "string");
        SettingSchema.WriteExamples(writer, examples);
        writer.WriteEndObject();
        if (isDistinct)
            writer.WriteBoolean("uniqueItems", true);
    }
}

/// <summary>Reads one item of a list; false when the text is not allowed.</summary>
internal delegate bool TryParse<TItem>(string text, out TItem item);
