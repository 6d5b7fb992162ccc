using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>Tools on the recorded calls: <c>find_calls</c>, <c>call_ladder</c>, <c>why_ended</c>.</summary>
internal sealed class CallTools(ICallRecorder recorder, TimeProvider time, ILogger log)
{
    private const int MostCalls = 100;
    private const int MostEntries = 500;

    private const string CallIdSchema =
        """{"type":"object","properties":{"callId":{"type":"string","description":"The whole Call-ID."}},"required":["callId"]}""";

    public IEnumerable<McpTool> All =>
        [
            new(
                "find_calls",
                "Finds calls on this SIP proxy, live ones, ended ones and attempts that failed, the latest first. Each has one line in plain language that says what happened.",
                """
                {"type":"object","properties":{
                "text":{"type":"string","description":"Part of a Call-ID, URI, address or of the line."},
                "number":{"type":"string","description":"A number or user of From or To, whole or its end."},
                "address":{"type":"string","description":"The IP address of a participant."},
                "abnormal":{"type":"boolean","description":"True: only calls in which something was out of order."},
                "ended":{"type":"boolean","description":"True: only calls that are over; false: only live ones."},
                "minutes":{"type":"integer","minimum":1,"maximum":10080,"description":"Only calls of the last so many minutes."},
                "limit":{"type":"integer","minimum":1,"maximum":100,"description":"At most so many; 20 without."}}}
                """,
                reads: true,
                log,
                Find
            ),
            new(
                "call_ladder",
                "All messages and steps of one call in the order of time: which side sent what, and what the proxy did and why, with the RFC's clause.",
                CallIdSchema,
                reads: true,
                log,
                Ladder
            ),
            new(
                "why_ended",
                "Says which side ended a call and why, in one line, with the marks of what was abnormal and the steps behind it.",
                CallIdSchema,
                reads: true,
                log,
                Why
            ),
        ];

    private void Find(McpArguments arguments, Utf8JsonWriter json)
    {
        int minutes = arguments.Number("minutes", 0, 1, 10_080);
        var query = new RecordedCallQuery
        {
            Text = arguments.Text("text"),
            Number = arguments.Text("number"),
            Address = arguments.Text("address"),
            IsAbnormal = arguments.Flag("abnormal"),
            HasEnded = arguments.Flag("ended"),
            Since = minutes == 0 ? null : time.GetUtcNow() - TimeSpan.FromMinutes(minutes),
        };
        json.WriteStartArray();
        foreach (RecordedCallSummary call in recorder.Find(query).Take(arguments.Number("limit", 20, 1, MostCalls)))
        {
            json.WriteStartObject();
            Summary(json, call);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Ladder(McpArguments arguments, Utf8JsonWriter json)
    {
        RecordedCall call = Get(arguments);
        json.WriteStartObject();
        Summary(json, call);
        json.WriteStartArray("entries"u8);
        foreach (RecordedEntry entry in call.Entries.Take(MostEntries))
        {
            json.WriteStartObject();
            Entry(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (call.Entries.Count > MostEntries)
            json.WriteNumber("leftOut"u8, call.Entries.Count - MostEntries);
        json.WriteEndObject();
    }

    private void Why(McpArguments arguments, Utf8JsonWriter json)
    {
        RecordedCall call = Get(arguments);
        json.WriteStartObject();
        Summary(json, call);
        json.WriteStartArray("steps"u8);
        foreach (RecordedStep step in call.Entries.OfType<RecordedStep>().TakeLast(MostEntries))
        {
            json.WriteStartObject();
            Entry(json, step);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private RecordedCall Get(McpArguments arguments)
    {
        string callId = arguments.Required("callId");
        return recorder.TryGet(callId, out RecordedCall? call)
            ? call
            : throw new McpArgumentException($"Nothing of a call with the Call-ID {callId} is in the recorder.");
    }

    private static void Summary(Utf8JsonWriter json, RecordedCallSummary call)
    {
        json.WriteString("callId"u8, call.CallId);
        if (call.DialogId is { } id)
            json.WriteString("dialog"u8, id);
        json.WriteString("from"u8, call.From);
        json.WriteString("to"u8, call.To);
        json.WriteString("started"u8, call.Started);
        if (call.Answered is { } answered)
            json.WriteString("answered"u8, answered);
        if (call.Ended is { } ended)
            json.WriteString("ended"u8, ended);
        if (call.Status is { } status)
            json.WriteNumber("status"u8, status);
        json.WriteString("line"u8, call.Line);
        json.WriteStartArray("abnormal"u8);
        foreach (string mark in call.Abnormal)
            json.WriteStringValue(mark);
        json.WriteEndArray();
    }

    private static void Entry(Utf8JsonWriter json, RecordedEntry entry)
    {
        json.WriteString("at"u8, entry.At);
        if (entry is RecordedMessage message)
        {
            json.WriteString("from"u8, message.From);
            json.WriteString("to"u8, message.To);
            json.WriteString("message"u8, FirstLine(message.Text));
            json.WriteString("cseq"u8, message.CSeq);
            if (message.IsRetransmission)
                json.WriteBoolean("retransmission"u8, true);
        }
        else if (entry is RecordedStep step)
        {
            json.WriteString("step"u8, step.Step);
            json.WriteString("text"u8, step.Text);
            if (step.Rfc is { } rfc)
                json.WriteString("rfc"u8, rfc);
            if (step.Abnormal is { } abnormal)
                json.WriteString("abnormal"u8, abnormal);
        }
    }

    // Messages come from strangers: a model gets no bodies and no headers, which could hold words for it.
    private static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
