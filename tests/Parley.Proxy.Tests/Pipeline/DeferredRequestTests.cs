using Parley.Hosting;
using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

public sealed class DeferredRequestTests
{
    private DeferredRequest? _kept;

    private ProxyFixture With(out Peer alice, out Peer bob, TimeSpan? limit = null, Action<ParleyApplicationBuilder>? configure = null)
    {
        var fixture = new ProxyFixture(
            context =>
            {
                if (context.Method == SipMethod.Ack)
                    return default;
                _kept = context.Defer(limit);
                return default;
            },
            configure
        );
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

    [Theory]
    [InlineData("INVITE")]
    [InlineData("MESSAGE")]
    public async Task It_is_relayed_after_the_handler_has_returned(string method)
    {
        using ProxyFixture fixture = With(out Peer alice, out Peer bob);
        alice.Send(method, "sip:bob@10.0.0.2", callId: "kept");
        fixture.Run(20_000);
        Assert.Equal([100], alice.Statuses); // of another method than INVITE by RFC 4320 4.1
        Assert.Equal(0, bob.Count(method));
        Assert.True(_kept!.IsOpen);
        Assert.Equal(("kept", method), (_kept.CallIdText, SipText.MethodName(_kept.Method)));
        Task<bool> relayed = _kept.RelayAsync();
        fixture.Run(50);
        Assert.True(await relayed);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, bob.Count(method));
        Assert.False(_kept.IsOpen);
        Assert.False(_kept.RequestAborted.IsCancellationRequested);
        fixture.RunToTheEnd();
        Assert.Equal([200], alice.Finals); // the limit, over meanwhile, does nothing
    }

    [Fact]
    public async Task It_is_relayed_to_a_target_given_later()
    {
        using ProxyFixture fixture = With(out Peer alice, out Peer bob);
        alice.Send("INVITE", "sip:bob@nowhere.example");
        fixture.Run(50);
        Assert.True(await _kept!.RelayAsync(SipUri.Parse("sip:bob@10.0.0.2")));
        fixture.Run(50);
        Assert.Equal([200], alice.Finals);
        Assert.Equal("sip:bob@10.0.0.2", Peer.Text(bob.Request("INVITE").RequestUri));
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task A_handler_goes_on_with_it_and_may_await()
    {
        using ProxyFixture fixture = With(out Peer alice, out Peer bob);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(50);
        var gate = new TaskCompletionSource();
        Task<bool> resumed = _kept!.ResumeAsync(async context =>
        {
            await gate.Task;
            context.AddHeader("X-Late", "1");
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
            await context.RelayAsync();
        });
        fixture.Run(5_000);
        Assert.False(resumed.IsCompleted);
        gate.SetResult();
        fixture.Run(50);
        Assert.True(await resumed);
        Assert.Equal([200], alice.Finals);
        Assert.True(bob.Request("INVITE").TryGetHeader("X-Late"u8, out _));
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task What_a_resumed_handler_throws_is_answered_500()
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.True(await _kept!.ResumeAsync(static _ => throw new InvalidOperationException("boom")));
        fixture.Run(50);
        Assert.Equal([500], alice.Finals);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.HandlerErrors]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task It_is_answered_with_provisionals_first_and_a_body_last()
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.True(await _kept!.ReplyAsync(180));
        Assert.True(_kept.IsOpen);
        Assert.True(await _kept.ReplyAsync(new SipReply(488) { ContentType = "text/plain", Body = "no"u8.ToArray() }));
        fixture.Run(50);
        Assert.Equal([100, 180, 488], alice.Statuses);
        Assert.Equal("no", Peer.Text(alice.Responses[^1].Body));
        Assert.False(await _kept.ReplyAsync(403));
        Assert.False(await _kept.RelayAsync());
        Assert.False(await _kept.ResumeAsync(static _ => throw new InvalidOperationException("never called")));
        alice.AckFailure(invite, alice.Responses[^1]);
        fixture.RunToTheEnd();
        Assert.Equal([488], alice.Finals);
    }

    [Fact]
    public void It_is_refused_without_waiting()
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        alice.Send("MESSAGE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        _kept!.Reject(403, "Not Today");
        _kept.Reject(404);
        fixture.Run(50);
        Assert.Equal([403], alice.Finals);
        Assert.Equal("Not Today", Peer.Text(alice.Responses[0].ReasonPhrase));
        Assert.Throws<ArgumentOutOfRangeException>("statusCode", () => _kept.Reject(200));
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task A_CANCEL_answers_487_at_once_and_closes_it()
    {
        using ProxyFixture fixture = With(out Peer alice, out Peer bob);
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        bool aborted = false;
        using CancellationTokenRegistration registration = _kept!.RequestAborted.Register(() => aborted = true);
        alice.Cancel(invite);
        fixture.Run(50);
        Assert.Equal([200, 487], alice.Finals);
        Assert.True(aborted);
        Assert.False(_kept.IsOpen);
        Assert.False(await _kept.RelayAsync());
        Assert.Equal(0, bob.Count("INVITE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_callback_of_the_abort_that_throws_changes_nothing()
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(50);
        using CancellationTokenRegistration registration = _kept!.RequestAborted.Register(static () =>
            throw new InvalidOperationException("boom")
        );
        alice.Cancel(invite);
        fixture.Run(50);
        Assert.Equal([200, 487], alice.Finals);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.HandlerErrors]);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("INVITE", 30_000, 408)]
    [InlineData("MESSAGE", 28_000, 500)] // RFC 4320: no 408, and before the caller's timer F
    public void A_handle_that_nobody_uses_ends_by_its_limit(string method, int limit, int status)
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        string request = alice.Send(method, "sip:bob@10.0.0.2");
        fixture.Run(limit - 100);
        Assert.Empty(alice.Finals);
        fixture.Run(300);
        Assert.Equal([status], alice.Finals);
        Assert.True(_kept!.RequestAborted.IsCancellationRequested);
        Assert.False(_kept.IsOpen);
        if (method == "INVITE")
            alice.AckFailure(request, alice.Responses[^1]);
        fixture.RunToTheEnd();
        Assert.Equal([status], alice.Finals);
    }

