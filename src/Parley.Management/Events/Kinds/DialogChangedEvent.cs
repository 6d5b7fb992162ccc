using System.Text.Json;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary><c>dialog</c>: something changed in a dialog.</summary>
public sealed class DialogChangedEvent : ParleyEvent
{
    internal DialogChangedEvent(DialogChangeKind change, DialogId id, DialogState oldState, DialogState newState, Dialog? dialog)
        : base(EventKinds.Dialog)
    {
        Change = change;
        Id = id;
        OldState = oldState;
        NewState = newState;
        Dialog = dialog;
        CallId = dialog?.CallId;
    }

    /// <summary>What happened; never <see cref="DialogChangeKind.Resync"/>.</summary>
    public DialogChangeKind Change { get; }

    /// <summary>Which dialog.</summary>
    public DialogId Id { get; }

    /// <summary>The state before.</summary>
    public DialogState OldState { get; }

    /// <summary>The state after; the same when something else changed.</summary>
    public DialogState NewState { get; }

    /// <summary>The dialog as it is now, which may be later than the change; null when it is gone already.</summary>
    public Dialog? Dialog { get; }

    /// <inheritdoc/>
    public override string? CallId { get; }

    /// <inheritdoc/>
    public override DialogId? DialogId => Id;

    internal static string NameOf(DialogChangeKind change) =>
        change switch
        {
            DialogChangeKind.Created => "created",
            DialogChangeKind.StateChanged => "state",
            DialogChangeKind.Deleted => "ended",
            _ => "updated",
        };

    /// <summary>As it stands now, for several changes together; their states are left out.</summary>
    /// <param name="change">What they are together.</param>
    /// <param name="summaries">Writes dialogs as the API shows them.</param>
    internal byte[] FormatData(DialogChangeKind change, DialogJson summaries) =>
        Format(json =>
        {
            if (Dialog is not { } dialog)
            {
                Write(json, change, withStates: false);
                return;
            }

            json.WriteStartObject();
            json.WriteString("change"u8, NameOf(change));
            json.WritePropertyName("dialog"u8);
            summaries.WriteSummary(json, dialog);
            json.WriteEndObject();
        });

    internal override void WriteData(Utf8JsonWriter json) => Write(json, Change, OldState != NewState);

    private void Write(Utf8JsonWriter json, DialogChangeKind change, bool withStates)
    {
        json.WriteStartObject();
        json.WriteString("change"u8, NameOf(change));
        if (withStates)
        {
            json.WriteString("oldState"u8, DialogSummaryWriter.NameOf(OldState));
            json.WriteString("newState"u8, DialogSummaryWriter.NameOf(NewState));
        }

        json.WritePropertyName("dialog"u8);
        DialogSummaryWriter.Write(json, Id, Dialog, Time, change == DialogChangeKind.Deleted ? DialogState.Deleted : null);
        json.WriteEndObject();
    }
}
