using System.Net;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport.Tests.Dns;
using Xunit;

namespace Parley.Transport.Tests.Locating;

public class SipServerLocatorTests
{
    private static readonly SipListener[] All =
    [
        Listener(0, SipProtocol.Udp, "192.0.2.250"),
        Listener(1, SipProtocol.Tcp, "192.0.2.250"),
        Listener(2, SipProtocol.Tls, "192.0.2.250"),
        Listener(3, SipProtocol.Udp, "2001:db8::250"),
        Listener(4, SipProtocol.Tcp, "2001:db8::250"),
        Listener(5, SipProtocol.Tls, "2001:db8::250"),
    ];

    private readonly SimulatedClock _clock = new();

    // The zones of the tables below.
    private static FakeDns Zone() =>
        new FakeDns()
            .Naptr("full.example", 20, 1, "SIP+D2U", "_sip._udp.full.example")
            .Naptr("full.example", 10, 2, "SIP+D2T", "_sip._tcp.full.example")
            .Naptr("full.example", 10, 1, "SIPS+D2T", "_sips._tcp.full.example")
            .Naptr("full.example", 5, 1, "E2U+sip", "nowhere.example", "u")
            .Naptr("full.example", 1, 1, "SIP+D2S", "_sip._sctp.full.example")
            .Srv("_sip._udp.full.example", 1, 0, 5070, "u.full.example")
            .Srv("_sip._tcp.full.example", 1, 0, 5071, "t.full.example")
            .Srv("_sips._tcp.full.example", 1, 0, 5072, "s.full.example")
            .Host("u.full.example", "192.0.2.1")
            .Host("t.full.example", "192.0.2.2")
            .Host("s.full.example", "192.0.2.3")
            .Srv("_sip._udp.srv.example", 2, 0, 5080, "b.srv.example")
            .Srv("_sip._udp.srv.example", 1, 0, 5081, "a.srv.example")
            .Srv("_sips._tcp.srv.example", 1, 0, 5082, "a.srv.example")
            .Host("a.srv.example", "192.0.2.10", "192.0.2.11")
            .Host("b.srv.example", "192.0.2.12")
            .Host("plain.example", "192.0.2.20", "2001:db8::20")
            .Srv("_sip._udp.closed.example", 0, 0, 0, ".")
            .Host("closed.example", "192.0.2.30")
            .Srv("_sip._udp.literal.example", 0, 0, 5090, "192.0.2.40");

    [Theory]
    // literals and ports (RFC 3263 4.1, 4.2)
    [InlineData("sip:192.0.2.5", "Udp 192.0.2.5:5060")]
    [InlineData("sip:192.0.2.5:5099", "Udp 192.0.2.5:5099")]
    [InlineData("sips:bob@192.0.2.5", "Tls 192.0.2.5:5061")]
    [InlineData("sip:[2001:db8::5];transport=TCP", "Tcp [2001:db8::5]:5060")]
    [InlineData("sip:192.0.2.5;transport=tls", "Tls 192.0.2.5:5061")]
    [InlineData("sips:192.0.2.5;transport=tcp", "Tls 192.0.2.5:5061")]
    [InlineData("sip:full.example;maddr=192.0.2.6", "Udp 192.0.2.6:5060")]
    [InlineData("sip:full.example:5077;maddr=192.0.2.6", "Udp 192.0.2.6:5077")]
    // NAPTR
    [InlineData("sip:full.example", "Tls 192.0.2.3:5072, Tcp 192.0.2.2:5071, Udp 192.0.2.1:5070")]
    [InlineData("sips:full.example", "Tls 192.0.2.3:5072")]
    [InlineData("sip:full.example;transport=tcp", "Tcp 192.0.2.2:5071")]
    [InlineData("sip:other.example;maddr=full.example", "Tls 192.0.2.3:5072, Tcp 192.0.2.2:5071, Udp 192.0.2.1:5070")]
    // SRV without NAPTR
    [InlineData("sip:srv.example", "Udp 192.0.2.10:5081, Udp 192.0.2.11:5081, Udp 192.0.2.12:5080")]
    [InlineData("sip:SRV.example.", "Udp 192.0.2.10:5081, Udp 192.0.2.11:5081, Udp 192.0.2.12:5080")]
    [InlineData("sips:srv.example", "Tls 192.0.2.10:5082, Tls 192.0.2.11:5082")]
    [InlineData("sip:srv.example;transport=tcp", "")]
    [InlineData("sip:literal.example", "Udp 192.0.2.40:5090")]
    // addresses
    [InlineData("sip:plain.example", "Udp 192.0.2.20:5060, Udp [2001:db8::20]:5060")]
    [InlineData("sips:plain.example", "Tls 192.0.2.20:5061, Tls [2001:db8::20]:5061")]
    [InlineData("sip:plain.example:5099", "Udp 192.0.2.20:5099, Udp [2001:db8::20]:5099")]
    [InlineData("sip:plain.example:5099;transport=tcp", "Tcp 192.0.2.20:5099, Tcp [2001:db8::20]:5099")]
    [InlineData("sip:full.example:5099", "")] // a port: no NAPTR, no SRV
    // nothing there
    [InlineData("sip:closed.example", "")] // SRV "." says so, though it has an address
    [InlineData("sip:missing.example", "")]
    [InlineData("sip:plain.example;transport=sctp", "")]
    [InlineData("sips:plain.example;transport=udp", "")]
    [InlineData("tel:+15551234", "")]
    public async Task A_URI_leads_to_its_targets_in_order(string uri, string expected)
    {
        var locator = Locator(Zone());
        var targets = new List<SipTarget>();
        var found = await locator.LocateAsync(SipUri.Parse(uri), targets, TestContext.Current.CancellationToken);
        Assert.Equal(expected, Text(targets));
        Assert.Equal(expected.Length > 0, found);

        // And from the cache the same, at once.
        targets.Clear();
        var again = locator.LocateAsync(SipUri.Parse(uri), targets, TestContext.Current.CancellationToken);
        Assert.True(again.IsCompleted);
        Assert.Equal(found, await again);
        Assert.Equal(expected, Text(targets));
    }

