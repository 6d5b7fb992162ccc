namespace Parley.Transport;

/// <summary>An SRV record (RFC 2782).</summary>
/// <param name="Priority">Lower first.</param>
/// <param name="Weight">The share within a priority.</param>
/// <param name="Port">The port of the service.</param>
/// <param name="Target">The host; "." says that there is no such service.</param>
public readonly record struct DnsSrv(ushort Priority, ushort Weight, ushort Port, string Target);
