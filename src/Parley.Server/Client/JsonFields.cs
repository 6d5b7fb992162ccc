using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Client;

/// <summary>Reads fields that an answer of the API may have or not.</summary>
internal static class JsonFields
{
    extension(JsonElement element)
    {
        /// <summary>A field; null when it is absent, null, or the element is no object.</summary>
        public JsonElement? Field(string name) =>
            element.ValueKind == JsonValueKind.Object
            && element.TryGetProperty(name, out var value)
            && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                ? value
                : null;

        /// <summary>A field as text, whatever its kind; null when there is none.</summary>
        public string? Text(string name) => element.Field(name) is { } value ? value.AsText() : null;

        /// <summary>A value as text: that of a string itself, of anything else as JSON writes it.</summary>
        public string AsText() => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

        /// <summary>A whole number; null when there is none.</summary>
        public long? Number(string name) =>
            element.Field(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

        /// <summary>A time; null when there is none.</summary>
        public DateTimeOffset? Time(string name) =>
            element.Text(name) is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                ? time
                : null;

        /// <summary>The elements of a list; none when it is absent.</summary>
        public IEnumerable<JsonElement> List(string name) =>
            element.Field(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

        /// <summary>The fields of an object; none when it is absent.</summary>
        public IEnumerable<JsonProperty> Fields(string name) =>
            element.Field(name) is { ValueKind: JsonValueKind.Object } value ? value.EnumerateObject() : [];
    }
}
