using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Writes dialogs as <c>dlg_list</c> shows them, with the keys and types of OpenSIPS. One for each command: it keeps what the dialogs of a list have in common.</summary>
internal sealed class DialogWriter
{
    private readonly IDialogApi _dialogs;
    private readonly TimeProvider _time;
    private readonly bool _isQualified;
    private readonly bool _withContext;
    private readonly Dictionary<SipListener, string> _sockets = [];
    private JsonObject _context = [];

    /// <param name="dialogs">The dialogs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="withContext">With values, profiles, and what handlers of ManagementContext add.</param>
    /// <param name="isQualified">In the shape of OpenSIPS 4.0: user flags by name, integer values as numbers.</param>
    public DialogWriter(IDialogApi dialogs, TimeProvider time, bool withContext, bool isQualified) =>
        (_dialogs, _time, _withContext, _isQualified) = (dialogs, time, withContext, isQualified);

    /// <summary>A list, sent piece by piece. No lock is held meanwhile.</summary>
    public async ValueTask WriteListAsync(MiOutput output, IEnumerable<Dialog> dialogs, CancellationToken cancellation)
    {
        output.Json.WriteStartArray("Dialogs"u8);
        foreach (Dialog dialog in dialogs)
        {
            Write(output.Json, dialog);
            await output.StepAsync(cancellation).ConfigureAwait(false);
        }

        output.Json.WriteEndArray();
    }

    public void Write(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartObject();
        WriteFacts(json, dialog);
        IReadOnlyList<DialogLeg> legs = dialog.Legs;
        WriteCaller(json, dialog, legs[0]);
        json.WriteStartArray("CALLEES"u8);
        for (int i = 1; i < legs.Count; i++)
            WriteCallee(json, dialog, legs[i]);
        json.WriteEndArray();
        if (_withContext)
            WriteContext(json, dialog);
        json.WriteEndObject();
    }

    private void WriteFacts(Utf8JsonWriter json, Dialog dialog)
    {
        Span<byte> text = stackalloc byte[32];
        dialog.Id.TryFormat(text, out int length);
        json.WriteString("ID"u8, text[..length]);
        dialog.Id.Value.TryFormat(text, out length, default, CultureInfo.InvariantCulture);
        json.WriteString("db_id"u8, text[..length]);
        DialogState state = dialog.State;
        json.WriteNumber("state"u8, (int)state);
        if (_isQualified)
            json.WriteString("user_flags"u8, string.Join(' ', dialog.UserFlags.ToList()));
        else
            json.WriteNumber("user_flags"u8, dialog.UserFlags.Bits);
        WriteTime(json, "timestart"u8, "datestart"u8, dialog.StartTime);
        // Only an answered call is in the timer.
        bool runs = state is DialogState.ConfirmedNoAck or DialogState.Confirmed;
        WriteTime(json, "timeout"u8, "dateout"u8, runs ? _time.GetUtcNow() + dialog.RemainingLifetime : null);
        json.WriteString("callid"u8, dialog.CallIdUtf8);
        json.WriteString("from_uri"u8, dialog.FromUriUtf8);
        json.WriteString("to_uri"u8, dialog.ToUriUtf8);
    }

