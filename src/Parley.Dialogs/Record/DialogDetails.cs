using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// Writes <see cref="DialogColumn.Details"/>: all that a dialog needs after a restart and the <c>dialog</c> table has no column for, as JSON. Bytes that
/// are not UTF-8 stand as <c>{"b64":"..."}</c>. Names that a reader does not know are passed over.
/// </summary>
internal static class DialogDetails
{
    public const int Version = 1;

    /// <summary>Deadlines are rounded up to this many milliseconds: two clocks make them, and a row whose deadline stands has the same text each time.</summary>
    private const long Rounding = 20;

    /// <summary>Read by programs only: no escapes but those that JSON asks for.</summary>
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_json;

    /// <summary>Under the dialog's lock. Valid until the next call on this thread.</summary>
    public static ReadOnlySpan<byte> Write(Dialog dialog)
    {
        ArrayBufferWriter<byte> buffer = t_buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        Utf8JsonWriter json = t_json ??= new Utf8JsonWriter(buffer, Options);
        json.Reset(buffer);
        json.WriteStartObject();
        json.WriteNumber("v"u8, Version);
        if (dialog.Runtime.Node is { Length: > 0 } node)
            json.WriteString("node"u8, node);
        WriteLife(json, dialog);
        json.WriteNumber("invite"u8, dialog.LegSet.InviteCSeq);
        WritePings(json, dialog);
        json.WriteStartArray("legs"u8);
        foreach (DialogLeg leg in dialog.LegSet.ToList())
            WriteLeg(json, dialog, leg);
        json.WriteEndArray();
        if (dialog.Tracking.Track is { } track)
        {
            json.WritePropertyName("record"u8);
            CallTrackJson.Write(json, track);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    /// <summary>Bytes as a string where they are UTF-8; nothing for none.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        json.WritePropertyName(name);
        WriteValue(json, bytes);
    }

    private static void WriteValue(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            json.WriteStringValue(bytes);
            return;
        }

        json.WriteStartObject();
        json.WriteBase64String("b64"u8, bytes);
        json.WriteEndObject();
    }

    private static void WriteLife(Utf8JsonWriter json, Dialog dialog)
    {
        ref readonly DialogLife life = ref dialog.Life;
        long now = dialog.Runtime.Now,
            unixNow = dialog.Runtime.UnixMilliseconds;
        json.WriteNumber("created"u8, dialog.CreatedAt.ToUnixTimeMilliseconds());
        if (life.StartTime != 0)
            json.WriteNumber("start"u8, life.StartTime);
        json.WriteNumber("lifetime"u8, life.Lifetime);
        if (life.LifetimeDue is { } due)
            json.WriteNumber("due"u8, Round(unixNow + due - now));
        if (life.StateDue is { } stateDue)
            json.WriteNumber(life.State == DialogState.Confirmed ? "ack_due"u8 : "state_due"u8, Round(unixNow + stateDue - now));
        if (life.OwnDeleteDelay != 0)
            json.WriteNumber("delete_delay"u8, life.OwnDeleteDelay);
        if ((life.InternalFlags & InternalFlags.InDetails) is not 0 and var extra)
            json.WriteNumber("flags"u8, (int)extra);
        if (life.Reason is { } reason)
            json.WriteString("reason"u8, reason);
    }

    private static void WritePings(Utf8JsonWriter json, Dialog dialog)
    {
        if (dialog.PingsInLock is not { } pings)
            return;
        json.WriteStartObject("ping"u8);
        if (pings.OptionsInterval != 0)
            json.WriteNumber("options"u8, pings.OptionsInterval);
        if (pings.ReinviteInterval != 0)
            json.WriteNumber("reinvite"u8, pings.ReinviteInterval);
        if (pings.Caller is { HasAnswered: true })
            json.WriteBoolean("caller_answers"u8, true);
        if (pings.Callee is { HasAnswered: true })
            json.WriteBoolean("callee_answers"u8, true);
        json.WriteEndObject();
    }

