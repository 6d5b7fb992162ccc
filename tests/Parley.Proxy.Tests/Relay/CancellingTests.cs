using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class CancellingTests
{
    [Fact]
    public void The_callers_CANCEL_goes_on_with_its_reason_and_487_comes_back()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
        };
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        alice.Cancel(invite, "Reason: SIP;cause=487;text=\"gone\"\r\n");
        fixture.Run(50);
        Assert.Contains(200, alice.Statuses); // of the CANCEL
        Assert.Contains(487, alice.Statuses);
        Assert.Contains("text=\"gone\"", bob.Request("CANCEL").ToString(), StringComparison.Ordinal);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Before_a_provisional_the_CANCEL_waits()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        alice.Cancel(invite);
        fixture.Run(50);
        Assert.Equal(0, bob.Count("CANCEL"));
        bob.Answer(bob.Request("INVITE"), 180);
        fixture.Run(50);
        Assert.Equal(1, bob.Count("CANCEL"));
        Assert.Contains(487, alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_200_that_crosses_the_CANCEL_reaches_the_caller()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.ObeysCancel = false;
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
            else if (r.Method == SipMethod.Cancel)
                bob.Answer(r, 200);
        };
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        alice.Cancel(invite);
        bob.Answer(bob.Request("INVITE"), 200);
        fixture.Run(50);
        Assert.Contains(alice.Responses, r => r.StatusCode == 200 && r.Method == SipMethod.Invite);
        Assert.DoesNotContain(487, alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_2xx_after_a_failure_was_sent_still_reaches_the_caller()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.3"));
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            carol = fixture.Peer("10.0.0.3");
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
        };
        carol.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                carol.Answer(r, 603);
        };
        bob.ObeysCancel = false;
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        alice.ResponseScript = r =>
        {
            if (r.StatusCode >= 300)
                alice.AckFailure(invite, r);
        };
        fixture.Run(50);
        bob.Answer(bob.Request("INVITE"), 487); // the far end forks: one of its branches failed ...
        fixture.Run(50);
        Assert.Equal([603], alice.Finals);
        bob.Answer(bob.Request("INVITE"), 200, tag: "late"); // ... another one answered
        fixture.Run(50);
        Assert.Equal([603, 200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_CANCEL_while_the_handler_waits_is_answered_487_when_it_relays()
    {
        var gate = new TaskCompletionSource();
        bool? relayed = null;
        using var fixture = new ProxyFixture(async context =>
        {
            await gate.Task;
            Assert.True(context.IsCancelled);
            relayed = await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        alice.Cancel(invite);
        fixture.Run(50);
        Assert.Equal([100, 200], alice.Statuses);
        gate.SetResult();
        fixture.Run(50);
        Assert.False(relayed);
        Assert.Contains(487, alice.Statuses);
        Assert.Equal(0, bob.Count("INVITE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_branch_that_never_ends_after_its_CANCEL_is_given_up_and_the_caller_gets_487()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.ObeysCancel = false;
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
        };
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        alice.Cancel(invite);
        fixture.Run(40_000);
        Assert.Contains(487, alice.Statuses);
        fixture.RunToTheEnd();
    }
}
