using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>A file or folder; a relative one starts at the folder of <c>parley.json</c>.</summary>
internal sealed class PathSetting<T>(
    string name,
    string description,
    Func<T, string?> get,
    Action<T, string?> set,
    string example,
    string standard = ""
) : ValueSetting<T, string?>(name, description, get, set)
{
    public override string Unit => " Relative to parley.json.";

    public override string LeftOut => standard;

    public override string Allowed => "a path, relative to parley.json";

    public override void Read(SectionReader reader, T target)
    {
        if (reader.Text(Name) is not { } text)
            return;
        if (text.Contains('\0', StringComparison.Ordinal))
            reader.Refuse(Name, text, "a path");
        else
            Set(target, Path.GetFullPath(text, reader.Folder));
    }

    public override string Text(T target) => Get(target) ?? standard;

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "string");
        SettingSchema.WriteExamples(writer, [example]);
    }
}
