using System.Net;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport.Tests.Dns;
using Xunit;

namespace Parley.Transport.Tests.Locating;

/// <summary>What strangers may make us ask, and what they cannot take from others.</summary>
public class LookupLimitTests
{
    private static readonly SipListener[] Udp = [new(0, SipProtocol.Udp, SipEndPoint.From(IPAddress.Parse("192.0.2.250"), 5060))];
    private static readonly SipEndPoint Stranger = SipEndPoint.From(IPAddress.Parse("198.51.100.1"), 5060),
        Other = SipEndPoint.From(IPAddress.Parse("198.51.100.2"), 5060);

    private readonly SimulatedClock _clock = new();

    [Fact]
    public async Task Questions_on_their_way_are_bounded_per_source_and_in_all()
    {
        var answers = new TaskCompletionSource();
        var dns = new FakeDns { Gate = answers.Task };
        SipServerLocator locator = Make(
            dns,
            o =>
            {
                o.MaxPendingQuestions = 8;
                o.MaxPendingQuestionsPerSource = 5;
            }
        );
        var asked = Enumerable.Range(0, 6).Select(i => Locate(locator, $"sip:a{i}.example:5060", Stranger)).ToArray();
        Assert.Equal([false, false, false, false, false, true], asked.Select(static t => t.IsCompleted));
        Assert.Empty((await asked[5]));
        Assert.Equal(5, locator.PendingQuestions);

        var others = Enumerable.Range(0, 4).Select(i => Locate(locator, $"sip:b{i}.example:5060", Other)).ToArray();
        Assert.Equal([false, false, false, true], others.Select(static t => t.IsCompleted));
        Assert.Equal(8, locator.PendingQuestions);
        Assert.Equal(2, locator.QuestionsRefused);
        Assert.Equal(8, dns.Asked.Count);

        // Who asks what is asked already costs nothing more.
        Task<List<SipTarget>> same = Locate(locator, "sip:a0.example:5060", Stranger);
        Assert.False(same.IsCompleted);
        Assert.Equal(8, locator.PendingQuestions);

        answers.SetResult();
        await Task.WhenAll([.. asked, .. others, same]);
        await TestTransport.EventuallyAsync(() => locator.PendingQuestions == 0);
        dns.Host("c.example", "192.0.2.1");
        Assert.Single(await Locate(locator, "sip:c.example:5060", Stranger));
    }

    [Fact]
    public async Task A_network_of_64_bits_is_one_source()
    {
        var answers = new TaskCompletionSource();
        SipServerLocator locator = Make(new FakeDns { Gate = answers.Task }, o => o.MaxPendingQuestionsPerSource = 3);
        var asked = Enumerable
            .Range(0, 4)
            .Select(i => Locate(locator, $"sip:a{i}.example:5060", SipEndPoint.From(IPAddress.Parse($"2001:db8::{i + 1}"), 5060 + i)))
            .ToArray();
        Assert.Equal([false, false, false, true], asked.Select(static t => t.IsCompleted));
        answers.SetResult();
        await Task.WhenAll(asked);
    }

    [Fact]
    public async Task What_was_known_serves_on_when_strangers_fill_the_limit()
    {
        var dns = new FakeDns().Host("trunk.example", "192.0.2.9");
        SipServerLocator locator = Make(dns, o => o.MaxPendingQuestions = 2);
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        _clock.RunFor(TimeSpan.FromSeconds(61));
        var answers = new TaskCompletionSource();
        dns.Gate = answers.Task;
        var strangers = new[] { Locate(locator, "sip:a.example:5060", Stranger), Locate(locator, "sip:b.example:5060", Other) };
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", Other));
        _clock.RunFor(TimeSpan.FromHours(2));
        Assert.Empty(await Locate(locator, "sip:trunk.example:5060", Other)); // too long ago
        answers.SetResult();
        await Task.WhenAll(strangers);
    }

    [Fact]
    public async Task What_was_known_serves_on_while_the_DNS_does_not_answer()
    {
        var dns = new FakeDns().Host("trunk.example", "192.0.2.9");
        SipServerLocator locator = Make(dns);
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        _clock.RunFor(TimeSpan.FromSeconds(61));
        dns.Failing.Add("trunk.example");
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        int asked = dns.Asked.Count;
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        Assert.Equal(asked, dns.Asked.Count); // not again at once
        _clock.RunFor(TimeSpan.FromSeconds(6));
        dns.Failing.Clear();
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        Assert.Equal(asked + 1, dns.Asked.Count);
    }

    [Fact]
    public async Task Names_that_do_not_exist_are_remembered_and_go_first_when_the_cache_is_full()
    {
        var dns = new FakeDns().Host("trunk.example", "192.0.2.9");
        SipServerLocator locator = Make(dns, o => o.MaxCachedAnswers = 100);
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Empty(await Locate(locator, $"sip:a{i}.example:5060", Stranger));
            Assert.InRange(locator.CachedAnswers, 1, 100);
        }
        int asked = dns.Asked.Count;
        Assert.Empty(await Locate(locator, "sip:a999.example:5060", Stranger));
        Assert.Single(await Locate(locator, "sip:trunk.example:5060", default));
        Assert.Equal(asked, dns.Asked.Count);
    }

    private static async Task<List<SipTarget>> Locate(SipServerLocator locator, string uri, SipEndPoint cause)
    {
        var targets = new List<SipTarget>();
        Assert.True(SipUri.TryParse(uri, out SipUri? parsed));
        await locator.LocateAsync(parsed, targets, cause, CancellationToken.None);
        return targets;
    }

    private SipServerLocator Make(FakeDns dns, Action<SipServerLocatorOptions>? configure = null)
    {
        var options = new SipServerLocatorOptions();
        configure?.Invoke(options);
        return new SipServerLocator(dns, Udp, SipRandom.FromSeed(1), _clock, options);
    }
}
