using System.Net;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Dns;

public sealed class DnsClientSourceTests : IDisposable
{
    private readonly TinyDnsServer _server = new TinyDnsServer()
        .Naptr("example.com", 10, 20, "s", "SIP+D2U", "_sip._udp.example.com", 40)
        .Srv("_sip._udp.example.com", 1, 2, 5070, "sip.example.com", 30)
        .Srv("_sip._udp.example.com", 1, 3, 5071, "sip2.example.com", 20)
        .A("sip.example.com", "192.0.2.1", 60)
        .Aaaa("sip.example.com", "2001:db8::1", 61)
        .A("sip2.example.com", "192.0.2.2", 60)
        .Alias("alias.example.com", "real.example.com", "192.0.2.3", 25);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Records_and_times_are_read()
    {
        var source = Source();
        var stop = TestContext.Current.CancellationToken;
        var naptr = await source.QueryNaptrAsync("example.com", stop);
        Assert.Equal(new DnsNaptr(10, 20, "s", "SIP+D2U", "_sip._udp.example.com"), Assert.Single(naptr.Records));
        Assert.Equal(TimeSpan.FromSeconds(40), naptr.TimeToLive);

        var srv = await source.QuerySrvAsync("_sip._udp.example.com", stop);
        Assert.Equal(
            [new DnsSrv(1, 2, 5070, "sip.example.com"), new DnsSrv(1, 3, 5071, "sip2.example.com")],
            srv.Records.OrderBy(r => r.Port)
        );
        Assert.Equal(TimeSpan.FromSeconds(20), srv.TimeToLive);

        var a = await source.QueryAddressesAsync("sip.example.com", ipv6: false, stop);
        Assert.Equal(SipEndPoint.From(IPAddress.Parse("192.0.2.1"), 0), Assert.Single(a.Records));
        var aaaa = await source.QueryAddressesAsync("sip.example.com", ipv6: true, stop);
        Assert.Equal(SipEndPoint.From(IPAddress.Parse("2001:db8::1"), 0), Assert.Single(aaaa.Records));

        var alias = await source.QueryAddressesAsync("alias.example.com", ipv6: false, stop);
        Assert.Equal(SipEndPoint.From(IPAddress.Parse("192.0.2.3"), 0), Assert.Single(alias.Records));
        Assert.Equal(TimeSpan.FromSeconds(25), alias.TimeToLive);
    }

    [Fact]
    public async Task Absence_has_the_time_of_the_zone_and_a_server_failure_is_told_from_it()
    {
        var source = Source();
        var missing = await source.QuerySrvAsync("_sip._udp.missing.example", TestContext.Current.CancellationToken);
        Assert.False(missing.Failed);
        Assert.Empty(missing.Records);
        Assert.Equal(TimeSpan.FromSeconds(17), missing.TimeToLive);

        _server.ResponseCode = 2;
        Assert.True((await source.QueryNaptrAsync("example.com", TestContext.Current.CancellationToken)).Failed);
    }

    [Fact]
    public async Task A_resolver_that_does_not_answer_is_a_failure()
    {
        using var silent = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.InterNetwork,
            System.Net.Sockets.SocketType.Dgram,
            System.Net.Sockets.ProtocolType.Udp
        );
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var source = new DnsClientSource([(IPEndPoint)silent.LocalEndPoint!], TimeSpan.FromMilliseconds(50), retries: 0);
        Assert.True((await source.QueryAddressesAsync("x.example", ipv6: false, TestContext.Current.CancellationToken)).Failed);
    }

    [Fact]
    public async Task The_locator_walks_a_zone_on_the_wire()
    {
        var listener = new SipListener(0, SipProtocol.Udp, SipEndPoint.From(IPAddress.Loopback, 5060));
        var locator = new SipServerLocator(Source(), [listener], SipRandom.FromSeed(1), TimeProvider.System);
        var targets = new List<SipTarget>();
        Assert.True(await locator.LocateAsync(SipUri.Parse("sip:bob@example.com"), targets, TestContext.Current.CancellationToken));
        Assert.Equal(["192.0.2.1:5070", "192.0.2.2:5071"], targets.Select(t => t.EndPoint.ToString()).Order());
    }

    private DnsClientSource Source() => new([_server.EndPoint], TimeSpan.FromSeconds(10));
}
