using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Simulation;

/// <summary>Whole calls by user agents that behave, over a network that does not.</summary>
public sealed class LossyCallsTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 30).Select(i => (ulong)i)];

    [Fact]
    public void On_a_good_network_every_call_goes_as_planned()
    {
        (CallReport report, ProxyFixture fixture, ScriptedUserAgent[] agents) = Play(3, LinkConditions.Good, 200);
        using (fixture)
        {
            Assert.Equal(200, report.Ended);
            Assert.Equal(0, report.TimedOut);
            Assert.Equal(0, report.Failed);
            Assert.True(report.Answered > 100, report.ToString());
            Assert.DoesNotContain(
                agents.SelectMany(a => a.Anomalies),
                a =>
                    a.Kind
                        is AnomalyKind.UnknownDialog
                            or AnomalyKind.MissingAck
                            or AnomalyKind.OutOfOrder
                            or AnomalyKind.Malformed
                            or AnomalyKind.BadResponse
            );
            fixture.RunToTheEnd();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_loss_duplication_and_reordering_every_call_ends_and_nothing_is_left(ulong seed)
    {
        (CallReport report, ProxyFixture fixture, ScriptedUserAgent[] agents) = Play(seed, LinkConditions.Bad(0.05), 60);
        using (fixture)
        {
            Assert.Equal(60, report.Ended);
            Assert.DoesNotContain(agents.SelectMany(a => a.Anomalies), a => a.Kind is AnomalyKind.Malformed or AnomalyKind.BadResponse);
            fixture.RunToTheEnd();
        }
    }

    [Fact]
    public void One_seed_gives_one_run()
    {
        (_, ProxyFixture one, _) = Play(11, LinkConditions.Bad(0.1), 40);
        (_, ProxyFixture two, _) = Play(11, LinkConditions.Bad(0.1), 40);
        using (one)
        using (two)
        {
            Assert.Equal(one.Network.Log.Hash, two.Network.Log.Hash);
            Assert.Equal(one.Network.Log.Count, two.Network.Log.Count);
        }
    }

    private static (CallReport Report, ProxyFixture ProxyFixture, ScriptedUserAgent[] Agents) Play(
        ulong seed,
        LinkConditions conditions,
        int calls
    )
    {
        var fixture = new ProxyFixture(Route, seed: seed);
        ScriptedUserAgent[] callers = [Agent(fixture, "10.0.1.1", "alice"), Agent(fixture, "10.0.1.2", "anna")];
        ScriptedUserAgent[] callees = [Agent(fixture, "10.0.2.1", "bob"), Agent(fixture, "10.0.2.2", "ben", SipProtocol.Tcp)];
        ScriptedUserAgent busy = Agent(fixture, "10.0.2.9", "busy");
        busy.OnInvite = static call => call.RejectAfter(TimeSpan.FromMilliseconds(300), 486);
        fixture.Network.Conditions = conditions;
        var generator = new CallGenerator(fixture.Network, callers, callees, new CallMix { Calls = calls, Span = TimeSpan.FromMinutes(5) })
        {
            Target = static callee => $"sip:{callee.User}@10.0.2.{(callee.User == "bob" ? "1" : "2;transport=tcp")}",
        };
        Assert.True(generator.Run(TimeSpan.FromMinutes(30)), $"seed {seed}: {generator.Report}");
        fixture.Run(TimeSpan.FromMinutes(3).TotalMilliseconds);
        return (generator.Report, fixture, [.. callers, .. callees]);
    }

    private static ScriptedUserAgent Agent(ProxyFixture fixture, string address, string user, SipProtocol protocol = SipProtocol.Udp) =>
        new(fixture.Network.AddHost(address), user)
        {
            OutboundProxy = $"sip:{ProxyFixture.ProxyAddress};lr",
            Protocol = protocol,
            RingLimit = TimeSpan.FromMinutes(1),
            CallLimit = TimeSpan.FromMinutes(10),
        };

    /// <summary>Record-routes; a third of the calls is forked to a busy phone besides, a third waits for something first.</summary>
    private static async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            context.LooseRoute();
            await context.RelayAsync();
            return;
        }

        context.LooseRoute();
        context.RecordRoute();
        int kind = context.Request.CallId[^1] % 3;
        if (kind == 1)
        {
            Assert.True(SipUri.TryParse(context.RequestUriText, out SipUri? uri));
            context.AddTarget(uri);
            context.AddTarget(SipUri.Parse("sip:busy@10.0.2.9"));
        }
        else if (kind == 2 && context.Method == SipMethod.Invite)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(700), context.Time);
        }

        await context.RelayAsync();
    }
}
