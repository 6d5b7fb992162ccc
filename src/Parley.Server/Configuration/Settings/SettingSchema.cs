using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Server.Configuration.Settings;

/// <summary>The JSON schema of <c>parley.json</c>, written from <see cref="SettingTable"/>.</summary>
internal static class SettingSchema
{
    public static string Write()
    {
        using var stream = new MemoryStream();
        var options = new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        using (var writer = new Utf8JsonWriter(stream, options))
            WriteRoot(writer);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>An object whose keys are the settings and nothing else.</summary>
    public static void WriteObject<T>(Utf8JsonWriter writer, IReadOnlyList<Setting<T>> settings, T defaults)
    {
        StartObject(writer);
        WriteProperties(writer, settings, defaults);
        writer.WriteEndObject();
        if (!settings.Any(s => s.IsRequired))
            return;
        writer.WriteStartArray("required");
        foreach (var setting in settings.Where(s => s.IsRequired))
            writer.WriteStringValue(setting.Name);
        writer.WriteEndArray();
    }

    public static void WriteExamples(Utf8JsonWriter writer, string[] examples)
    {
        if (examples.Length == 0)
            return;
        writer.WriteStartArray("examples");
        foreach (var example in examples)
            writer.WriteStringValue(example);
        writer.WriteEndArray();
    }

    private static void WriteRoot(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
        writer.WriteString("title", "parley.json");
        writer.WriteString(
            "description",
            "Settings of the Parley server. Each may be overridden by an environment variable: Parley__Dialogs__DefaultTimeout=7200."
        );
        StartObject(writer);
        writer.WriteStartObject("$schema");
        writer.WriteString("type", "string");
        writer.WriteEndObject();
        WriteLogging(writer);
        writer.WriteStartObject("Parley");
        writer.WriteString("description", "The server.");
        WriteSections(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSections(Utf8JsonWriter writer)
    {
        var defaults = new ServerConfiguration();
        StartObject(writer);
        foreach (var section in SettingTable.Sections)
        {
            if (section.Name.Length == 0)
            {
                WriteProperties(writer, section.Settings, defaults);
                continue;
            }
            writer.WriteStartObject(section.Name);
            writer.WriteString("description", section.Description);
            WriteObject(writer, section.Settings, defaults);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void WriteLogging(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("Logging");
        writer.WriteString("description", "Levels by category, as in every .NET application; read again on SIGHUP.");
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        writer.WriteStartObject("LogLevel");
        writer.WriteString("description", "The category, or Default, and its lowest level.");
        writer.WriteString("type", "object");
        writer.WriteStartObject("additionalProperties");
        writer.WriteStartArray("enum");
        foreach (var level in LogLevels.Names)
            writer.WriteStringValue(level);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // Left open: the caller writes more properties and ends the object "properties".
    private static void StartObject(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "object");
        writer.WriteBoolean("additionalProperties", false);
        writer.WriteStartObject("properties");
    }

    private static void WriteProperties<T>(Utf8JsonWriter writer, IReadOnlyList<Setting<T>> settings, T defaults)
    {
        foreach (var setting in settings)
        {
            writer.WriteStartObject(setting.Name);
            writer.WriteString(
                "description",
                setting.Description + setting.Unit + (setting.LeftOut.Length > 0 ? $" Left out: {setting.LeftOut}." : "")
            );
            setting.WriteSchema(writer, defaults);
            writer.WriteEndObject();
        }
    }
}
