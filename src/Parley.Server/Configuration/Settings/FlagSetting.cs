using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>True or false.</summary>
internal sealed class FlagSetting<T>(string name, string description, Func<T, bool> get, Action<T, bool> set)
    : ValueSetting<T, bool>(name, description, get, set)
{
    public override string Allowed => "`true`, `false`";

    public override void Read(SectionReader reader, T target) => Set(target, reader.Flag(Name, Get(target)));

    public override string Text(T target) => Get(target) ? "true" : "false";

    public override void WriteSchema(Utf8JsonWriter writer, T defaults)
    {
        writer.WriteString("type", "boolean");
        writer.WriteBoolean("default", Get(defaults));
    }
}
