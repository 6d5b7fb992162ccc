namespace Parley.Hosting;

/// <summary>A registered contact that a recorded call may have used.</summary>
/// <param name="AddressOfRecord">Whose, <c>sip:bob@example.com</c>.</param>
/// <param name="Uri">The contact's URI.</param>
/// <param name="Received">Where its REGISTER came from, <c>udp:192.0.2.7:5060</c>; null when that is the URI's own place.</param>
public readonly record struct CallFileContact(string AddressOfRecord, string Uri, string? Received);
