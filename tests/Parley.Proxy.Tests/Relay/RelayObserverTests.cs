using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class RelayObserverTests
{
    [Fact]
    public void An_observer_hears_of_a_forked_call_in_order()
    {
        var observer = new Notes();
        using var fixture = new ProxyFixture(async context =>
        {
            if (context.Method == SipMethod.Invite)
            {
                context.Observe(observer);
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.3"));
            }

            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            carol = fixture.Peer("10.0.0.3");
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(10);
        bob.Answer(bob.Request("INVITE"), 180);
        fixture.Run(10);
        carol.Answer(carol.Request("INVITE"), 180);
        fixture.Run(10);
        carol.Answer(carol.Request("INVITE"), 200);
        fixture.Run(50);
        Assert.Equal(
            [
                "relaying",
                "branch 0",
                "branch 1",
                "reply 180/0",
                "forwarding 180/0",
                "forwarded 180",
                "reply 180/1",
                "forwarding 180/1",
                "forwarded 180",
                "reply 200/1",
                "forwarding 200/1",
                "forwarded 200",
                "reply 487/0",
            ],
            observer.Heard
        );
        fixture.RunToTheEnd();
        Assert.Equal("completed", observer.Heard[^1]);
        Assert.Single(observer.Heard, "completed");
    }

    [Fact]
    public void An_observer_hears_of_a_CANCEL_and_of_the_proxys_own_answer()
    {
        var observer = new Notes();
        using var fixture = new ProxyFixture(async context =>
        {
            context.Observe(observer);
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1");
        fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(10);
        alice.Cancel(invite);
        fixture.Run(40_000);
        Assert.Equal(["relaying", "branch 0", "cancelled", "forwarding 487/-", "forwarded 487"], observer.Heard);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_observer_that_throws_does_not_stop_the_call()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.Observe(new Broken());
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_observer_of_an_ACK_has_the_last_word_on_its_copy()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.Observe(new Stamp());
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t");
        fixture.Run(50);
        Assert.True(bob.Request("ACK").TryGetHeader("X-Stamp"u8, out _));
        fixture.RunToTheEnd();
    }

    private sealed class Stamp : RelayObserver
    {
        public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits) => edits.Append("X-Stamp"u8, "1"u8);
    }

    private sealed class Broken : RelayObserver
    {
        public override void OnRelaying(SipContext context) => throw new InvalidOperationException();

        public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits) => throw new InvalidOperationException();

        public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply) => throw new InvalidOperationException();

        public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits) =>
            throw new InvalidOperationException();

        public override void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode) =>
            throw new InvalidOperationException();

        public override void OnCompleted(SipContext context) => throw new InvalidOperationException();
    }

    private sealed class Notes : RelayObserver
    {
        public List<string> Heard { get; } = [];

        public override void OnRelaying(SipContext context) => Heard.Add("relaying");

        public override void OnBranch(SipContext context, SipBranch? branch, SipEdits edits) => Heard.Add($"branch {branch!.Index}");

        public override void OnBranchReply(SipContext context, SipBranch branch, SipMessage reply) =>
            Heard.Add($"reply {reply.StatusCode}/{branch.Index}");

        public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits) =>
            Heard.Add($"forwarding {statusCode}/{branch?.Index.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"}");

        public override void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode) =>
            Heard.Add($"forwarded {statusCode}");

        public override void OnCancelled(SipContext context, SipMessage cancel) => Heard.Add("cancelled");

        public override void OnCompleted(SipContext context) => Heard.Add("completed");
    }
}
