using DnsClient;
using DnsClient.Protocol;

namespace Parley.Transport;

/// <summary>Asks the DNS by the DnsClient library.</summary>
public sealed class DnsClientSource : IDnsSource
{
    private readonly LookupClient _client;

    /// <summary>Asks the name servers given, or the system's.</summary>
    /// <param name="nameServers">IP addresses and ports; none: those of the system's configuration.</param>
    /// <param name="timeout">How long one server is waited for; null: 2 s.</param>
    /// <param name="retries">How often a question without answer is repeated.</param>
    public DnsClientSource(IEnumerable<System.Net.IPEndPoint>? nameServers = null, TimeSpan? timeout = null, int retries = 1)
    {
        System.Net.IPEndPoint[] servers = nameServers is null ? [] : [.. nameServers];
        var options = servers.Length == 0 ? new LookupClientOptions() : new LookupClientOptions(servers);
        options.UseCache = false; // the locator caches, by the injected clock
        options.ThrowDnsErrors = false;
        options.Timeout = timeout ?? TimeSpan.FromSeconds(2);
        options.Retries = retries;
        _client = new LookupClient(options);
    }

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<DnsNaptr>> QueryNaptrAsync(string name, CancellationToken cancellationToken) =>
        QueryAsync<NAPtrRecord, DnsNaptr>(
            name,
            QueryType.NAPTR,
            static r => new DnsNaptr(r.Order, r.Preference, r.Flags, r.Services, Trim(r.Replacement)),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<DnsSrv>> QuerySrvAsync(string name, CancellationToken cancellationToken) =>
        QueryAsync<SrvRecord, DnsSrv>(
            name,
            QueryType.SRV,
            static r => new DnsSrv(r.Priority, r.Weight, r.Port, Trim(r.Target)),
            cancellationToken
        );

    /// <inheritdoc/>
    public ValueTask<DnsAnswer<SipEndPoint>> QueryAddressesAsync(string name, bool ipv6, CancellationToken cancellationToken) =>
        QueryAsync<AddressRecord, SipEndPoint>(
            name,
            ipv6 ? QueryType.AAAA : QueryType.A,
            static r => SipEndPoint.From(r.Address, 0),
            cancellationToken
        );

    private async ValueTask<DnsAnswer<T>> QueryAsync<TRecord, T>(
        string name,
        QueryType type,
        Func<TRecord, T> convert,
        CancellationToken cancellationToken
    )
        where TRecord : DnsResourceRecord
    {
        IDnsQueryResponse response;
        try
        {
            response = await _client.QueryAsync(name, type, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e is DnsResponseException or ArgumentException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            return new DnsAnswer<T>([], null, Failed: true);
        }
        if (response.HasError && response.Header.ResponseCode != DnsHeaderResponseCode.NotExistentDomain)
            return new DnsAnswer<T>([], null, Failed: true);
        var records = new List<T>();
        int? seconds = null;
        foreach (var record in response.Answers)
        {
            // A CNAME on the way counts for the time, not as a record.
            seconds = Math.Min(seconds ?? int.MaxValue, record.InitialTimeToLive);
            if (record is TRecord wanted && (ResourceRecordType)type == record.RecordType)
                records.Add(convert(wanted));
        }
        if (records.Count == 0)
            seconds = NegativeSeconds(response);
        return new DnsAnswer<T>(records, seconds is { } s ? TimeSpan.FromSeconds(s) : null);
    }

    // RFC 2308 5: the lesser of the SOA's own time and its minimum field.
    private static int? NegativeSeconds(IDnsQueryResponse response)
    {
        foreach (var record in response.Authorities)
        {
            if (record is SoaRecord soa)
                return (int)Math.Min((uint)soa.InitialTimeToLive, soa.Minimum);
        }
        return null;
    }

    private static string Trim(DnsString name) => name.Value.Length > 1 ? name.Value.TrimEnd('.') : name.Value;
}
