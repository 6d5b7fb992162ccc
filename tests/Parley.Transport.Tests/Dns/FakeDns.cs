using System.Net;

namespace Parley.Transport.Tests.Dns;

/// <summary>A zone as a table; counts what was asked.</summary>
internal sealed class FakeDns : IDnsSource
{
    private readonly Dictionary<string, List<DnsNaptr>> _naptr = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<DnsSrv>> _srv = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(string, bool), List<SipEndPoint>> _addresses = [];

    public List<string> Asked { get; } = [];

    public HashSet<string> Failing { get; } = [];

    public TimeSpan? TimeToLive { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Answers only once this completes.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public FakeDns Naptr(string name, int order, int preference, string services, string replacement, string flags = "s") =>
        Add(_naptr, name, new DnsNaptr(order, preference, flags, services, replacement));

    public FakeDns Srv(string name, int priority, int weight, int port, string target) =>
        Add(_srv, name, new DnsSrv((ushort)priority, (ushort)weight, (ushort)port, target));

    public FakeDns Host(string name, params string[] addresses)
    {
        foreach (var text in addresses)
        {
            var address = SipEndPoint.From(IPAddress.Parse(text), 0);
            Add(_addresses, (name, address.IsIPv6), address);
        }
        return this;
    }

    public ValueTask<DnsAnswer<DnsNaptr>> QueryNaptrAsync(string name, CancellationToken cancellationToken) =>
        AnswerAsync("NAPTR", name, _naptr.GetValueOrDefault(name));

    public ValueTask<DnsAnswer<DnsSrv>> QuerySrvAsync(string name, CancellationToken cancellationToken) =>
        AnswerAsync("SRV", name, _srv.GetValueOrDefault(name));

    public ValueTask<DnsAnswer<SipEndPoint>> QueryAddressesAsync(string name, bool ipv6, CancellationToken cancellationToken) =>
        AnswerAsync(ipv6 ? "AAAA" : "A", name, _addresses.GetValueOrDefault((name.ToLowerInvariant(), ipv6)));

    private async ValueTask<DnsAnswer<T>> AnswerAsync<T>(string kind, string name, List<T>? records)
    {
        lock (Asked)
            Asked.Add($"{kind} {name}");
        await Gate;
        if (Failing.Contains("!" + name))
            throw new InvalidOperationException("resolver broke");
        return Failing.Contains(name)
            ? new DnsAnswer<T>([], null, Failed: true)
            : new DnsAnswer<T>(records ?? [], records is null ? null : TimeToLive);
    }

    private FakeDns Add<TKey, T>(Dictionary<TKey, List<T>> table, TKey key, T record)
        where TKey : notnull
    {
        if (!table.TryGetValue(key, out var list))
            table[key] = list = [];
        list.Add(record);
        return this;
    }
}
