using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Registrar;

namespace Parley.Management;

/// <summary>An event as OpenSIPS's Event Interface raises it: a name, and parameters that are texts or whole numbers.</summary>
internal sealed class ReferenceEvent
{
    public const string DialogStateChanged = "E_DLG_STATE_CHANGED";
    public const string ContactInserted = "E_UL_CONTACT_INSERT";
    public const string ContactUpdated = "E_UL_CONTACT_UPDATE";
    public const string ContactDeleted = "E_UL_CONTACT_DELETE";

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<(string Name, string? Text, long Number)> _parameters = [];

    private ReferenceEvent(string name) => Name = name;

    /// <summary>The events that there are; the place is the id.</summary>
    public static IReadOnlyList<string> Names { get; } = [DialogStateChanged, ContactInserted, ContactUpdated, ContactDeleted];

    public string Name { get; }

    /// <summary>From which kind it is made.</summary>
    public static EventKinds KindOf(string name) => name == DialogStateChanged ? EventKinds.Dialog : EventKinds.Registration;

    /// <summary>The counterpart of an event of ours; null: it has none.</summary>
    public static ReferenceEvent? Of(ParleyEvent one) =>
        one switch
        {
            DialogChangedEvent { Change: DialogChangeKind.StateChanged } change => Of(change),
            RegistrationEvent change => Of(change),
            _ => null,
        };

    /// <summary>A JSON-RPC notification, as OpenSIPS 3.1 and later send it.</summary>
    public byte[] FormatJson()
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(text, s_json))
        {
            json.WriteStartObject();
            json.WriteString("jsonrpc"u8, "2.0"u8);
            json.WriteString("method"u8, Name);
            json.WriteStartObject("params"u8);
            foreach ((string name, string? value, long number) in _parameters)
            {
                if (value is null)
                    json.WriteNumber(name, number);
                else
                    json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>The lines of OpenSIPS up to 3.0: the name, then <c>name::value</c>; in quotes where a value has a quote or a line's end.</summary>
    public byte[] FormatText()
    {
        var text = new StringBuilder(512).Append(Name).Append('\n');
        foreach ((string name, string? value, long number) in _parameters)
        {
            text.Append(name).Append("::");
            if (value is null)
                text.Append(CultureInfo.InvariantCulture, $"{number}");
            else if (value.AsSpan().IndexOfAny("'\"\r\n") < 0)
                text.Append(value);
            else
                text.Append('"')
                    .Append(value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))
                    .Append('"');
            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    /// <summary>All forms of the id (<c>event_id_format</c> 2), then what a listener looks for.</summary>
    private static ReferenceEvent Of(DialogChangedEvent change)
    {
        var made = new ReferenceEvent(DialogStateChanged);
        made.Add("hash_entry", change.Id.Entry.ToString(CultureInfo.InvariantCulture));
        made.Add("hash_id", change.Id.Id.ToString(CultureInfo.InvariantCulture));
        made.Add("id", change.Id.ToString());
        made.Add("db_id", change.Id.Value.ToString(CultureInfo.InvariantCulture));
        made.Add("callid", change.CallId ?? "");
        made.Add("from_tag", change.Dialog?.FromTag ?? "");
        made.Add("to_tag", change.Dialog?.ToTag ?? "");
        made.Add("old_state", (int)change.OldState);
        made.Add("new_state", (int)change.NewState);
        return made;
    }

    private static ReferenceEvent Of(RegistrationEvent change)
    {
        var made = new ReferenceEvent(
            change.Change switch
            {
                LocationChangeKind.Added => ContactInserted,
                LocationChangeKind.Refreshed => ContactUpdated,
                _ => ContactDeleted,
            }
        );
        made.Add("domain", "location");
        made.Add("aor", change.Address);
        made.Add("uri", change.Contact);
        made.Add("received", change.Binding.Flow is { } flow ? "sip:" + DialogSummaryWriter.PlaceOf(flow) : "");
        made.Add("qval", change.Binding.Q);
        made.Add("user_agent", change.Binding.UserAgent ?? "");
        made.Add("callid", change.Binding.CallId);
        made.Add("cseq", change.Binding.CSeq);
        return made;
    }

    private void Add(string name, string text) => _parameters.Add((name, text, 0));

    private void Add(string name, long number) => _parameters.Add((name, null, number));
}
