using System.Text.Json;
using Parley.Dialogs;

namespace Parley.Management;

/// <summary><c>limit.hit</c>: the limit of a profile refused a call.</summary>
public sealed class LimitHitEvent : ParleyEvent
{
    internal LimitHitEvent(Dialog dialog, string profile, string value, int limit)
        : base(EventKinds.LimitHit)
    {
        Id = dialog.Id;
        CallId = dialog.CallId;
        Profile = profile;
        Value = value;
        Limit = limit;
    }

    /// <summary>The dialog that was refused.</summary>
    public DialogId Id { get; }

    /// <summary>The profile's name, without suffix.</summary>
    public string Profile { get; }

    /// <summary>The value that is full; empty in a profile without values.</summary>
    public string Value { get; }

    /// <summary>How many dialogs it may have.</summary>
    public int Limit { get; }

    /// <inheritdoc/>
    public override string? CallId { get; }

    /// <inheritdoc/>
    public override DialogId? DialogId => Id;

    internal override string? Subject => Value.Length == 0 ? Profile : $"{Profile}={Value}";

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("profile"u8, Profile);
        Write(json, "value"u8, Value);
        json.WriteNumber("limit"u8, Limit);
        json.WriteString("id"u8, Id.ToString());
        json.WriteString("callId"u8, CallId);
        json.WriteEndObject();
    }
}
