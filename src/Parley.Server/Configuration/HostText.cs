using System.Net;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Server.Configuration;

/// <summary>Hosts, domains and networks as they stand in the settings.</summary>
internal static class HostText
{
    private const int MaxNameLength = 253;
    private const int MaxLabelLength = 63;

    /// <summary>A name or an address, IPv6 in brackets.</summary>
    public static bool IsHost(string text) => IsAddress(text) ? SipUri.TryParse($"sip:{text}", out _) : IsName(text);

    /// <summary>A domain name and no address.</summary>
    public static bool TryDomain(string text, out string domain)
    {
        domain = text;
        return !IsAddress(text) && IsName(text);
    }

    /// <summary>A host, or a host and a port; IPv6 with brackets or, without a port, bare.</summary>
    public static bool TryAlias(string text, out string alias)
    {
        alias = text;
        return IsAddress(text) || ListenerConfiguration.TrySplitHost(text, out _, out _);
    }

    /// <summary>A network, or an address as a network of one.</summary>
    public static bool TryNetwork(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
            return true;
        if (!IPAddress.TryParse(text, out var address))
            return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    private static bool IsAddress(string text) => SipEndPoint.TryParseHost(Encoding.UTF8.GetBytes(text), 0, out _);

    // Labels as RFC 1123 2.1 has them, and the underscore that private zones use; the last one is no number (RFC 3261 25.1, toplabel).
    private static bool IsName(string text)
    {
        var labels = text.Split('.');
        if (text.Length is 0 or > MaxNameLength || labels[^1].All(char.IsAsciiDigit))
            return false;
        foreach (var label in labels)
        {
            if (label.Length is 0 or > MaxLabelLength || label[0] == '-' || label[^1] == '-')
                return false;
            if (!label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                return false;
        }
        return SipUri.TryParse($"sip:{text}", out var uri) && uri.Host.Length == text.Length;
    }
}
