using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Management;

/// <summary>An event in the JSON format of CloudEvents 1.0, structured mode.</summary>
internal static class CloudEvent
{
    public const string ContentType = "application/cloudevents+json";

    /// <summary>What the names of kinds have before them as types of CloudEvents.</summary>
    public const string TypePrefix = "parley.";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="one">The event.</param>
    /// <param name="source">The server, as a URI reference.</param>
    public static QueuedEvent Of(ParleyEvent one, string source)
    {
        string id = IdOf(one);
        string key = one.CallId ?? one.Subject ?? "";
        var text = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(text, s_json))
        {
            json.WriteStartObject();
            json.WriteString("specversion"u8, "1.0"u8);
            json.WriteString("id"u8, id);
            json.WriteString("source"u8, source);
            json.WriteString("type"u8, TypePrefix + one.Name);
            json.WriteString("time"u8, ParleyEvent.TextOf(one.Time));
            if (!string.IsNullOrEmpty(one.Subject))
                json.WriteString("subject"u8, one.Subject);
            json.WriteString("datacontenttype"u8, "application/json"u8);
            // Extensions that CloudEvents documents: the order, and what is to stay together.
            json.WriteString("sequence"u8, one.Number.ToString("D20", CultureInfo.InvariantCulture));
            if (key.Length > 0)
                json.WriteString("partitionkey"u8, key);
            json.WritePropertyName("data"u8);
            one.WriteData(json);
            json.WriteEndObject();
        }

        return new QueuedEvent(key, one.DialogId?.ToString() ?? "", id, text.WrittenMemory.ToArray());
    }

    /// <summary>The end of a call has the identity of its record, so that one that a crash reports twice is known again. No full stop: the signature separates by it.</summary>
    private static string IdOf(ParleyEvent one) =>
        one is CallLifeEvent { Record: { } record }
            ? string.Create(CultureInfo.InvariantCulture, $"ended-{record.DialogId.Value:x}-{record.Start.ToUnixTimeMilliseconds()}")
            : one.Number.ToString(CultureInfo.InvariantCulture);
}
