using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

public sealed class HandlerTests
{
    private static ProxyFixture With(SipRequestHandler? handler, out Peer alice, out Peer bob)
    {
        var fixture = new ProxyFixture(handler);
        alice = fixture.Peer("10.0.0.1");
        Peer callee = fixture.Peer("10.0.0.2");
        callee.Script = r =>
        {
            if (r.Method != SipMethod.Ack)
                callee.Answer(r, 200);
        };
        bob = callee;
        return fixture;
    }

    [Fact]
    public void A_handler_that_throws_is_answered_500()
    {
        using ProxyFixture fixture = With(static _ => throw new InvalidOperationException("boom"), out Peer alice, out _);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([500], alice.Finals);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.HandlerErrors]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_handler_that_throws_after_an_await_is_answered_500()
    {
        var gate = new TaskCompletionSource();
        using ProxyFixture fixture = With(
            async _ =>
            {
                await gate.Task;
                throw new InvalidOperationException("boom");
            },
            out Peer alice,
            out _
        );
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Empty(alice.Finals);
        gate.SetResult();
        fixture.Run(50);
        Assert.Equal([500], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_handler_that_neither_answers_nor_relays_is_answered_500()
    {
        using ProxyFixture fixture = With(static _ => default, out Peer alice, out _);
        alice.Send("MESSAGE", "sip:bob@10.0.0.2");
        alice.Send("ACK", "sip:bob@10.0.0.2", callId: "other");
        fixture.Run(50);
        Assert.Equal([500], alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Without_a_handler_requests_are_answered_501()
    {
        using ProxyFixture fixture = With(null, out Peer alice, out _);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([501], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_handler_may_wait_before_it_relays()
    {
        var gate = new TaskCompletionSource();
        using ProxyFixture fixture = With(
            async context =>
            {
                if (context.Method != SipMethod.Ack)
                    await gate.Task;
                await context.RelayAsync();
            },
            out Peer alice,
            out Peer bob
        );
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(3_000);
        Assert.Equal([100], alice.Statuses);
        gate.SetResult();
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, bob.Count("INVITE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_ACK_of_a_2xx_survives_a_handler_that_waits()
    {
        var gate = new TaskCompletionSource();
        using ProxyFixture fixture = With(
            async context =>
            {
                await gate.Task;
                await context.RelayAsync();
            },
            out Peer alice,
            out Peer bob
        );
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t");
        fixture.Run(50);
        Assert.Equal(1, fixture.App.PendingRequests);
        gate.SetResult();
        fixture.Run(50);
        Assert.Equal(1, bob.Count("ACK"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task A_handler_that_left_the_strand_finds_back_to_relay_and_reply()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = new TaskCompletionSource();
        using ProxyFixture fixture = With(
            async context =>
            {
                await gate.Task.ConfigureAwait(false);
                if (context.Method == SipMethod.Message)
                    context.Reply(403);
                else
                    Assert.True(await context.RelayAsync().ConfigureAwait(false));
                done.TrySetResult();
            },
            out Peer alice,
            out Peer bob
        );
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        gate.SetResult();
        await done.Task;
        while (fixture.App.Core.Counters[ProxyCounter.BranchesSent] == 0)
            await Task.Yield();
        fixture.Run(50);
        Assert.Equal(1, bob.Count("OPTIONS"));
        Assert.Equal([200], alice.Finals);
        fixture.Run(60_000);
    }

    [Fact]
    public void A_failure_hook_may_relay_to_another_target()
    {
        using ProxyFixture fixture = With(
            static async context =>
            {
                context.OnFailure(static async failed =>
                {
                    if (failed.FailureStatus != 404)
                        return;
                    failed.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
                    await failed.RelayAsync();
                });
                await context.RelayAsync();
            },
            out Peer alice,
            out Peer bob
        );
        Peer carol = fixture.Peer("10.0.0.3");
        carol.Script = r => carol.Answer(r, 404);
        alice.Send("OPTIONS", "sip:carol@10.0.0.3");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, bob.Count("OPTIONS"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_failure_hook_may_wait_and_then_let_the_best_response_go()
    {
        var gate = new TaskCompletionSource();
        using ProxyFixture fixture = With(
            async context =>
            {
                context.OnFailure(async _ => await gate.Task);
                await context.RelayAsync();
            },
            out Peer alice,
            out _
        );
        Peer carol = fixture.Peer("10.0.0.3");
        carol.Script = r => carol.Answer(r, 404, headers: "X-From: carol\r\n");
        alice.Send("OPTIONS", "sip:carol@10.0.0.3");
        fixture.Run(50);
        Assert.Empty(alice.Finals);
        gate.SetResult();
        fixture.Run(50);
        Assert.Equal([404], alice.Finals);
        Assert.True(alice.Responses[^1].TryGetHeader("X-From"u8, out _));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_failure_hook_that_relays_for_ever_is_stopped_by_the_branch_limit()
    {
        using ProxyFixture fixture = With(
            static async context =>
            {
                context.OnFailure(static async failed => await failed.RelayAsync());
                await context.RelayAsync();
            },
            out Peer alice,
            out _
        );
        Peer carol = fixture.Peer("10.0.0.3");
        carol.Script = r => carol.Answer(r, 404);
        alice.Send("OPTIONS", "sip:carol@10.0.0.3");
        fixture.Run(1_000);
        Assert.Equal(16, carol.Count("OPTIONS"));
        Assert.Single(alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Hooks_of_branches_and_replies_change_messages()
    {
        using ProxyFixture fixture = With(
            static async context =>
            {
                context.Edits.Append("X-All"u8, "1"u8);
                context.OnBranch(static (_, branch) => branch.Edits.Append("X-Branch"u8, "2"u8));
                context.OnReply(static reply =>
                {
                    reply.Edits.Append("X-Reply"u8, "3"u8);
                    if (reply.StatusCode == 183)
                        reply.Suppress();
                });
                await context.RelayAsync();
            },
            out Peer alice,
            out Peer bob
        );
        bob.Script = r =>
        {
            if (r.Method != SipMethod.Invite)
                return;
            bob.Answer(r, 183);
            bob.Answer(r, 200);
        };
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.True(bob.Request("INVITE").TryGetHeader("X-All"u8, out _));
        Assert.True(bob.Request("INVITE").TryGetHeader("X-Branch"u8, out _));
        Assert.Equal([100, 200], alice.Statuses);
        Assert.True(alice.Responses[^1].TryGetHeader("X-Reply"u8, out _));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_reply_hook_changes_the_proxys_own_response_too()
    {
        using ProxyFixture fixture = With(
            static context =>
            {
                context.OnReply(static reply => reply.Edits.Append("X-Own"u8, reply.Branch is null ? "yes"u8 : "no"u8));
                context.Reply(404, "Nobody here");
                return default;
            },
            out Peer alice,
            out _
        );
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([404], alice.Finals);
        Assert.Contains("X-Own: yes", alice.Responses[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("404 Nobody here", alice.Responses[0].ToString(), StringComparison.Ordinal);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_branch_hook_that_throws_fails_its_branch_only()
    {
        using ProxyFixture fixture = With(
            static async context =>
            {
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
                context.AddTarget(SipUri.Parse("sip:bob@10.0.0.3"));
                context.OnBranch(
                    static (_, branch) =>
                    {
                        if (branch.Index == 1)
                            throw new InvalidOperationException("boom");
                    }
                );
                await context.RelayAsync();
            },
            out Peer alice,
            out Peer bob
        );
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, bob.Count("OPTIONS"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Items_are_found_by_exact_type_and_forgotten_with_the_request()
    {
        bool before = false;
        using ProxyFixture fixture = With(
            context =>
            {
                before |= context.Get<List<int>>() is not null || context.Get<string>() is not null;
                context.Set(new List<int> { 1 });
                context.Set("a");
                context.Set("b");
                Assert.Equal("b", context.Get<string>());
                Assert.Null(context.Get<object>());
                context.Set<string>(null);
                Assert.Null(context.Get<string>());
                context.Reply(200);
                return default;
            },
            out Peer alice,
            out _
        );
        for (int i = 0; i < 3; i++)
        {
            alice.Send("OPTIONS", "sip:bob@10.0.0.2", callId: "i" + i);
            fixture.Run(40_000);
        }

        Assert.False(before);
        Assert.Equal(3, alice.Finals.Count());
        fixture.RunToTheEnd();
    }

    [Fact]
    public void While_draining_new_INVITEs_get_503_and_requests_in_dialogs_go_on()
    {
        using ProxyFixture fixture = With(static async context => await context.RelayAsync(), out Peer alice, out Peer bob);
        fixture.App.StartDraining();
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        alice.Send("BYE", "sip:bob@10.0.0.2", cseq: 2, toTag: "x", callId: "c2");
        fixture.Run(50);
        Assert.Contains(503, alice.Statuses);
        Assert.Contains("Retry-After: 30", alice.Responses.Single(r => r.StatusCode == 503).ToString(), StringComparison.Ordinal);
        Assert.Equal(1, bob.Count("BYE"));
        Assert.Equal(0, bob.Count("INVITE"));
        fixture.RunToTheEnd();
    }
}
