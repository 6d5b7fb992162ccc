using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Writes dialogs as the API and its events show them. Safe from any thread; a lock of a dialog is held only while a field of it is read.</summary>
internal sealed class DialogJson(TimeProvider time, ManagementOptions options, ICallRecorder? recorder = null)
{
    private readonly byte[] _node = Encoding.UTF8.GetBytes(options.Api.NodeName);

    /// <summary>The words for states, as in the filter.</summary>
    public static string WordOf(DialogState state) =>
        state switch
        {
            DialogState.Unconfirmed => "unconfirmed",
            DialogState.Early => "early",
            DialogState.ConfirmedNoAck => "confirmedNoAck",
            DialogState.Confirmed => "confirmed",
            _ => "ended",
        };

    /// <summary>What is abnormal about it, as far as it was recorded.</summary>
    public IReadOnlyList<string> MarksOf(Dialog dialog) =>
        recorder?.Abnormal() is { Count: > 0 } marks && marks.TryGetValue(dialog.CallId, out IReadOnlyList<string>? found) ? found : [];

    /// <summary>An object: the summary.</summary>
    public void WriteSummary(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartObject();
        WriteMembers(json, dialog);
        json.WriteEndObject();
    }

    /// <summary>An object: what a row of a long list needs.</summary>
    public void WriteBrief(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartObject();
        WriteId(json, dialog);
        json.WriteString("state"u8, WordOf(dialog.State));
        json.WriteString("from"u8, dialog.FromUriUtf8);
        json.WriteString("to"u8, dialog.ToUriUtf8);
        ApiTime.Write(json, "created"u8, dialog.CreatedAt);
        if (dialog.StartTime is { } answered)
            ApiTime.Write(json, "answered"u8, answered);
        WriteMarks(json, dialog);
        json.WriteEndObject();
    }

    /// <summary>An object: the summary, and all else that is known.</summary>
    public void WriteDetail(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartObject();
        WriteMembers(json, dialog);
        json.WriteStartArray("legs"u8);
        IReadOnlyList<DialogLeg> legs = dialog.Legs;
        for (int i = 0; i < legs.Count; i++)
            WriteLeg(json, legs[i], isCallee: i == 1);
        json.WriteEndArray();
        WriteValues(json, dialog);
        json.WriteStartArray("flags"u8);
        foreach (string flag in dialog.UserFlags.ToList())
            json.WriteStringValue(flag);
        json.WriteEndArray();
        WriteTimers(json, dialog);
        json.WriteEndObject();
    }

    /// <summary>Its lifetime and when that is over: members <c>lifetimeMs</c> and <c>expires</c>.</summary>
    public void WriteLifetime(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteNumber("lifetimeMs"u8, (long)dialog.Timeout.TotalMilliseconds);
        if (dialog.State is DialogState.ConfirmedNoAck or DialogState.Confirmed)
            ApiTime.Write(json, "expires"u8, time.GetUtcNow() + dialog.RemainingLifetime);
    }