    [Fact]
    public async Task Only_what_a_listener_speaks_is_chosen()
    {
        var dns = Zone();
        Assert.Equal("Tcp 192.0.2.2:5071, Udp 192.0.2.1:5070", await LocateAsync(Locator(dns, All[0], All[1]), "sip:full.example"));
        Assert.Equal("Udp 192.0.2.20:5060", await LocateAsync(Locator(dns, All[0]), "sip:plain.example"));
        Assert.Equal("Udp [2001:db8::20]:5060", await LocateAsync(Locator(dns, All[3]), "sip:plain.example"));
        Assert.Equal("Tcp 192.0.2.20:5060", await LocateAsync(Locator(dns, All[1]), "sip:plain.example"));
        Assert.Equal("", await LocateAsync(Locator(dns, All[0]), "sips:full.example"));
        Assert.Equal("", await LocateAsync(Locator(dns, All[0]), "sip:[2001:db8::1]"));
        Assert.DoesNotContain("AAAA u.full.example", Ask(dns));

        static List<string> Ask(FakeDns dns) => dns.Asked;
    }

    [Fact]
    public void A_literal_is_found_without_the_list()
    {
        var locator = Locator(Zone());
        Assert.True(locator.TryLocateLiteral(SipUri.Parse("sip:bob@192.0.2.5;transport=tcp").View, out var target));
        Assert.Equal(new SipTarget(SipProtocol.Tcp, SipEndPoint.From(IPAddress.Parse("192.0.2.5"), 5060)), target);
        Assert.Null(target.HostName);
        Assert.False(locator.TryLocateLiteral(SipUri.Parse("sip:plain.example").View, out _));
        Assert.False(locator.TryLocateLiteral(SipUri.Parse("tel:123").View, out _));
    }

    [Fact]
    public async Task Targets_found_by_name_carry_the_domain_a_certificate_must_prove()
    {
        var targets = new List<SipTarget>();
        await Locator(Zone()).LocateAsync(SipUri.Parse("sips:full.example"), targets, TestContext.Current.CancellationToken);
        Assert.Equal("full.example", Assert.Single(targets).HostName); // RFC 5922: the domain asked for, not the SRV target
    }

    [Fact]
    public async Task Answers_are_kept_for_their_time_and_absence_for_its_own()
    {
        var dns = Zone();
        var locator = Locator(dns);
        await LocateAsync(locator, "sip:plain.example:5060");
        await LocateAsync(locator, "sip:missing.example:5060");
        Assert.Equal(4, dns.Asked.Count);
        _clock.RunFor(TimeSpan.FromSeconds(59));
        await LocateAsync(locator, "sip:plain.example:5060");
        await LocateAsync(locator, "sip:missing.example:5060");
        Assert.Equal(4, dns.Asked.Count);
        _clock.RunFor(TimeSpan.FromSeconds(2));
        await LocateAsync(locator, "sip:plain.example:5060");
        Assert.Equal(6, dns.Asked.Count);
    }

