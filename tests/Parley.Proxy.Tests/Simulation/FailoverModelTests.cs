using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Simulation;

/// <summary>Three gateways that behave by chance, against a model in a few lines: what the caller gets, who is asked, and that nothing is left.</summary>
public sealed class FailoverModelTests
{
    private static readonly RelayOptions Options = new()
    {
        FirstResponseTimeout = TimeSpan.FromMilliseconds(500),
        FinalResponseTimeout = TimeSpan.FromSeconds(15),
    };

    private static readonly int[] Finals = [200, 404, 486, 500, 503];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_caller_gets_what_the_model_says(int seed)
    {
        var chance = SipRandom.FromSeed((ulong)seed);
        Gateway[] gateways = [Gateway.Of(chance), Gateway.Of(chance), Gateway.Of(chance)];
        using ProxyFixture fixture = Play(gateways, (ulong)seed, out Peer alice, out Peer[] peers);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(60_000);
        (int status, int asked) = Expected(gateways);
        Assert.Equal([status], alice.Finals.Distinct());
        for (int i = 0; i < peers.Length; i++)
            Assert.Equal(i < asked, peers[i].Count("INVITE") > 0);
        fixture.RunToTheEnd();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_CANCEL_at_any_moment_ends_the_call_or_comes_too_late(int seed)
    {
        var chance = SipRandom.FromSeed((ulong)seed + 1000);
        Gateway[] gateways = [Gateway.Of(chance), Gateway.Of(chance), Gateway.Of(chance)];
        using ProxyFixture fixture = Play(gateways, (ulong)seed, out Peer alice, out Peer[] peers);
        string invite = alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(chance.Next() % 2_000);
        bool wasOver = alice.Finals.Any();
        alice.Cancel(invite);
        int asked = peers.Sum(p => p.Count("INVITE") > 0 ? 1 : 0);
        fixture.Run(60_000);
        int[] finals =
        [
            .. alice.Responses.Where(r => r.StatusCode >= 200 && r.Method == SipMethod.Invite).Select(r => r.StatusCode).Distinct(),
        ];
        int status = Assert.Single(finals);
        if (!wasOver)
            Assert.True(status == 487 || Finals.Contains(status), $"{status}");
        // No further gateway is asked after the CANCEL.
        Assert.Equal(asked, peers.Sum(p => p.Count("INVITE") > 0 ? 1 : 0));
        fixture.RunToTheEnd();
    }

    private static ProxyFixture Play(Gateway[] gateways, ulong seed, out Peer alice, out Peer[] peers)
    {
        SipUri[] targets = [SipUri.Parse("sip:bob@10.0.0.2"), SipUri.Parse("sip:bob@10.0.0.3"), SipUri.Parse("sip:bob@10.0.0.4")];
        var fixture = new ProxyFixture(async context => await context.FailoverAsync(targets, Options), seed: seed);
        alice = fixture.Peer("10.0.0.1");
        peers = [.. gateways.Select((g, i) => g.Start(fixture, $"10.0.0.{i + 2}"))];
        return fixture;
    }

    private static (int Status, int Asked) Expected(Gateway[] gateways)
    {
        bool anySilent = false;
        for (int i = 0; i < gateways.Length; i++)
        {
            Gateway gateway = gateways[i];
            bool isSilent = gateway.First is 0 or > 500;
            if (!isSilent && gateway.Status < 500)
                return (gateway.Status, i + 1);
            anySilent |= isSilent;
        }

        // 16.7 step 6: the lowest class; a 503 leaves as 500.
        return (anySilent ? 408 : 500, gateways.Length);
    }

    /// <param name="First">When its first response comes, milliseconds; 0 for never.</param>
    /// <param name="IsProvisional">That is a 100, and the final one comes five seconds later.</param>
    /// <param name="Status">Its final status.</param>
    private sealed record Gateway(int First, bool IsProvisional, int Status)
    {
        public static Gateway Of(SipRandom chance)
        {
            int[] times = [0, 5, 200, 400, 800];
            int first = times[chance.Next() % (ulong)times.Length];
            // A late final response would be another test's: a late one is a 100.
            bool isProvisional = first > 500 || chance.Next() % 2 == 0;
            return new Gateway(first, isProvisional, Finals[chance.Next() % (ulong)Finals.Length]);
        }

        public Peer Start(ProxyFixture fixture, string address)
        {
            Peer peer = fixture.Peer(address);
            bool isAnswering = false;
            peer.Script = request =>
            {
                if (request.Method != SipMethod.Invite || isAnswering || First == 0)
                    return;
                isAnswering = true;
                After(fixture, First, () => peer.Answer(request, IsProvisional ? 100 : Status));
                if (IsProvisional)
                    After(
                        fixture,
                        First + 5_000,
                        () =>
                        {
                            if (peer.Count("CANCEL") == 0)
                                peer.Answer(request, Status);
                        }
                    );
            };
            return peer;
        }

        private static void After(ProxyFixture fixture, int milliseconds, Action action) =>
            fixture.Clock.CreateTimer(_ => action(), null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
