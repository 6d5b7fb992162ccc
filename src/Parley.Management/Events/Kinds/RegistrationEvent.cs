using System.Text;
using System.Text.Json;
using Parley.Registrar;

namespace Parley.Management;

/// <summary><c>registration</c>: something happened to a registered contact.</summary>
public sealed class RegistrationEvent : ParleyEvent
{
    internal RegistrationEvent(LocationChangedEventArgs change)
        : base(EventKinds.Registration)
    {
        Change = change.Kind;
        Address = change.Address.ToString();
        Binding = change.Binding;
    }

    /// <summary>What happened.</summary>
    public LocationChangeKind Change { get; }

    /// <summary>The address-of-record.</summary>
    public string Address { get; }

    /// <summary>The binding: as it is now, or as it was when it went.</summary>
    public Binding Binding { get; }

    /// <summary>The Contact's URI.</summary>
    public string Contact => Encoding.UTF8.GetString(Binding.Contact.Bytes);

    internal override string? Subject => Address;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("change"u8, NameOf(Change));
        json.WriteString("aor"u8, Address);
        json.WriteString("contact"u8, Contact);
        if (Binding.Flow is { } flow)
            json.WriteString("received"u8, DialogSummaryWriter.PlaceOf(flow));
        Write(json, "userAgent"u8, Binding.UserAgent);
        json.WriteString("registerCallId"u8, Binding.CallId);
        json.WriteEndObject();
    }

    private static string NameOf(LocationChangeKind change) =>
        change switch
        {
            LocationChangeKind.Added => "added",
            LocationChangeKind.Refreshed => "refreshed",
            LocationChangeKind.Removed => "removed",
            _ => "expired",
        };
}
