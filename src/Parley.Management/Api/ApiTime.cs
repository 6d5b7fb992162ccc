using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Management;

/// <summary>Moments as the API writes them: UTC with milliseconds, <c>2026-11-30T22:53:43.120Z</c>.</summary>
internal sealed class ApiTime : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset moment)
    {
        Span<byte> text = stackalloc byte[32];
        moment.UtcDateTime.TryFormat(text, out int length, Format, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        value.UtcDateTime.TryFormat(text, out int length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