    private static void WriteLeg(Utf8JsonWriter json, Dialog dialog, DialogLeg leg)
    {
        bool isCallee = leg == dialog.Callee,
            isInColumns = isCallee || leg.IsCaller;
        PackedLeg packed = leg.Packed;
        json.WriteStartObject();
        json.WriteNumber("branch"u8, leg.Branch);
        Write(json, "tag"u8, packed.Tag);
        if (packed.IsContactRaw)
            Write(json, "raw_contact"u8, packed.ContactText);
        else if (!isInColumns)
            Write(json, "contact"u8, packed.Contact);
        if (!isInColumns && packed.RouteCount > 0)
        {
            json.WriteStartArray("routes"u8);
            foreach (ReadOnlySpan<byte> route in packed.Routes)
                WriteValue(json, route);
            json.WriteEndArray();
        }

        if (leg.IsAnswered)
            json.WriteBoolean("answered"u8, true);
        if (leg.IsSettled)
            json.WriteBoolean("settled"u8, true);
        if (leg.IsOver)
            json.WriteBoolean("over"u8, true);
        // Of the callee the state says it, as long as that is the first leg that answered.
        if (
            leg is { IsCaller: false, IsAnswered: true, IsAcknowledged: false }
            && !(isCallee && dialog.Life.State != DialogState.Confirmed)
        )
            json.WriteBoolean("unacked"u8, true);
        WriteNumbers(json, leg);
        WriteSdp(json, "sdp"u8, leg.Sdp);
        if (leg.Exchange is { IsPending: true } exchange)
            WritePending(json, exchange.Pending);
        WriteFlow(json, leg.FlowInLock);
        json.WriteEndObject();
    }

    private static void WriteSdp(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[]? sdp)
    {
        if (sdp is null)
            return;
        json.WriteStartObject(name);
        Write(json, "type"u8, SdpBody.TypeOf(sdp));
        Write(json, "body"u8, SdpBody.BodyOf(sdp));
        json.WriteEndObject();
    }

    /// <summary>What is negotiated and not in force yet.</summary>
    private static void WritePending(Utf8JsonWriter json, in SdpPending pending)
    {
        json.WriteStartObject("pending"u8);
        json.WriteNumber("method"u8, (int)pending.Origin.Method);
        json.WriteNumber("cseq"u8, pending.Origin.CSeq);
        json.WriteNumber("direction"u8, (int)pending.Origin.Direction);
        json.WriteNumber("to"u8, (int)pending.OfferedTo);
        if (pending.AwaitsAck)
            json.WriteBoolean("awaits_ack"u8, true);
        WriteSdp(json, "caller"u8, pending.OfCaller);
        WriteSdp(json, "callee"u8, pending.OfCallee);
        WriteSdp(json, "preview"u8, pending.Preview);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, DialogLeg leg)
    {
        ref LegCSeq numbers = ref leg.Numbers;
        LegCounts counts = leg.Counts;
        json.WriteStartArray("cseq"u8);
        json.WriteNumberValue(numbers.Highest);
        json.WriteNumberValue((int)numbers.HighestMethod);
        json.WriteNumberValue(numbers.Generated);
        json.WriteNumberValue(counts.InviteTo);
        json.WriteNumberValue(counts.InviteFrom);
        json.WriteNumberValue(counts.RefreshTo);
        json.WriteNumberValue(counts.RefreshFrom);
        json.WriteNumberValue(counts.HighestFrom);
        json.WriteNumberValue((int)counts.HighestFromMethod);
        json.WriteEndArray();
        if (numbers.Invites.IsEmpty)
            return;
        json.WriteStartArray("renumbered"u8); // pairs: came with, left with
        foreach (ulong invite in numbers.Invites)
        {
            json.WriteNumberValue((uint)(invite >> 32));
            json.WriteNumberValue((uint)invite);
        }

        json.WriteEndArray();
    }

    private static void WriteFlow(Utf8JsonWriter json, in SipFlow flow)
    {
        if (flow.Listener is null)
            return;
        json.WriteStartObject("flow"u8);
        json.WriteString("socket"u8, SocketText.Of(flow.Listener));
        if (flow.Remote != default)
        {
            Span<byte> host = stackalloc byte[SipEndPoint.MaxAddressLength];
            json.WriteString("host"u8, host[..flow.Remote.FormatAddress(host, brackets: true)]);
            json.WriteNumber("port"u8, flow.Remote.Port);
        }

        json.WriteEndObject();
    }

    private static long Round(long milliseconds) => (milliseconds + Rounding - 1) / Rounding * Rounding;
}