    [Fact]
    public void The_limit_is_an_argument_or_an_option()
    {
        using (ProxyFixture fixture = With(out Peer alice, out _, TimeSpan.FromMinutes(3)))
        {
            alice.Send("INVITE", "sip:bob@10.0.0.2");
            fixture.Run(179_000);
            Assert.Empty(alice.Finals);
            fixture.Run(1_500);
            Assert.Equal([408], alice.Finals);
            fixture.RunToTheEnd();
        }

        using (ProxyFixture fixture = With(out Peer alice, out _, configure: static b => b.Proxy.DeferLimit = TimeSpan.FromSeconds(2)))
        {
            alice.Send("INVITE", "sip:bob@10.0.0.2");
            fixture.Run(2_200);
            Assert.Equal([408], alice.Finals);
        }

        foreach (TimeSpan bad in new[] { TimeSpan.Zero, TimeSpan.FromMinutes(61) })
        {
            Assert.Throws<ArgumentOutOfRangeException>("DeferLimit", () => With(out _, out _, configure: b => b.Proxy.DeferLimit = bad));
            Exception? thrown = null;
            using var fixture = new ProxyFixture(context =>
            {
                thrown = Record.Exception(() => context.Defer(bad));
                context.Reply(200);
                return default;
            });
            fixture.Peer("10.0.0.1").Send("OPTIONS", "sip:bob@10.0.0.2");
            fixture.Run(50);
            Assert.Equal("limit", Assert.IsType<ArgumentOutOfRangeException>(thrown).ParamName);
        }
    }

    [Fact]
    public async Task A_handler_that_defers_and_decides_itself_closes_the_handle()
    {
        DeferredRequest? kept = null;
        using var fixture = new ProxyFixture(context =>
        {
            kept = context.Defer();
            context.Reply(404);
            return default;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([404], alice.Finals);
        Assert.True(kept!.RequestAborted.IsCancellationRequested);
        Assert.False(await kept.ReplyAsync(200));
        fixture.AssertNothingLeftButTransactions();
        fixture.RunToTheEnd();
    }

    [Fact]
    public void What_cannot_be_deferred_is_refused()
    {
        var thrown = new List<Exception?>();
        using var fixture = new ProxyFixture(context =>
        {
            if (context.Method == SipMethod.Ack)
            {
                thrown.Add(Record.Exception(() => context.Defer()));
                return default;
            }

            context.Defer();
            thrown.Add(Record.Exception(() => context.Defer())); // twice
            context.Reply(404);
            thrown.Add(Record.Exception(() => context.Defer())); // answered
            return default;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal(3, thrown.Count);
        Assert.All(thrown, static e => Assert.IsType<InvalidOperationException>(e));
        Assert.Equal(0, fixture.App.Counters[ProxyCounter.HandlerErrors]);
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task It_is_used_from_many_threads_and_one_of_them_wins()
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        for (int round = 0; round < 50; round++)
        {
            alice.Send("MESSAGE", "sip:bob@10.0.0.2", callId: $"c{round}");
            fixture.Run(50);
            DeferredRequest kept = _kept!;
            bool[] won = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => kept.ReplyAsync(400 + i))));
            fixture.Run(50);
            Assert.Single(won, true);
            Assert.Equal(round + 1, alice.Finals.Count());
        }

        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task A_handle_kept_over_the_end_of_its_request_never_touches_another()
    {
        using ProxyFixture fixture = With(out Peer alice, out _);
        alice.Send("MESSAGE", "sip:bob@10.0.0.2", callId: "first");
        fixture.Run(50);
        DeferredRequest first = _kept!;
        first.Reject(404);
        fixture.Run(50);
        alice.Send("MESSAGE", "sip:bob@10.0.0.2", callId: "second"); // on the same pooled context
        fixture.Run(50);
        Assert.False(await first.ReplyAsync(403));
        Assert.False(await first.RelayAsync());
        fixture.Run(50);
        Assert.Equal([404], alice.Finals);
        Assert.True(await _kept!.ReplyAsync(202));
        fixture.Run(50);
        Assert.Equal([404, 202], alice.Finals);
        fixture.RunToTheEnd();
    }
}
