using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

public sealed class ReplyTests
{
    private static readonly byte[] Sdp = "v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\n"u8.ToArray();

    private static SipReply WithBody(int status) =>
        new(status, "As You Like")
        {
            Headers = { { "X-One", "1" }, { "Retry-After", "30" } },
            ContentType = "application/sdp",
            Body = Sdp,
        };

    private static void AssertWhole(SipMessage reply, int status)
    {
        Assert.Equal(status, reply.StatusCode);
        Assert.Equal("As You Like", Peer.Text(reply.ReasonPhrase));
        Assert.Equal("application/sdp", Peer.Text(reply.ContentType));
        Assert.True(reply.Body.SequenceEqual(Sdp));
        Assert.Equal(Sdp.Length, reply.ContentLength);
        Assert.True(reply.TryGetHeader("X-One"u8, out ReadOnlySpan<byte> one) && one.SequenceEqual("1"u8));
        Assert.True(reply.TryGetHeader("Retry-After"u8, out ReadOnlySpan<byte> after) && after.SequenceEqual("30"u8));
        Assert.False(reply.ToTag.IsEmpty);
    }

    [Theory]
    [InlineData("INVITE", 488)]
    [InlineData("INVITE", 200)]
    [InlineData("OPTIONS", 200)]
    [InlineData("MESSAGE", 403)]
    public void A_reply_has_headers_and_a_body(string method, int status)
    {
        using var fixture = new ProxyFixture(context =>
        {
            if (context.Method != SipMethod.Ack)
                context.Reply(WithBody(status));
            return default;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        string request = alice.Send(method, "sip:bob@10.0.0.2");
        fixture.Run(50);
        SipMessage reply = Assert.Single(alice.Responses, static r => r.StatusCode >= 200);
        AssertWhole(reply, status);
        if (method == "INVITE" && status >= 300)
            alice.AckFailure(request, reply);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_provisional_reply_may_have_a_body_and_a_final_one_follows()
    {
        using var fixture = new ProxyFixture(static context =>
        {
            context.Reply(WithBody(183));
            context.Reply(new SipReply(404));
            return default;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        AssertWhole(Assert.Single(alice.Responses, static r => r.StatusCode == 183), 183);
        SipMessage last = alice.Responses[^1];
        Assert.Equal((404, 0, "Not Found"), (last.StatusCode, last.Body.Length, Peer.Text(last.ReasonPhrase)));
    }

    [Fact]
    public void Reply_hooks_see_the_body_and_may_change_headers()
    {
        using var fixture = new ProxyFixture(static context =>
        {
            context.Reply(WithBody(488));
            return default;
        });
        fixture.App.OnReply(static reply =>
        {
            Assert.True(reply.Reply.Body.SequenceEqual(Sdp));
            reply.RemoveHeader("retry-after");
            reply.SetHeader("X-One", "2");
            reply.AddHeader("X-Two", "3");
            Assert.Throws<ArgumentException>("value", () => reply.AddHeader("X-Three", "a\r\nb"));
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        SipMessage reply = Assert.Single(alice.Responses);
        Assert.True(reply.Body.SequenceEqual(Sdp));
        Assert.False(reply.TryGetHeader("Retry-After"u8, out _));
        Assert.True(reply.TryGetHeader("X-One"u8, out ReadOnlySpan<byte> one) && one.SequenceEqual("2"u8));
        Assert.True(reply.TryGetHeader("X-Two"u8, out ReadOnlySpan<byte> two) && two.SequenceEqual("3"u8));
        Assert.Equal(0, fixture.App.Counters[ProxyCounter.HandlerErrors]);
    }

    [Fact]
    public void A_stateless_proxy_replies_with_a_body_too()
    {
        using var fixture = new ProxyFixture(
            static context =>
            {
                context.Reply(WithBody(183)); // does nothing without a transaction
                context.Reply(WithBody(404));
                return default;
            },
            static builder => builder.Proxy.Stateless = true
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        AssertWhole(Assert.Single(alice.Responses), 404);
        Assert.Equal(0, fixture.App.Counters[ProxyCounter.HandlerErrors]);
    }

    [Fact]
    public async Task A_handler_that_left_the_strand_replies_with_a_body()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource();
        using var fixture = new ProxyFixture(async context =>
        {
            await gate.Task.ConfigureAwait(false);
            context.Reply(WithBody(200));
            done.SetResult();
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        gate.SetResult();
        await done.Task;
        fixture.Run(50);
        AssertWhole(Assert.Single(alice.Responses), 200);
    }

    [Fact]
    public void A_reply_that_cannot_stand_in_a_message_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("statusCode", static () => new SipReply(99));
        Assert.Throws<ArgumentOutOfRangeException>("statusCode", static () => new SipReply(700));
        Assert.Throws<ArgumentException>("reason", static () => new SipReply(200, "a\r\nb"));
        Assert.Throws<ArgumentException>("ContentType", static () => new SipReply(200) { ContentType = "sdp" });
        Assert.Throws<ArgumentException>("ContentType", static () => new SipReply(200) { ContentType = "application/sdp\r\nX: y" });
        Assert.Throws<ArgumentException>("Body", static () => new SipReply(200) { Body = new byte[60_001] });
        var errors = new List<ArgumentException>();
        using var fixture = new ProxyFixture(context =>
        {
            errors.Add(Assert.Throws<ArgumentException>(() => context.Reply(new SipReply(200) { Body = Sdp })));
            errors.Add(Assert.Throws<ArgumentException>(() => context.Reply(new SipReply(200) { ContentType = "application/sdp" })));
            context.Reply(new SipReply(200));
            return default;
        });
        fixture.Peer("10.0.0.1").Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal(["reply", "reply"], errors.Select(static e => e.ParamName));
    }

    [Fact]
    public void Header_changes_of_the_request_are_in_every_copy_and_those_of_a_branch_in_its_own()
    {
        using var fixture = new ProxyFixture(static context =>
        {
            context.RemoveHeader("X-Secret");
            context.SetHeader("Subject", "routed");
            context.AddHeader("X-Added", "1");
            Assert.Throws<ArgumentException>("name", () => context.AddHeader("Via", "x"));
            Assert.Throws<ArgumentException>("value", () => context.AddHeader("X-Bad", "x\r\nRoute: <sip:evil>"));
            context.OnBranch(
                static (_, branch) =>
                {
                    branch.AddHeader("X-Branch", branch.Index.ToString(System.Globalization.CultureInfo.InvariantCulture));
                    branch.SetHeader("Priority", "urgent");
                    branch.RemoveHeader("Organization");
                }
            );
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.3"));
            ValueTask<bool> relayed = context.RelayAsync();
            return relayed.IsCompleted ? default : new ValueTask(relayed.AsTask());
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            carol = fixture.Peer("10.0.0.3");
        alice.Send("INVITE", "sip:bob@example.com", headers: "s: mine\r\nX-Secret: 7\r\nOrganization: x\r\nPriority: normal\r\n");
        fixture.Run(50);
        foreach ((Peer peer, string index) in new[] { (bob, "0"), (carol, "1") })
        {
            string copy = peer.Request("INVITE").ToString();
            Assert.Contains($"X-Branch: {index}\r\n", copy, StringComparison.Ordinal);
            Assert.Contains("Subject: routed\r\n", copy, StringComparison.Ordinal);
            Assert.Contains("X-Added: 1\r\n", copy, StringComparison.Ordinal);
            Assert.Contains("Priority: urgent\r\n", copy, StringComparison.Ordinal);
            Assert.DoesNotContain("s: mine", copy, StringComparison.Ordinal);
            Assert.DoesNotContain("X-Secret", copy, StringComparison.Ordinal);
            Assert.DoesNotContain("Organization", copy, StringComparison.Ordinal);
            Assert.DoesNotContain("evil", copy, StringComparison.Ordinal);
        }

        Assert.Equal(0, fixture.App.Counters[ProxyCounter.HandlerErrors]);
    }
}
