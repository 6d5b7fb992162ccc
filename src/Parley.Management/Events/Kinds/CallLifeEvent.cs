using System.Text.Json;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary><c>call.started</c>, <c>call.answered</c>, <c>call.ended</c>: what happens to a call, in that order for one.</summary>
public sealed class CallLifeEvent : ParleyEvent
{
    internal CallLifeEvent(EventKinds kind, DialogId id, Dialog? dialog, CallRecord? record)
        : base(kind)
    {
        Id = id;
        Dialog = dialog;
        Record = record;
        CallId = dialog?.CallId ?? record?.CallId;
    }

    /// <summary>The dialog's id.</summary>
    public DialogId Id { get; }

    /// <summary>The dialog as it is now; null when it is gone already.</summary>
    public Dialog? Dialog { get; }

    /// <summary>
    /// Of a call that ended its record; never null then, unless the dialog is gone and no record was made. Where the application makes no call records it
    /// has what the dialog knows: status 0, and no source or target.
    /// </summary>
    public CallRecord? Record { get; }

    /// <inheritdoc/>
    public override string? CallId { get; }

    /// <inheritdoc/>
    public override DialogId? DialogId => Id;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WritePropertyName("dialog"u8);
        DialogState? state = Kind switch
        {
            EventKinds.CallStarted => DialogState.Unconfirmed,
            EventKinds.CallEnded => DialogState.Deleted,
            _ => null,
        };
        DialogSummaryWriter.Write(json, Id, Dialog, Time, state);
        if (Record is not null)
        {
            json.WritePropertyName("record"u8);
            json.WriteRawValue(CallRecordJson.Format(Record), skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