    [Fact]
    public async Task A_failed_lookup_is_asked_again_soon_and_a_resolver_that_throws_is_one()
    {
        var dns = Zone();
        dns.Failing.Add("plain.example");
        var locator = Locator(dns);
        Assert.Equal("", await LocateAsync(locator, "sip:plain.example:5060"));
        dns.Failing.Clear();
        dns.Failing.Add("!a.srv.example");
        Assert.Equal("", await LocateAsync(locator, "sip:plain.example:5060"));
        Assert.Equal("", await LocateAsync(locator, "sip:a.srv.example:5060"));
        _clock.RunFor(TimeSpan.FromSeconds(6));
        dns.Failing.Clear();
        Assert.Equal("Udp 192.0.2.20:5060, Udp [2001:db8::20]:5060", await LocateAsync(locator, "sip:plain.example:5060"));
        Assert.Equal("Udp 192.0.2.10:5060, Udp 192.0.2.11:5060", await LocateAsync(locator, "sip:a.srv.example:5060"));
    }

    [Fact]
    public async Task The_same_question_is_asked_once_at_a_time_and_a_caller_may_leave()
    {
        var dns = Zone();
        var gate = new TaskCompletionSource();
        dns.Gate = gate.Task;
        var locator = Locator(dns);
        using var leave = new CancellationTokenSource();
        var uri = SipUri.Parse("sip:plain.example:5060");
        var left = locator.LocateAsync(uri, [], leave.Token).AsTask();
        List<SipTarget> first = [],
            second = [];
        var one = locator.LocateAsync(uri, first, TestContext.Current.CancellationToken).AsTask();
        var two = locator.LocateAsync(uri, second, TestContext.Current.CancellationToken).AsTask();
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.SetResult();
        Assert.True(await one && await two);
        Assert.Equal(first, second);
        Assert.Equal(2, dns.Asked.Count);
    }

    [Fact]
    public async Task A_target_that_failed_is_tried_last_for_a_while()
    {
        var locator = Locator(Zone());
        locator.ReportFailure(new SipTarget(SipProtocol.Udp, SipEndPoint.From(IPAddress.Parse("192.0.2.10"), 5081)));
        Assert.Equal("Udp 192.0.2.11:5081, Udp 192.0.2.12:5080, Udp 192.0.2.10:5081", await LocateAsync(locator, "sip:srv.example"));
        _clock.RunFor(TimeSpan.FromSeconds(31));
        Assert.Equal("Udp 192.0.2.10:5081, Udp 192.0.2.11:5081, Udp 192.0.2.12:5080", await LocateAsync(locator, "sip:srv.example"));
    }

    [Fact]
    public async Task The_cache_stays_within_its_bound()
    {
        var locator = new SipServerLocator(
            Zone(),
            All,
            SipRandom.FromSeed(1),
            _clock,
            new SipServerLocatorOptions { MaxCachedAnswers = 100 }
        );
        for (var i = 0; i < 1000; i++)
            await LocateAsync(locator, $"sip:host{i}.example:5060");
        Assert.InRange(locator.CachedAnswers, 50, 101);
    }

    [Fact]
    public async Task A_time_to_live_of_zero_still_serves_the_lookup_that_asked()
    {
        var dns = Zone();
        dns.TimeToLive = TimeSpan.Zero;
        Assert.Equal("Tls 192.0.2.3:5072, Tcp 192.0.2.2:5071, Udp 192.0.2.1:5070", await LocateAsync(Locator(dns), "sip:full.example"));
    }

    [Fact]
    public async Task A_cached_lookup_allocates_nothing()
    {
        var locator = Locator(Zone());
        var uri = SipUri.Parse("sip:full.example");
        var literal = SipUri.Parse("sip:192.0.2.5");
        var targets = new List<SipTarget>(16);
        for (var i = 0; i < 50; i++)
        {
            targets.Clear();
            await locator.LocateAsync(uri, targets, CancellationToken.None);
            await locator.LocateAsync(literal, targets, CancellationToken.None);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            targets.Clear();
            await locator.LocateAsync(uri, targets, CancellationToken.None); // completed already: no state machine leaves the stack
            await locator.LocateAsync(literal, targets, CancellationToken.None);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(4, targets.Count);
    }

    private SipServerLocator Locator(FakeDns dns, params SipListener[] listeners) =>
        new(dns, listeners.Length == 0 ? All : listeners, SipRandom.FromSeed(1), _clock);

    private static async Task<string> LocateAsync(SipServerLocator locator, string uri)
    {
        var targets = new List<SipTarget>();
        await locator.LocateAsync(SipUri.Parse(uri), targets, TestContext.Current.CancellationToken);
        return Text(targets);
    }

    private static string Text(List<SipTarget> targets) => string.Join(", ", targets.Select(t => $"{t.Protocol} {t.EndPoint}"));

    private static SipListener Listener(int index, SipProtocol protocol, string address) =>
        new(index, protocol, SipEndPoint.From(IPAddress.Parse(address), 5060));
}
