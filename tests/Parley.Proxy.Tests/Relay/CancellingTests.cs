using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class CancellingTests
{
    [Fact]
    public void The_callers_CANCEL_goes_on_with_its_reason_and_487_comes_back()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1"),
            bob = scene.Peer("10.0.0.2");
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
        };
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        scene.Run(50);
        alice.Cancel(invite, "Reason: SIP;cause=487;text=\"gone\"\r\n");
        scene.Run(50);
        Assert.Contains(200, alice.Statuses); // of the CANCEL
        Assert.Contains(487, alice.Statuses);
        Assert.Contains("text=\"gone\"", bob.Request("CANCEL").ToString(), StringComparison.Ordinal);
        scene.RunToTheEnd();
    }

    [Fact]
    public void Before_a_provisional_the_CANCEL_waits()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1"),
            bob = scene.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        scene.Run(50);
        alice.Cancel(invite);
        scene.Run(50);
        Assert.Equal(0, bob.Count("CANCEL"));
        bob.Answer(bob.Request("INVITE"), 180);
        scene.Run(50);
        Assert.Equal(1, bob.Count("CANCEL"));
        Assert.Contains(487, alice.Statuses);
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_200_that_crosses_the_CANCEL_reaches_the_caller()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1"),
            bob = scene.Peer("10.0.0.2");
        bob.ObeysCancel = false;
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
            else if (r.Method == SipMethod.Cancel)
                bob.Answer(r, 200);
        };
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        scene.Run(50);
        alice.Cancel(invite);
        bob.Answer(bob.Request("INVITE"), 200);
        scene.Run(50);
        Assert.Contains(alice.Responses, r => r.StatusCode == 200 && r.Method == SipMethod.Invite);
        Assert.DoesNotContain(487, alice.Statuses);
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_2xx_after_a_failure_was_sent_still_reaches_the_caller()
    {
        using var scene = new Scene(static async context =>
        {
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.3"));
            await context.RelayAsync();
        });
        Peer alice = scene.Peer("10.0.0.1"),
            bob = scene.Peer("10.0.0.2"),
            carol = scene.Peer("10.0.0.3");
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
        scene.Run(50);
        bob.Answer(bob.Request("INVITE"), 487); // the far end forks: one of its branches failed ...
        scene.Run(50);
        Assert.Equal([603], alice.Finals);
        bob.Answer(bob.Request("INVITE"), 200, tag: "late"); // ... another one answered
        scene.Run(50);
        Assert.Equal([603, 200], alice.Finals);
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_CANCEL_while_the_handler_waits_is_answered_487_when_it_relays()
    {
        var gate = new TaskCompletionSource();
        bool? relayed = null;
        using var scene = new Scene(async context =>
        {
            await gate.Task;
            Assert.True(context.IsCancelled);
            relayed = await context.RelayAsync();
        });
        Peer alice = scene.Peer("10.0.0.1"),
            bob = scene.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        scene.Run(50);
        alice.Cancel(invite);
        scene.Run(50);
        Assert.Equal([100, 200], alice.Statuses);
        gate.SetResult();
        scene.Run(50);
        Assert.False(relayed);
        Assert.Contains(487, alice.Statuses);
        Assert.Equal(0, bob.Count("INVITE"));
        scene.RunToTheEnd();
    }

    [Fact]
    public void A_branch_that_never_ends_after_its_CANCEL_is_given_up_and_the_caller_gets_487()
    {
        using var scene = new Scene(static async context => await context.RelayAsync());
        Peer alice = scene.Peer("10.0.0.1"),
            bob = scene.Peer("10.0.0.2");
        bob.ObeysCancel = false;
        bob.Script = r =>
        {
            if (r.Method == SipMethod.Invite)
                bob.Answer(r, 180);
        };
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        scene.Run(50);
        alice.Cancel(invite);
        scene.Run(40_000);
        Assert.Contains(487, alice.Statuses);
        scene.RunToTheEnd();
    }
}