    private static void WritePlace(Utf8JsonWriter json, ReadOnlySpan<byte> name, in SipFlow flow)
    {
        if (flow.Listener is null)
            return;
        Span<byte> text = stackalloc byte[SipEndPoint.MaxAddressLength + 8];
        int length = flow.Remote.FormatAddress(text, brackets: true);
        text[length++] = (byte)':';
        ((int)flow.Remote.Port).TryFormat(text[length..], out int digits, default, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..(length + digits)]);
    }

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (!text.IsEmpty)
            json.WriteString(name, text);
    }

    private static void WriteLeg(Utf8JsonWriter json, DialogLeg leg, bool isCallee)
    {
        json.WriteStartObject();
        json.WriteString(
            "role"u8,
            leg.IsCaller ? "caller"u8
                : isCallee ? "callee"u8
                : "branch"u8
        );
        json.WriteString("tag"u8, leg.TagUtf8);
        WriteOptional(json, "contact"u8, leg.ContactUtf8);
        json.WriteStartArray("routeSet"u8);
        foreach (string uri in leg.RouteSet)
            json.WriteStringValue(uri);
        json.WriteEndArray();
        json.WriteNumber("cseq"u8, leg.CSeq);
        SipFlow flow = leg.Flow;
        if (flow.Listener is { } listener)
            json.WriteString("socket"u8, listener.ToString());
        WritePlace(json, "flow"u8, in flow);
        if (leg.SessionDescription is { Length: > 0 } sdp)
            json.WriteString("sdp"u8, sdp);
        json.WriteBoolean("answered"u8, leg.IsAnswered);
        json.WriteBoolean("over"u8, leg.IsOver);
        json.WriteEndObject();
    }

    private static void WriteValues(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartObject("values"u8);
        foreach (DialogValue value in dialog.Values)
        {
            json.WritePropertyName(value.NameUtf8);
            if (value.IsInteger)
                json.WriteRawValue(value.ValueUtf8, skipInputValidation: true);
            else
                json.WriteStringValue(value.ValueUtf8);
        }

        json.WriteEndObject();
    }

    private void WriteTimers(Utf8JsonWriter json, Dialog dialog)
    {
        DateTimeOffset now = time.GetUtcNow();
        json.WriteStartArray("timers"u8);
        foreach (DialogDeadline deadline in dialog.Deadlines)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, deadline.Name);
            ApiTime.Write(json, "due"u8, now + deadline.Left);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteLifetime(json, dialog);
        if (dialog.TerminationReason is { } reason)
            json.WriteString("reason"u8, reason);
    }

    private void WriteMembers(Utf8JsonWriter json, Dialog dialog)
    {
        WriteId(json, dialog);
        json.WriteString("callId"u8, dialog.CallIdUtf8);
        DialogState state = dialog.State;
        json.WriteString("state"u8, WordOf(state));
        json.WriteString("from"u8, dialog.FromUriUtf8);
        json.WriteString("to"u8, dialog.ToUriUtf8);
        WriteParties(json, dialog);
        WriteTimes(json, dialog, state);
        json.WriteStartArray("profiles"u8);
        foreach (DialogProfileMembership membership in dialog.Profiles.ToList())
        {
            json.WriteStartObject();
            json.WriteString("name"u8, membership.Profile.Name);
            if (membership.Profile.HasValue)
                json.WriteString("value"u8, membership.Utf8.Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteMarks(json, dialog);
        json.WriteString("node"u8, _node);
    }

    private static void WriteId(Utf8JsonWriter json, Dialog dialog)
    {
        Span<byte> id = stackalloc byte[DialogId.MaxTextLength];
        dialog.Id.TryFormat(id, out int length);
        json.WriteString("id"u8, id[..length]);
    }

    private void WriteMarks(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartArray("abnormal"u8);
        foreach (string mark in MarksOf(dialog))
            json.WriteStringValue(mark);
        json.WriteEndArray();
    }

    private static void WriteParties(Utf8JsonWriter json, Dialog dialog)
    {
        DialogLeg caller = dialog.Caller;
        json.WriteString("fromTag"u8, caller.TagUtf8);
        SipFlow flow = caller.Flow;
        if (dialog.Callee is { } callee)
        {
            WriteOptional(json, "toTag"u8, callee.TagUtf8);
            WritePlace(json, "caller"u8, in flow);
            WritePlace(json, "callee"u8, callee.Flow);
        }
        else
        {
            WritePlace(json, "caller"u8, in flow);
        }

        if (flow.Listener is { } listener)
            json.WriteString("listener"u8, listener.ToString());
    }

    private void WriteTimes(Utf8JsonWriter json, Dialog dialog, DialogState state)
    {
        DateTimeOffset begun = dialog.CreatedAt;
        ApiTime.Write(json, "created"u8, begun);
        if (dialog.StartTime is { } answered)
        {
            ApiTime.Write(json, "answered"u8, answered);
            begun = answered;
        }

        if (state != DialogState.Deleted)
            json.WriteNumber("durationMs"u8, Math.Max(0, (long)(time.GetUtcNow() - begun).TotalMilliseconds));
    }
}
