using System.Net;
using Microsoft.AspNetCore.Http;

namespace Parley.Management;

/// <summary>The names by which the management listener may be called.</summary>
/// <param name="configured">Those of the settings.</param>
/// <param name="isOfCertificate">Whether the certificate of the listener is one for a name.</param>
internal sealed class HostNames(IEnumerable<string> configured, Func<string, bool>? isOfCertificate = null)
{
    private readonly HashSet<string> _names = new(configured, StringComparer.OrdinalIgnoreCase) { "localhost" };

    /// <summary>Whether a Host header names this listener: a loopback name or address, the address that the connection came to, a configured name, or one of the certificate.</summary>
    public bool Knows(HostString host, IPAddress? local)
    {
        string name = host.Host.Trim('[', ']');
        if (name.Length == 0)
            return false;
        if (_names.Contains(name))
            return true;
        // An address cannot be rebound: only names are resolved by a DNS server that an attacker may run.
        if (IPAddress.TryParse(name, out IPAddress? address))
            return Loopback.IsLoopback(address) || address.Equals(local is { IsIPv4MappedToIPv6: true } ? local.MapToIPv4() : local);
        return isOfCertificate?.Invoke(name) == true;
    }

    /// <summary>Whether an Origin is this listener's own: the scheme and port of the request, and one of its names.</summary>
    public bool IsOwn(string origin, HttpRequest request, IPAddress? local) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && uri.Scheme.Equals(request.Scheme, StringComparison.OrdinalIgnoreCase)
        && uri.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
        && Knows(new HostString(uri.Host), local);
}
