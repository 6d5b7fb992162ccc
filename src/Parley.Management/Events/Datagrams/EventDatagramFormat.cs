namespace Parley.Management;

/// <summary>How an event is written into a datagram to a place given by <c>event_subscribe</c>.</summary>
public enum EventDatagramFormat
{
    /// <summary>A JSON-RPC notification, as OpenSIPS 3.1 and later.</summary>
    JsonRpc,

    /// <summary>The name and <c>name::value</c>, a line each, as OpenSIPS up to 3.0.</summary>
    Text,
}
