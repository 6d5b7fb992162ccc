namespace Parley.Hosting;

/// <summary>The names by which an application's telemetry is subscribed to: <c>AddMeter("Parley.*")</c>, <c>AddSource(ParleyTelemetry.ActivitySource)</c>.</summary>
public static class ParleyTelemetry
{
    /// <summary>Meter: listeners, datagrams, connections.</summary>
    public const string TransportMeter = "Parley.Sip.Transport";

    /// <summary>Meter: requests, responses, transactions, the proxy.</summary>
    public const string SipMeter = "Parley.Sip";

    /// <summary>Meter: dialogs, profiles, pings, the store of dialogs.</summary>
    public const string DialogMeter = "Parley.Dialog";

    /// <summary>Meter: registrations and their store. The registrar needs no host, so it has the name for itself too.</summary>
    public const string RegistrarMeter = "Parley.Registrar";

    /// <summary>Source of spans: calls.</summary>
    public const string ActivitySource = "Parley.Sip";
}
