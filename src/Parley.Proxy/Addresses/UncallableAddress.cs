using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Addresses that no contact may have: unspecified, broadcast and multicast ones.</summary>
internal static class UncallableAddress
{
    /// <summary>0.0.0.0 and ::, the broadcast address, and multicast: no request may be sent there on a stranger's word.</summary>
    public static bool IsUncallable(SipUriView uri) =>
        uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips
        && SipEndPoint.TryParseHost(Host(uri), 0, out var address)
        && IsUncallable(address);

    /// <summary>The same of an address. 0.0.0.0/8 means "this network" (RFC 1122 3.2.1.3), 224.0.0.0/4 is multicast. To the broadcast address of a network nearby no socket of this element may send.</summary>
    public static bool IsUncallable(SipEndPoint address) =>
        address.IsIPv6
            ? address.IsAny || address.High >> 56 == 0xFF
            : address.Low >> 24 == 0 || address.Low >> 28 == 0xE || address.Low == 0xFFFFFFFF;

    private static ReadOnlySpan<byte> Host(SipUriView uri) => uri.MAddr is { IsEmpty: false } group ? group : uri.Host;
}
