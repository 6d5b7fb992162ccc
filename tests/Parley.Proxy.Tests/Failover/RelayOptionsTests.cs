using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Failover;

/// <summary>The options of one relay, those of all, and what is told of a failure.</summary>
public sealed class RelayOptionsTests
{
    private static readonly SipUri First = SipUri.Parse("sip:bob@10.0.0.2"),
        Second = SipUri.Parse("sip:bob@10.0.0.3");

    private static Peer Answering(ProxyFixture fixture, string address, int status)
    {
        Peer peer = fixture.Peer(address);
        peer.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                peer.Answer(request, status);
        };
        return peer;
    }

    [Fact]
    public void The_applications_options_hold_where_a_relay_has_none()
    {
        using var fixture = new ProxyFixture(
            async context =>
            {
                context.AddTarget(First);
                context.AddTarget(Second, q: 500);
                await context.RelayAsync();
            },
            builder => builder.Proxy.Relay.FirstResponseTimeout = TimeSpan.FromSeconds(1)
        );
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(900);
        Assert.Empty(alice.Finals);
        fixture.Run(200);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Without_a_rule_every_failure_but_6xx_leads_to_the_next_q()
    {
        using var fixture = new ProxyFixture(async context =>
        {
            context.AddTarget(First);
            context.AddTarget(Second, q: 500);
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 486);
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_rule_of_ones_own_decides()
    {
        var asked = new List<int>();
        var options = new RelayOptions
        {
            TryNext = failure =>
            {
                asked.Add(failure.StatusCode);
                return failure.Reason == FailureReason.Busy;
            },
        };
        using var fixture = new ProxyFixture(async context =>
            await context.FailoverAsync([First, Second, SipUri.Parse("sip:bob@10.0.0.4")], options)
        );
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 486);
        Answering(fixture, "10.0.0.3", 503);
        Peer third = Answering(fixture, "10.0.0.4", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([486, 503], asked);
        Assert.Equal(0, third.Count("INVITE"));
        Assert.Equal([486], alice.Finals); // the better of the two
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_rule_that_throws_is_counted_and_the_next_is_tried()
    {
        var options = new RelayOptions { TryNext = static _ => throw new InvalidOperationException("rule") };
        using var fixture = new ProxyFixture(async context => await context.FailoverAsync([First, Second], options));
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 503);
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.HandlerErrors]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_branches_tell_why_each_of_them_failed()
    {
        var reasons = new List<FailureReason>();
        using var fixture = new ProxyFixture(async context =>
        {
            context.OnFailure(failed =>
            {
                reasons.AddRange(failed.Branches.Select(b => b.FailureReason));
                return ValueTask.CompletedTask;
            });
            await context.FailoverAsync(
                [SipUri.Parse("sip:bob@nowhere.example"), First, Second],
                new RelayOptions { FirstResponseTimeout = TimeSpan.FromMilliseconds(300) }
            );
        });
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        Answering(fixture, "10.0.0.3", 486);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([FailureReason.NameNotFound, FailureReason.NoResponse, FailureReason.Busy], reasons);
        Assert.Equal([486], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_observer_sees_the_failure_as_received_where_another_status_goes_upstream()
    {
        var seen = new List<(int Sent, RelayFailure Failure)>();
        using var fixture = new ProxyFixture(async context =>
        {
            context.Observe(new Watcher(seen));
            await context.FailoverAsync([First]);
        });
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 503);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([(500, new RelayFailure(503, FailureReason.ServerError, true))], seen);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_answer_of_the_proxys_own_is_a_failure_too()
    {
        var seen = new List<(int Sent, RelayFailure Failure)>();
        using var fixture = new ProxyFixture(context =>
        {
            context.Observe(new Watcher(seen));
            context.Reply(404);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([(404, new RelayFailure(404, FailureReason.NotFound, false))], seen);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void After_a_success_there_is_no_failure()
    {
        var seen = new List<(int Sent, RelayFailure Failure)>();
        using var fixture = new ProxyFixture(async context =>
        {
            context.Observe(new Watcher(seen));
            await context.FailoverAsync([First, Second]);
        });
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 503);
        Answering(fixture, "10.0.0.3", 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([(200, default(RelayFailure))], seen);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public void A_time_is_above_zero_and_a_day_at_most(int milliseconds)
    {
        var options = new RelayOptions();
        var time = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.FirstResponseTimeout = time);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.FinalResponseTimeout = time);
        options.FirstResponseTimeout = null;
        Assert.Null(options.FirstResponseTimeout);
    }

    [Fact]
    public void Failover_needs_targets()
    {
        ArgumentException? none = null,
            missing = null;
        using var fixture = new ProxyFixture(async context =>
        {
            none = await Assert.ThrowsAsync<ArgumentException>(async () => await context.FailoverAsync([]));
            missing = await Assert.ThrowsAsync<ArgumentException>(async () => await context.FailoverAsync([First, null!]));
            context.Reply(404);
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal("targets", none?.ParamName);
        Assert.Equal("targets", missing?.ParamName);
        Assert.Equal([404], alice.Finals);
    }

    private sealed class Watcher(List<(int Sent, RelayFailure Failure)> seen) : RelayObserver
    {
        private RelayFailure _forwarding;

        public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits) =>
            _forwarding = context.Failure;

        public override void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode)
        {
            Assert.Equal(_forwarding, context.Failure);
            if (statusCode >= 200)
                seen.Add((statusCode, context.Failure));
        }
    }
}
