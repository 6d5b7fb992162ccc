using System.Net;
using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Transport.Tests.Dns;

/// <summary>Names of the hosts file, localhost and short names, in the order of the system's resolver.</summary>
public sealed class SystemNameSourceTests : IDisposable
{
    private readonly TestFolder _folder = new("names");
    private readonly SimulatedClock _clock = new();
    private readonly FakeDns _dns = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Localhost_is_this_host_without_any_file_and_is_not_asked_for()
    {
        var source = Source();
        Assert.Equal("127.0.0.1", await Addresses(source, "localhost"));
        Assert.Equal("::1", await Addresses(source, "LocalHost", ipv6: true));
        Assert.Equal("127.0.0.1", await Addresses(source, "phone.localhost"));
        Assert.Empty((await source.QueryNaptrAsync("localhost", Stop)).Records);
        Assert.Empty((await source.QuerySrvAsync("_sip._udp.localhost", Stop)).Records);
        Assert.Empty(_dns.Asked);
    }

    [Fact]
    public async Task The_hosts_file_goes_before_the_DNS()
    {
        Write(
            "hosts",
            "# 192.0.2.9 gateway\n\n192.0.2.1\tgateway gw.example.com # one\n2001:db8::1 gateway\nnonsense gateway\n192.0.2.2 GATEWAY.\n"
        );
        _dns.Host("gw.example.com", "203.0.113.1", "2001:db8::77").Host("other.example.com", "203.0.113.2");
        var source = Source();
        Assert.Equal("192.0.2.1 192.0.2.2", await Addresses(source, "Gateway"));
        Assert.Equal("2001:db8::1", await Addresses(source, "gateway", ipv6: true));
        Assert.Equal("192.0.2.1", await Addresses(source, "gw.example.com"));
        Assert.Equal("", await Addresses(source, "gw.example.com", ipv6: true)); // the file has the name, so it has the last word
        Assert.Equal("203.0.113.2", await Addresses(source, "other.example.com"));
        Assert.Equal(["A other.example.com"], _dns.Asked);
    }

    [Fact]
    public async Task A_short_name_of_the_file_has_no_records_of_service_and_a_domain_may()
    {
        Write("hosts", "192.0.2.1 gateway example.com\n");
        _dns.Srv("_sip._udp.example.com", 1, 1, 5070, "sip.example.com");
        var source = Source();
        Assert.Empty((await source.QuerySrvAsync("_sip._udp.gateway", Stop)).Records);
        Assert.Empty((await source.QueryNaptrAsync("gateway", Stop)).Records);
        Assert.Single((await source.QuerySrvAsync("_sip._udp.example.com", Stop)).Records);
        Assert.Equal(["SRV _sip._udp.example.com"], _dns.Asked);
    }

    [Theory]
    [InlineData("hosts: files dns", "192.0.2.1")]
    [InlineData("hosts:files mdns4_minimal [NOTFOUND=return] dns", "192.0.2.1")]
    [InlineData("hosts: dns files", "203.0.113.1")]
    [InlineData("hosts: resolve [!UNAVAIL=return] files", "203.0.113.1")]
    [InlineData("hosts: files", "192.0.2.1")]
    [InlineData("passwd: files", "192.0.2.1")]
    public async Task The_order_is_that_of_nsswitch(string line, string expected)
    {
        Write("nsswitch.conf", $"# hosts: dns files\n{line}\n");
        Write("hosts", "192.0.2.1 gw.example.com only.example.com\n");
        _dns.Host("gw.example.com", "203.0.113.1").Host("dns.example.com", "203.0.113.3");
        var source = Source();
        Assert.Equal(expected, await Addresses(source, "gw.example.com"));
        Assert.Equal("192.0.2.1", await Addresses(source, "only.example.com"));
        Assert.Equal(line == "hosts: files" ? "" : "203.0.113.3", await Addresses(source, "dns.example.com"));
    }

    [Fact]
    public async Task A_short_name_is_tried_behind_the_search_list()
    {
        Write("resolv.conf", "nameserver 192.0.2.53\nsearch one.example two.example.\n");
        _dns.Host("gw.two.example", "203.0.113.1").Host("gw2", "203.0.113.2").Host("a.b", "203.0.113.3");
        var source = Source();
        Assert.Equal("203.0.113.1", await Addresses(source, "gw"));
        Assert.Equal("203.0.113.2", await Addresses(source, "gw2"));
        Assert.Equal("203.0.113.3", await Addresses(source, "a.b"));
        Assert.Equal("", await Addresses(source, "c.d"));
        Assert.Equal(
            ["A gw.one.example", "A gw.two.example", "A gw2.one.example", "A gw2.two.example", "A gw2", "A a.b", "A c.d"],
            _dns.Asked
        );
    }

    [Fact]
    public async Task Ndots_says_what_is_short()
    {
        Write("resolv.conf", "search cluster.local\noptions timeout:1 ndots:2\n");
        _dns.Host("a.b.cluster.local", "203.0.113.1");
        Assert.Equal("203.0.113.1", await Addresses(Source(), "a.b"));
    }

    [Fact]
    public async Task A_failed_question_is_told_from_a_missing_name()
    {
        Write("resolv.conf", "search one.example\n");
        _dns.Failing.Add("gw.one.example");
        Assert.True((await Source().QueryAddressesAsync("gw", false, Stop)).Failed);
        Assert.False((await Source().QueryAddressesAsync("missing", false, Stop)).Failed);
    }

    [Fact]
    public async Task A_changed_file_is_read_again()
    {
        Write("hosts", "192.0.2.1 gateway\n");
        var source = Source();
        Assert.Equal("192.0.2.1", await Addresses(source, "gateway"));
        Write("hosts", "192.0.2.2 gateway\n");
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "hosts"), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal("192.0.2.1", await Addresses(source, "gateway"));
        _clock.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal("192.0.2.2", await Addresses(source, "gateway"));
    }

    [Theory]
    [InlineData("sip:localhost:5099", "udp 127.0.0.1:5099 udp [::1]:5099")]
    [InlineData("sip:localhost", "udp 127.0.0.1:5060 udp [::1]:5060")]
    [InlineData("sip:gateway:5070", "udp 192.0.2.1:5070")]
    public async Task A_target_of_such_a_name_is_located(string uri, string expected)
    {
        Write("hosts", "192.0.2.1 gateway\n");
        SipListener[] listeners =
        [
            new(0, SipProtocol.Udp, SipEndPoint.From(IPAddress.Loopback, 5060), null),
            new(1, SipProtocol.Udp, SipEndPoint.From(IPAddress.IPv6Loopback, 5060), null),
        ];
        var locator = new SipServerLocator(Source(), listeners, SipRandom.FromSeed(1), _clock);
        var targets = new List<SipTarget>();
        Assert.True(await locator.LocateAsync(SipUri.Parse(uri), targets, Stop));
        Assert.Equal(expected, string.Join(' ', targets.Select(t => $"{(t.Protocol == SipProtocol.Udp ? "udp" : "?")} {t.EndPoint}")));
        Assert.Empty(_dns.Asked);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SystemNameSource Source() =>
        new(
            _dns,
            _clock,
            Path.Combine(_folder.Path, "hosts"),
            Path.Combine(_folder.Path, "nsswitch.conf"),
            Path.Combine(_folder.Path, "resolv.conf")
        );

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);

    private static async Task<string> Addresses(SystemNameSource source, string name, bool ipv6 = false) =>
        string.Join(' ', (await source.QueryAddressesAsync(name, ipv6, Stop)).Records.Select(r => r.ToIPAddress().ToString()));
}
