using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Dialogs;

/// <summary>
/// A call record as one object of JSON, on one line: <c>id</c> (the idempotency key) and <c>type</c> first, then the fields of
/// <see cref="CallRecord"/>. Times are RFC 3339 in UTC with milliseconds, durations milliseconds; a time that is not known is left out.
/// </summary>
public static class CallRecordJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The idempotency key of a record: <see cref="CallRecord.Key"/>; of an intermediate record with <c>#</c> and its number.</summary>
    /// <param name="record">The record.</param>
    public static string IdOf(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Number == 0 ? record.Key : $"{record.Key}#{record.Number}";
    }

    /// <summary>Writes a record, without a line feed.</summary>
    /// <param name="record">The record.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Format(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var text = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(text, s_options))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, IdOf(record));
            json.WriteString("type"u8, record.Number == 0 ? "final"u8 : "intermediate"u8);
            if (record.Number > 0)
                json.WriteNumber("number"u8, record.Number);
            WriteIdentity(json, record);
            WriteTimes(json, record);
            WriteOutcome(json, record);
            json.WriteStartObject("custom"u8);
            foreach ((string name, string value) in record.Values)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>The custom values alone, as one object of JSON: what the column <c>custom</c> has.</summary>
    /// <param name="record">The record.</param>
    public static string FormatValues(CallRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var text = new ArrayBufferWriter<byte>(64);
        using (var json = new Utf8JsonWriter(text, s_options))
        {
            json.WriteStartObject();
            foreach ((string name, string value) in record.Values)
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void WriteIdentity(Utf8JsonWriter json, CallRecord record)
    {
        json.WriteString("did"u8, record.DialogId.ToString());
        json.WriteString("call_id"u8, record.CallId);
        json.WriteString("from_uri"u8, record.FromUri);
        json.WriteString("from_tag"u8, record.FromTag);
        json.WriteString("to_uri"u8, record.ToUri);
        json.WriteString("to_tag"u8, record.ToTag);
        json.WriteString("request_uri"u8, record.RequestUri);
        json.WriteString("source"u8, record.Source);
        json.WriteString("target"u8, record.Target);
        json.WriteString("target_uri"u8, record.TargetUri);
        json.WriteString("node"u8, record.Node);
    }

    private static void WriteTimes(Utf8JsonWriter json, CallRecord record)
    {
        Write(json, "start"u8, record.Start);
        Write(json, "ring"u8, record.Ring);
        Write(json, "answer"u8, record.Answer);
        Write(json, "end"u8, record.End);
        json.WriteNumber("setup_ms"u8, (long)record.SetupTime.TotalMilliseconds);
        json.WriteNumber("ring_ms"u8, (long)record.RingTime.TotalMilliseconds);
        json.WriteNumber("duration_ms"u8, (long)record.Duration.TotalMilliseconds);
    }

    private static void WriteOutcome(Utf8JsonWriter json, CallRecord record)
    {
        json.WriteString("disposition"u8, NameOf(record.Disposition));
        json.WriteNumber("code"u8, record.StatusCode);
        json.WriteString("reason"u8, record.Reason);
        json.WriteString("ended_by"u8, NameOf(record.EndedBy));
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>A disposition as it stands in files and tables: <c>answered</c>, <c>busy</c>, <c>declined</c>, <c>no_answer</c>, <c>cancelled</c>, <c>failed</c>.</summary>
    public static string NameOf(CallDisposition disposition) =>
        disposition switch
        {
            CallDisposition.Answered => "answered",
            CallDisposition.Busy => "busy",
            CallDisposition.Declined => "declined",
            CallDisposition.NoAnswer => "no_answer",
            CallDisposition.Cancelled => "cancelled",
            _ => "failed",
        };

    /// <summary>A side as it stands in files and tables: <c>caller</c>, <c>callee</c>, <c>proxy</c>, <c>timeout</c>, <c>none</c>.</summary>
    public static string NameOf(CallEndedBy side) =>
        side switch
        {
            CallEndedBy.Caller => "caller",
            CallEndedBy.Callee => "callee",
            CallEndedBy.Proxy => "proxy",
            CallEndedBy.Timeout => "timeout",
            _ => "none",
        };
}
