namespace Parley.Transport;

/// <summary>A NAPTR record, as far as RFC 3263 4.1 uses it.</summary>
/// <param name="Order">Lower first.</param>
/// <param name="Preference">Within an order, lower first.</param>
/// <param name="Flags">"s" for one whose replacement is an SRV name.</param>
/// <param name="Services">Such as "SIP+D2U", "SIPS+D2T".</param>
/// <param name="Replacement">The name to go on with.</param>
public readonly record struct DnsNaptr(int Order, int Preference, string Flags, string Services, string Replacement);
