using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class ReplyHoldTests
{
    private readonly Holder _holder = new();

    [Fact]
    public void A_2xx_waits_until_it_is_released_and_repetitions_are_absorbed()
    {
        using ProxyFixture fixture = Make();
        (Peer alice, Peer bob) = Call(fixture);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(100);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(100);
        Assert.Empty(alice.Finals);
        Assert.DoesNotContain("forwarded 200", _holder.Heard);
        Assert.True(_holder.Hold!.Release());
        fixture.Run(10);
        Assert.Equal([200], alice.Finals);
        Assert.Single(_holder.Heard, static line => line == "forwarded 200");
        _holder.Hold = null;
        _holder.IsDone = true;
        bob.Answer(bob.Request("INVITE"), 200, "b1"); // its ACK is late: this one goes on as ever
        fixture.Run(10);
        Assert.Equal([200, 200], alice.Finals);
        fixture.RunToTheEnd();
        Assert.Single(_holder.Heard, static line => line == "completed");
    }

    [Fact]
    public void It_leaves_when_its_time_is_over_and_a_late_release_does_nothing()
    {
        using ProxyFixture fixture = Make();
        (Peer alice, Peer bob) = Call(fixture);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(1_990);
        Assert.Empty(alice.Finals);
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        fixture.Run(500_000);
        Assert.Equal(1, fixture.App.Core.Holds.Rented); // it is still the holder's
        Assert.False(_holder.Hold!.Release());
        fixture.RunToTheEnd();
        Assert.Equal([200], alice.Finals);
    }

    [Fact]
    public void Released_before_it_waits_it_leaves_at_once()
    {
        _holder.ReleasesAtOnce = true;
        using ProxyFixture fixture = Make();
        (Peer alice, Peer bob) = Call(fixture);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(10);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_further_2xx_of_a_fork_waits_with_the_first_and_does_not_overtake_it()
    {
        using ProxyFixture fixture = Make(twoTargets: true);
        (Peer alice, Peer bob) = Call(fixture);
        Peer carol = _carol!;
        carol.Answer(carol.Request("INVITE"), 180, "c1");
        fixture.Run(5);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(5);
        Assert.Equal(1, carol.Count("CANCEL")); // the others are cancelled at once
        carol.Answer(carol.Request("INVITE"), 200, "c1");
        bob.Answer(bob.Request("INVITE"), 200, "b2"); // a fork further down
        fixture.Run(5);
        Assert.Empty(alice.Finals);
        _holder.Hold!.Release();
        fixture.Run(5);
        Assert.Equal(["b1", "c1", "b2"], alice.Responses.Where(static r => r.StatusCode == 200).Select(static r => Peer.Text(r.ToTag)));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_CANCEL_that_crosses_a_2xx_that_waits_comes_too_late()
    {
        using ProxyFixture fixture = Make();
        (Peer alice, Peer bob) = Call(fixture);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(10);
        alice.Cancel(_invite!);
        fixture.Run(10);
        Assert.Equal(0, bob.Count("CANCEL"));
        Assert.Equal([200], alice.Finals); // the CANCEL's own
        _holder.Hold!.Release();
        fixture.Run(10);
        Assert.Equal([200, 200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_repeated_INVITE_meanwhile_gets_no_final_response_and_a_held_BYE_answers_as_any_other()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        string bye = alice.Send("BYE", "sip:bob@10.0.0.2", toTag: "b1");
        fixture.Run(100);
        alice.SendText(bye);
        fixture.Run(100);
        Assert.Empty(alice.Finals);
        _holder.Hold!.Release();
        fixture.Run(10);
        Assert.Equal([200], alice.Finals);
        alice.SendText(bye);
        fixture.Run(10);
        Assert.Equal([200, 200], alice.Finals); // the transaction has it
        Assert.Equal(1, bob.Count("BYE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Provisional_responses_and_those_of_the_proxys_own_cannot_wait()
    {
        using var fixture = new ProxyFixture(context =>
        {
            context.Observe(_holder);
            context.Reply(486);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(10);
        Assert.Equal([486], alice.Finals);
        Assert.Null(_holder.Hold);
        fixture.Run(40_000);
        Assert.Equal(0, fixture.App.Core.Holds.Rented);
    }

    [Fact]
    public void The_application_stops_with_responses_that_wait()
    {
        ProxyFixture fixture = Make();
        (_, Peer bob) = Call(fixture);
        bob.Answer(bob.Request("INVITE"), 200, "b1");
        fixture.Run(10);
        fixture.Dispose();
        Assert.True(_holder.Hold!.Release());
    }

    [Fact]
    public void A_hold_has_a_time()
    {
        Exception? thrown = null;
        using var fixture = new ProxyFixture(async context =>
        {
            thrown = Record.Exception(() => context.HoldReply(TimeSpan.Zero));
            await context.RelayAsync();
        });
        fixture.Peer("10.0.0.1").Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(10);
        Assert.IsType<ArgumentOutOfRangeException>(thrown);
    }

    [Fact]
    public async Task Releases_from_other_threads_and_timers_send_each_response_once()
    {
        using ProxyFixture fixture = Make();
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        int calls = 200;
        for (int i = 0; i < calls; i++)
        {
            _holder.Hold = null;
            alice.Send("MESSAGE", "sip:bob@10.0.0.2", callId: $"m{i}");
            fixture.Run(2);
            bob.Answer(bob.Request("MESSAGE"), 200);
            fixture.Run(2);
            ReplyHold hold = _holder.Hold!;
            if (i % 3 == 0)
                fixture.Run(2_100);
            await Task.Run(hold.Release, TestContext.Current.CancellationToken);
            fixture.Run(2);
        }

        Assert.Equal(calls, alice.Finals.Count());
        fixture.RunToTheEnd();
    }

    private Peer? _carol;
    private string? _invite;

    private ProxyFixture Make(bool twoTargets = false) =>
        new(async context =>
        {
            context.Observe(_holder);
            if (twoTargets && context.Method == SipMethod.Invite)
            {
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.3"));
            }

            await context.RelayAsync();
        });

    private (Peer Alice, Peer Bob) Call(ProxyFixture fixture)
    {
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        _carol = fixture.Peer("10.0.0.3");
        bob.ObeysCancel = _carol.ObeysCancel = false;
        _invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(10);
        return (alice, bob);
    }

    private sealed class Holder : RelayObserver
    {
        public ReplyHold? Hold { get; set; }

        public bool ReleasesAtOnce { get; set; }

        public bool IsDone { get; set; }

        public List<string> Heard { get; } = [];

        public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
        {
            if (IsDone)
                return;
            if (context.HoldReply(TimeSpan.FromSeconds(2)) is not { } hold)
                return;
            Hold = hold;
            if (ReleasesAtOnce)
                hold.Release();
        }

        public override void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode) =>
            Heard.Add($"forwarded {statusCode}");

        public override void OnCompleted(SipContext context) => Heard.Add("completed");
    }
}
