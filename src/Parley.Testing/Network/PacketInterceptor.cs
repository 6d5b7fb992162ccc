namespace Parley.Testing;

/// <summary>Decides by hand what becomes of a packet: "lose the first 200 of an INVITE".</summary>
/// <param name="packet">The packet, valid during the call.</param>
public delegate PacketFate PacketInterceptor(SimulatedPacket packet);
