using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

/// <summary>What the proxy refuses before anything was done for the request costs one answer, for its source may be forged.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData(300)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(481)]
    [InlineData(482)]
    [InlineData(503)]
    [InlineData(603)]
    public void An_invite_refused_by_the_handler_gets_one_answer(int status)
    {
        var watch = new Watch();
        using var fixture = new ProxyFixture(context =>
        {
            context.Observe(watch);
            context.Reply(status);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(40_000);
        Assert.Equal([status], alice.Statuses);
        Assert.Equal([$"forwarding {status}", $"forwarded {status}", "completed"], watch.Told);
        fixture.AssertNothingLeft();

        alice.AckFailure(invite, alice.Responses[0]);
        fixture.Run(100);
        Assert.Equal(0, fixture.App.Counters.Requests(SipMethod.Ack));
        Assert.Equal(1, fixture.App.Transactions.Statistics[Transactions.TransactionCounter.AcksAbsorbed]);

        alice.SendText(invite);
        fixture.Run(40_000);
        Assert.Equal([status, status], alice.Statuses);
        Assert.True(alice.Responses[0].ToTag.SequenceEqual(alice.Responses[1].ToTag));
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("sip:bob@10.0.0.2", 0, "", 483)]
    [InlineData("frob:bob", 70, "", 416)]
    [InlineData("sip:bob@10.0.0.2", 70, "Proxy-Require: foo\r\n", 420)]
    [InlineData("sip:bob@10.0.0.2", 70, "Route: <nonsense\r\n", 400)]
    [InlineData("sip:bob@10.0.0.2", 70, "Content-Length: 9999\r\n", 400)]
    public void So_does_one_that_validation_refuses(string uri, int maxForwards, string headers, int status)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", uri, maxForwards: maxForwards, headers: headers);
        fixture.Run(40_000);
        Assert.Equal([status], alice.Statuses);
        fixture.AssertNothingLeft();
    }

    [Fact]
    public void So_does_one_that_could_not_be_sent_anywhere()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@[2001:db8::1]");
        fixture.Run(40_000);
        Assert.Equal([500], alice.Statuses);
        fixture.AssertNothingLeft();
    }

    [Fact]
    public void So_does_one_whose_handler_throws_or_does_nothing()
    {
        using var fixture = new ProxyFixture(static context =>
            context.Request.CallId[^1] == (byte)'1' ? throw new InvalidOperationException("no") : ValueTask.CompletedTask
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@10.0.0.2", callId: "c1");
        alice.Send("INVITE", "sip:bob@10.0.0.2", callId: "c2");
        fixture.Run(40_000);
        Assert.Equal([500, 500], alice.Statuses);
        fixture.AssertNothingLeft();
    }

    [Fact]
    public void A_handler_that_waits_absorbs_copies_and_then_answers_once()
    {
        var allowed = new TaskCompletionSource();
        int handled = 0;
        using var fixture = new ProxyFixture(async context =>
        {
            handled++;
            await allowed.Task;
            context.Reply(403);
        });
        Peer alice = fixture.Peer("10.0.0.1");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(20);
        alice.SendText(invite);
        alice.SendText(invite);
        fixture.Run(20);
        Assert.Equal(1, handled);
        Assert.Equal(1, fixture.App.Transactions.ServerTransactionCount);
        allowed.SetResult();
        fixture.Run(100);
        Assert.Equal(403, alice.Statuses.Last());
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("TCP")]
    [InlineData("after 180")]
    [InlineData("after a branch")]
    public void Where_more_is_owed_the_transaction_stays(string why)
    {
        using var fixture = new ProxyFixture(async context =>
        {
            if (why == "after 180")
                context.Reply(180);
            if (why == "after a branch")
                await context.RelayAsync();
            context.Reply(480);
        });
        Peer alice = fixture.Peer("10.0.0.1", why == "TCP" ? SipProtocol.Tcp : SipProtocol.Udp);
        Peer bob = fixture.Peer("10.0.0.2");
        bob.Script = invite =>
        {
            if (invite.Method == SipMethod.Invite)
                bob.Answer(invite, 180);
        };
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(200);
        Assert.Equal(1, fixture.App.Transactions.ServerTransactionCount);
        fixture.Run(40_000);
        Assert.Equal(why == "TCP" ? 1 : 11, alice.Statuses.Count(s => s == 480));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Reply_hooks_see_a_refusal_and_may_edit_it()
    {
        using var fixture = new ProxyFixture(context =>
        {
            context.OnReply(static reply => reply.Edits.Append("X-Seen"u8, "yes"u8));
            context.Reply(403);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(40_000);
        Assert.Contains("X-Seen: yes\r\n", Assert.Single(alice.Responses).ToString(), StringComparison.Ordinal);
        fixture.AssertNothingLeft();
    }

    [Fact]
    public void A_short_datagram_gets_no_Server_header_a_usual_one_does()
    {
        using var fixture = new ProxyFixture(
            static context =>
            {
                context.Reply(404);
                return ValueTask.CompletedTask;
            },
            static builder => builder.Proxy.ServerHeader = "A proxy with a name that says it all/1.0"
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.SendText("INVITE sip:b SIP/2.0\r\nv:SIP/2.0/UDP 10.0.0.1\r\nf:<sip:a>;tag=1\r\nt:sip:b\r\ni:1\r\nCSeq:1 INVITE\r\n\r\n");
        alice.Send("INVITE", "sip:bob@10.0.0.2", callId: "c2");
        fixture.Run(1_000);
        Assert.Equal([404, 404], alice.Statuses);
        Assert.Equal(-1, alice.Responses[0].IndexOf(SipHeaderName.Server));
        Assert.True(alice.Responses[1].IndexOf(SipHeaderName.Server) > 0);
    }

    private sealed class Watch : RelayObserver
    {
        public List<string> Told { get; } = [];

        public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits) =>
            Note($"forwarding {statusCode}");

        public override void OnReplyForwarded(SipContext context, SipBranch? branch, int statusCode) => Note($"forwarded {statusCode}");

        public override void OnCompleted(SipContext context) => Note("completed");

        private void Note(string what)
        {
            if (Told.Count < 3)
                Told.Add(what);
        }
    }
}
