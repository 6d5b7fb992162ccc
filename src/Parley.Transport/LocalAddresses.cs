using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Parley.Transport;

/// <summary>The addresses of this machine's interfaces, which a wildcard listener stands for.</summary>
internal static class LocalAddresses
{
    public static List<SipEndPoint> Read()
    {
        var addresses = new List<SipEndPoint>();
        try
        {
            foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (network.OperationalStatus == OperationalStatus.Down)
                    continue;
                foreach (var unicast in network.GetIPProperties().UnicastAddresses)
                {
                    if (unicast.Address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
                        addresses.Add(SipEndPoint.From(unicast.Address, 0));
                }
            }
        }
        catch (NetworkInformationException)
        {
            // A container may forbid it: a wildcard listener then has its advertised name only.
        }
        return addresses;
    }

    /// <summary>The address a wildcard listener gives itself when none is configured: the first that others could reach.</summary>
    public static SipEndPoint Representative(List<SipEndPoint> addresses, SipEndPoint wildcard)
    {
        SipEndPoint? loopback = null;
        foreach (var address in addresses)
        {
            if (address.IsIPv6 != wildcard.IsIPv6 || address.ScopeId != 0)
                continue;
            if (!address.IsLoopback)
                return address.WithPort(wildcard.Port);
            loopback ??= address.WithPort(wildcard.Port);
        }
        return loopback ?? wildcard;
    }
}
