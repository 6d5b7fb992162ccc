using System.Text;
using System.Text.Json;

namespace Parley.Management;

/// <summary>Takes secrets out of settings: every text below a key that names one.</summary>
internal static class SecretBlanking
{
    public const string Blank = "***";

    /// <summary>Parts of keys, in capitals. A connection string holds a password.</summary>
    private static readonly string[] Words =
    [
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "TOKEN",
        "KEY",
        "CREDENTIAL",
        "CONNECTION",
        "HA1",
        "DIGEST",
    ];

    /// <summary>The object with secrets blanked; null when it is no JSON object.</summary>
    public static string? Blanked(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
                Write(writer, document.RootElement, isSecret: false);
            return Encoding.UTF8.GetString(buffer.ToArray());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, bool isSecret)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, isSecret || IsSecret(property.Name));
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                    Write(writer, item, isSecret);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String when isSecret && element.GetString() is { Length: > 0 }:
                writer.WriteStringValue(Blank);
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool IsSecret(string name)
    {
        string capitals = name.ToUpperInvariant();
        return Words.Any(word => capitals.Contains(word, StringComparison.Ordinal));
    }
}