    private void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> number, ReadOnlySpan<byte> date, DateTimeOffset? moment)
    {
        if (moment is not { } there)
        {
            json.WriteNumber(number, 0);
            return;
        }

        json.WriteNumber(number, there.ToUnixTimeSeconds());
        Span<char> text = stackalloc char[19];
        TimeZoneInfo.ConvertTime(there, _time.LocalTimeZone).TryFormat(text, out _, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        json.WriteString(date, text);
    }

    private void WriteCaller(Utf8JsonWriter json, Dialog dialog, DialogLeg leg)
    {
        json.WriteString("caller_tag"u8, leg.TagUtf8);
        json.WriteString("caller_contact"u8, leg.ContactUtf8);
        // The number of what was sent towards the caller; the key names the party that sent it.
        WriteDigits(json, "callee_cseq"u8, leg.CSeq);
        json.WriteString("caller_route_set"u8, RouteText(leg));
        WriteSocket(json, "caller_bind_addr"u8, leg);
        WriteSdp(json, "caller_sdp"u8, leg);
        WriteSdp(json, "caller_sent_sdp"u8, dialog.Callee);
    }

    private void WriteCallee(Utf8JsonWriter json, Dialog dialog, DialogLeg leg)
    {
        json.WriteStartObject();
        json.WriteString("callee_tag"u8, leg.TagUtf8);
        json.WriteString("callee_contact"u8, leg.ContactUtf8);
        WriteDigits(json, "caller_cseq"u8, leg.CSeq);
        json.WriteString("callee_route_set"u8, RouteText(leg));
        WriteSocket(json, "callee_bind_addr"u8, leg);
        WriteSdp(json, "callee_sdp"u8, leg);
        WriteSdp(json, "callee_sent_sdp"u8, dialog.Caller);
        json.WriteEndObject();
    }

    private static void WriteDigits(Utf8JsonWriter json, ReadOnlySpan<byte> name, uint number)
    {
        Span<byte> text = stackalloc byte[10];
        number.TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private void WriteSocket(Utf8JsonWriter json, ReadOnlySpan<byte> name, DialogLeg leg)
    {
        if (leg.Flow.Listener is not { } listener)
        {
            json.WriteNull(name);
            return;
        }

        if (!_sockets.TryGetValue(listener, out string? text))
            _sockets[listener] = text = $"{Encoding.ASCII.GetString(listener.UriTransport)}:{listener.Local}";
        json.WriteString(name, text);
    }

    private static void WriteSdp(Utf8JsonWriter json, ReadOnlySpan<byte> name, DialogLeg? leg)
    {
        if (leg?.SessionDescription is { Length: > 0 } sdp)
            json.WriteString(name, sdp);
    }

    /// <summary>As in a Route header.</summary>
    private static string RouteText(DialogLeg leg) =>
        leg.RouteSet is { Count: > 0 } routes ? string.Join(',', routes.Select(static uri => $"<{uri}>")) : "";

    private void WriteContext(Utf8JsonWriter json, Dialog dialog)
    {
        json.WriteStartObject("context"u8);
        if (dialog.Values.Count > 0)
        {
            json.WriteStartArray("values"u8);
            foreach (DialogValue value in dialog.Values)
                WriteValue(json, value);
            json.WriteEndArray();
        }

        IReadOnlyList<DialogProfileMembership> profiles = dialog.Profiles.ToList();
        if (profiles.Count > 0)
        {
            json.WriteStartArray("profiles"u8);
            foreach (DialogProfileMembership membership in profiles)
            {
                json.WriteStartObject();
                json.WriteString(membership.Profile.Name, membership.Utf8.Span);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        WriteAdded(json, dialog);
        json.WriteEndObject();
    }

    private void WriteValue(Utf8JsonWriter json, DialogValue value)
    {
        json.WriteStartObject();
        json.WritePropertyName(value.NameUtf8);
        if (_isQualified && value.IsInteger)
            json.WriteRawValue(value.ValueUtf8, skipInputValidation: true);
        else
            json.WriteStringValue(Escaped(value.ValueUtf8));
        json.WriteEndObject();
    }

    /// <summary>What handlers of other modules add. The members above are not theirs.</summary>
    private void WriteAdded(Utf8JsonWriter json, Dialog dialog)
    {
        _dialogs.AddManagementContext(dialog, _context);
        if (_context.Count == 0)
            return;
        foreach ((string name, JsonNode? node) in _context)
        {
            if (name is "values" or "profiles")
                continue;
            json.WritePropertyName(name);
            if (node is null)
                json.WriteNullValue();
            else
                node.WriteTo(json);
        }

        _context = [];
    }

    /// <summary>Bytes that are no printable ASCII become <c>\n</c> or <c>\x1b</c>, in letters; JSON then escapes the backslash.</summary>
    private static string Escaped(ReadOnlySpan<byte> value)
    {
        if (!value.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
            return Encoding.ASCII.GetString(value);
        var text = new StringBuilder(value.Length + 16);
        foreach (byte b in value)
        {
            if (b is >= 0x20 and < 0x7f)
                text.Append((char)b);
            else
                text.Append(
                    b switch
                    {
                        0x08 => "\\b",
                        0x09 => "\\t",
                        0x0a => "\\n",
                        0x0c => "\\f",
                        0x0d => "\\r",
                        _ => string.Create(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
                    }
                );
        }

        return text.ToString();
    }
}
