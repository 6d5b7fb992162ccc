using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Writes a dialog as the lists of <c>/api/v1</c> show it: a DialogSummary.</summary>
internal static class DialogSummaryWriter
{
    /// <param name="json">Where to.</param>
    /// <param name="id">Which dialog.</param>
    /// <param name="dialog">The dialog; null when it is gone: then its id and state are all there is.</param>
    /// <param name="now">Up to when it lasted.</param>
    /// <param name="state">The state to show; null: the one that it has now.</param>
    public static void Write(Utf8JsonWriter json, DialogId id, Dialog? dialog, DateTimeOffset now, DialogState? state = null)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id.ToString());
        if (dialog is null)
        {
            json.WriteString("state"u8, NameOf(state ?? DialogState.Deleted));
            json.WriteEndObject();
            return;
        }

        json.WriteString("callId"u8, dialog.CallIdUtf8);
        json.WriteString("state"u8, NameOf(state ?? dialog.State));
        json.WriteString("from"u8, dialog.FromUriUtf8);
        json.WriteString("to"u8, dialog.ToUriUtf8);
        json.WriteString("fromTag"u8, dialog.Caller.TagUtf8);
        if (dialog.Callee is { } callee)
            json.WriteString("toTag"u8, callee.TagUtf8);
        WritePlaces(json, dialog);
        json.WriteString("created"u8, ParleyEvent.TextOf(dialog.CreatedAt));
        if (dialog.StartTime is { } answered)
        {
            json.WriteString("answered"u8, ParleyEvent.TextOf(answered));
            json.WriteNumber("durationMs"u8, Math.Max(0, (long)(now - answered).TotalMilliseconds));
        }

        WriteProfiles(json, dialog);
        json.WriteEndObject();
    }

    /// <summary>A state as the API names it.</summary>
    public static string NameOf(DialogState state) =>
        state switch
        {
            DialogState.Early => "early",
            DialogState.ConfirmedNoAck => "confirmedNoAck",
            DialogState.Confirmed => "confirmed",
            DialogState.Deleted => "ended",
            _ => "unconfirmed",
        };

    /// <summary>The remote end of a flow, <c>ip:port</c>.</summary>
    public static string PlaceOf(in SipFlow flow) => flow.Remote.ToString() ?? "";

    private static void WritePlaces(Utf8JsonWriter json, Dialog dialog)
    {
        if (dialog.Caller.Flow is { Listener: { } listener } caller)
        {
            json.WriteString("caller"u8, PlaceOf(caller));
            json.WriteString("listener"u8, $"{Encoding.ASCII.GetString(listener.UriTransport)}:{listener.Local}");
        }

        if (dialog.Callee?.Flow is { Listener: not null } callee)
            json.WriteString("callee"u8, PlaceOf(callee));
    }

    private static void WriteProfiles(Utf8JsonWriter json, Dialog dialog)
    {
        IReadOnlyList<DialogProfileMembership> profiles = dialog.Profiles.ToList();
        if (profiles.Count == 0)
            return;
        json.WriteStartArray("profiles"u8);
        foreach (DialogProfileMembership membership in profiles)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, membership.Profile.Name);
            if (membership.Profile.HasValue)
                json.WriteString("value"u8, membership.Utf8.Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
