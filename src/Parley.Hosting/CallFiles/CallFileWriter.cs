using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Parley.Hosting;

/// <summary>Writes the format.</summary>
internal static class CallFileWriter
{
    // The message's own characters stay readable: the file is no part of a page.
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(CallFile file)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("format"u8, CallFileReader.Format);
            json.WriteNumber("version"u8, CallFile.CurrentVersion);
            json.WriteString("callId"u8, file.CallId);
            json.WriteString("saved"u8, Time(file.Saved));
            Text(json, "server"u8, file.ServerVersion);
            Text(json, "from"u8, file.From);
            Text(json, "to"u8, file.To);
            Text(json, "line"u8, file.Line);
            if (file.IsTruncated)
                json.WriteBoolean("truncated"u8, true);
            Texts(json, "abnormal"u8, file.Abnormal);
            Texts(json, "listeners"u8, file.Listeners);
            Texts(json, "ownNames"u8, file.OwnNames);
            Timers(json, file);
            Contacts(json, file);
            Configuration(json, file);
            json.WriteStartArray("entries"u8);
            foreach (CallFileEntry entry in file.Entries)
                Entry(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Entry(Utf8JsonWriter json, CallFileEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("at"u8, Time(entry.At));
        if (entry is CallFileMessage message)
            Message(json, message);
        else if (entry is CallFileStep step)
            Step(json, step);
        json.WriteEndObject();
    }

    private static void Message(Utf8JsonWriter json, CallFileMessage message)
    {
        json.WriteString("kind"u8, "message"u8);
        json.WriteString("from"u8, message.From);
        json.WriteString("to"u8, message.To);
        json.WriteString("transport"u8, message.Transport);
        json.WriteString("direction"u8, message.IsInbound ? "in"u8 : "out"u8);
        Text(json, "listener"u8, message.Listener);
        if (message.IsRetransmission)
            json.WriteBoolean("retransmission"u8, true);
        if (message.IsTruncated)
            json.WriteBoolean("truncated"u8, true);
        // A body may be of any bytes; text is what people read.
        if (Utf8.IsValid(message.Bytes.Span))
            json.WriteString("text"u8, message.Bytes.Span);
        else
            json.WriteBase64String("base64"u8, message.Bytes.Span);
    }

    private static void Step(Utf8JsonWriter json, CallFileStep step)
    {
        json.WriteString("kind"u8, "step"u8);
        json.WriteString("step"u8, step.Kind);
        json.WriteString("text"u8, step.Text);
        Text(json, "rfc"u8, step.Rfc);
        Text(json, "abnormal"u8, step.Abnormal);
    }

    private static void Timers(Utf8JsonWriter json, CallFile file)
    {
        if (file.Timers.Count == 0)
            return;
        json.WriteStartArray("timers"u8);
        foreach (CallFileTimer timer in file.Timers)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, timer.Name);
            json.WriteString("due"u8, Time(timer.Due));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Contacts(Utf8JsonWriter json, CallFile file)
    {
        if (file.Contacts.Count == 0)
            return;
        json.WriteStartArray("contacts"u8);
        foreach (CallFileContact contact in file.Contacts)
        {
            json.WriteStartObject();
            json.WriteString("aor"u8, contact.AddressOfRecord);
            json.WriteString("uri"u8, contact.Uri);
            Text(json, "received"u8, contact.Received);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Configuration(Utf8JsonWriter json, CallFile file)
    {
        if (file.Configuration is null)
            return;
        json.WritePropertyName("configuration"u8);
        json.WriteRawValue(file.Configuration);
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
