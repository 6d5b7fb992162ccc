namespace Parley.Transport;

/// <summary>Asks the DNS what RFC 3263 needs. Answers are cached by the locator, not here.</summary>
public interface IDnsSource
{
    /// <summary>NAPTR records of a domain (RFC 3403).</summary>
    /// <param name="name">The domain.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<DnsAnswer<DnsNaptr>> QueryNaptrAsync(string name, CancellationToken cancellationToken);

    /// <summary>SRV records of a service (RFC 2782).</summary>
    /// <param name="name">Such as "_sip._udp.example.com".</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<DnsAnswer<DnsSrv>> QuerySrvAsync(string name, CancellationToken cancellationToken);

    /// <summary>A or AAAA records of a host.</summary>
    /// <param name="name">The host.</param>
    /// <param name="ipv6">AAAA instead of A.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask<DnsAnswer<SipEndPoint>> QueryAddressesAsync(string name, bool ipv6, CancellationToken cancellationToken);
}
