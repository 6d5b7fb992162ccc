using System.Text.Json;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary><c>ping.failed</c>: a party of a call answers no pings any more; the proxy ends the call, or that leg of it.</summary>
public sealed class PingFailedEvent : ParleyEvent
{
    internal PingFailedEvent(Dialog dialog, DialogLeg leg, string reason)
        : base(EventKinds.PingFailed)
    {
        Id = dialog.Id;
        CallId = dialog.CallId;
        IsCaller = leg.IsCaller;
        Contact = leg.Contact;
        Reason = reason;
    }

    /// <summary>The dialog.</summary>
    public DialogId Id { get; }

    /// <summary>It is the caller; else a callee.</summary>
    public bool IsCaller { get; }

    /// <summary>The Contact that was asked; empty when the party gave none.</summary>
    public string Contact { get; }

    /// <summary>Why it counts as gone: <c>no answer</c>, <c>no connection</c>, <c>the call is gone there</c>.</summary>
    public string Reason { get; }

    /// <inheritdoc/>
    public override string? CallId { get; }

    /// <inheritdoc/>
    public override DialogId? DialogId => Id;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id.ToString());
        json.WriteString("callId"u8, CallId);
        json.WriteString("leg"u8, IsCaller ? "caller"u8 : "callee"u8);
        Write(json, "contact"u8, Contact);
        json.WriteString("reason"u8, Reason);
        json.WriteEndObject();
    }
}
