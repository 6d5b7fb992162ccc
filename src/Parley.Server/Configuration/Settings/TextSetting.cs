using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>
/// A text. <paramref name="accepts"/> is true for one that is allowed; without it every text is.
/// <paramref name="standard"/> says what holds when the option is null.
/// </summary>
internal sealed class TextSetting<T>(
    string name,
    string description,
    Func<T, string?> get,
    Action<T, string?> set,
    string allowed,
    string[] examples,
    Func<string, bool>? accepts = null,
    string standard = "",
    string? pattern = null
) : ValueSetting<T, string?>(name, description, get, set)
{
    public override string LeftOut => standard;

    public override string Allowed => allowed;

    public override void Read(SectionReader reader, T target)
    {
        if (reader.Text(Name) is not { } text)
        {
            if (IsRequired && !reader.HasErrorAt(Name))
                reader.Refuse(Name, "is missing; give " + allowed);
            return;
        }
        if (accepts is null || accepts(text))
            Set(target, text);
        else
            reader.Refuse(Name, text, allowed);
    }

    public override string Text(T target) => Get(target) is { Length: > 0 } text ? text : standard;

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "string");
        if (Get(defaults) is { Length: > 0 } text)
            writer.WriteString("default", text);
        if (pattern is not null)
            writer.WriteString("pattern", pattern);
        SettingSchema.WriteExamples(writer, examples);
    }
}
