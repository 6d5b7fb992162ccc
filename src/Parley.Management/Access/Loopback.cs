using System.Net;

namespace Parley.Management;

/// <summary>Addresses that only this machine reaches.</summary>
internal static class Loopback
{
    /// <summary>Also for an address of IPv4 written as IPv6.</summary>
    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
