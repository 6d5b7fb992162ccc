using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Proxy.Tests.Allocation;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

/// <summary>The clock is the test's, so "long" takes no time; a thread of its own is the receive loop, since it is blocked for real.</summary>
public sealed class HandlerWatchdogTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task A_handler_that_blocks_is_logged_while_it_blocks_and_when_it_returns()
    {
        using var loop = new Loop(static (_, block) => block());
        Task blocked = loop.Receive("INVITE", "c1");
        Assert.True(loop.Entered.WaitOne(TimeSpan.FromSeconds(10)));
        loop.Time.Advance(500);
        loop.Time.Advance(100);
        Assert.Equal(
            "Warning 3021 A handler of INVITE in the call c1 has blocked its receive loop for 400 ms and has not returned",
            Assert.Single(loop.Lines.Of(3021))
        );
        loop.Time.Advance(10_000);
        Assert.Single(loop.Lines.Of(3021)); // once for one block
        Assert.Empty(loop.Lines.Of(3022));
        loop.Leave.Set();
        await blocked;
        Assert.Contains("A handler of INVITE in the call c1 returned after", Assert.Single(loop.Lines.Of(3022)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Short_ones_and_those_that_wait_without_blocking_are_not_logged()
    {
        var gate = new TaskCompletionSource();
        using var loop = new Loop(
            static (_, _) => { },
            async context =>
            {
                await gate.Task;
                context.Reply(404);
            }
        );
        await loop.Receive("INVITE", "c1");
        for (int i = 0; i < 10; i++)
            loop.Time.Advance(100);
        gate.SetResult();
        for (int i = 0; i < 20; i++)
        {
            await loop.Receive("OPTIONS", $"o{i}");
            loop.Time.Advance(100);
        }

        Assert.Empty(loop.Lines.Of(3021));
        Assert.Empty(loop.Lines.Of(3022));
    }

    [Fact]
    public async Task A_hook_and_the_part_after_an_await_are_watched_too()
    {
        var gate = new TaskCompletionSource();
        Action block = () => { };
        using var loop = new Loop(
            (_, b) => block = b,
            async context =>
            {
                await gate.Task;
                block();
                context.OnReply(_ => block());
                context.Reply(404);
            }
        );
        await loop.Receive("INVITE", "c1");
        Task rest = Task.Run(gate.SetResult);
        Assert.True(loop.Entered.WaitOne(TimeSpan.FromSeconds(10)));
        loop.AdvancePastLimit();
        Assert.Contains("A handler of INVITE in the call c1", Assert.Single(loop.Lines.Of(3021)), StringComparison.Ordinal);
        loop.Leave.Set();
        await rest;
    }

    [Fact]
    public async Task No_more_than_six_lines_a_minute_are_logged_and_the_rest_is_counted()
    {
        using var loop = new Loop(static (_, block) => block());
        for (int i = 0; i < 10; i++)
        {
            loop.Leave.Reset();
            Task blocked = loop.Receive("MESSAGE", $"c{i}");
            Assert.True(loop.Entered.WaitOne(TimeSpan.FromSeconds(10)));
            loop.AdvancePastLimit();
            loop.Leave.Set();
            await blocked;
        }

        Assert.Equal(6, loop.Lines.Of(3021).Count);
        Assert.Empty(loop.Lines.Of(3023));
        loop.Time.Advance(61_000);
        loop.Leave.Reset();
        Task last = loop.Receive("MESSAGE", "last");
        Assert.True(loop.Entered.WaitOne(TimeSpan.FromSeconds(10)));
        loop.AdvancePastLimit();
        loop.Leave.Set();
        await last;
        Assert.Equal(7, loop.Lines.Of(3021).Count);
        Assert.Contains("4 more handlers or hooks", Assert.Single(loop.Lines.Of(3023)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Off_by_default_it_logs_nothing()
    {
        using var loop = new Loop(static (_, block) => block(), isWatched: false);
        Task blocked = loop.Receive("INVITE", "c1");
        Assert.True(loop.Entered.WaitOne(TimeSpan.FromSeconds(10)));
        loop.AdvancePastLimit();
        loop.Leave.Set();
        await blocked;
        Assert.Empty(loop.Lines.Of(3021));
        Assert.Null(loop.App.Core.Watchdog);
    }

    [Fact]
    public void A_limit_below_20_ms_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(
            "HandlerWarning",
            static () => new Loop(static (_, _) => { }, limit: TimeSpan.FromMilliseconds(19))
        );

    private sealed class Loop : IDisposable
    {
        private readonly StubTransport _transport = new();
        private readonly SipFlow _alice;

        public Loop(Action<SipContext, Action> handle, SipRequestHandler? waits = null, bool isWatched = true, TimeSpan? limit = null)
        {
            ParleyApplicationBuilder builder = ParleyApplication
                .CreateEmptyBuilder()
                .UseTransport(_transport)
                .UseTimeProvider(Time)
                .UseRandom(SipRandom.FromSeed(1))
                .UseLocator(new SimulatedServerLocator());
            builder.Logging.AddProvider(Lines);
            if (isWatched)
                builder.Proxy.HandlerWarning = limit ?? Limit;
            App = builder.Build();
            App.OnRequest(context =>
            {
                handle(context, Block);
                if (waits is not null && context.Method == SipMethod.Invite)
                    return waits(context);
                context.Reply(404);
                return default;
            });
            _alice = new SipFlow(_transport.Listeners[0], SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
        }

        public PushedTime Time { get; } = new();

        public LineLog Lines { get; } = new();

        public ParleyApplication App { get; }

        public AutoResetEvent Entered { get; } = new(false);

        public ManualResetEvent Leave { get; } = new(false);

        public Task Receive(string method, string callId) =>
            Task.Factory.StartNew(
                () =>
                {
                    Assert.True(
                        SipMessage.TryParse(
                            Encoding.ASCII.GetBytes(
                                $"{method} sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-{callId}\r\nMax-Forwards: 70\r\n"
                                    + $"From: <sip:alice@example.com>;tag=f1\r\nTo: <sip:bob@example.com>\r\nCall-ID: {callId}\r\nCSeq: 2 {method}\r\n"
                                    + "Contact: <sip:alice@10.0.0.1>\r\nContent-Length: 0\r\n\r\n"
                            ),
                            out SipMessage? message
                        )
                    );
                    App.Transactions.OnMessage(message, _alice);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            );

        public void AdvancePastLimit()
        {
            for (int i = 0; i < 6; i++)
                Time.Advance(100);
        }

        public void Dispose()
        {
            Leave.Set();
            App.Dispose();
            Entered.Dispose();
            Leave.Dispose();
        }

        private void Block()
        {
            Entered.Set();
            Assert.True(Leave.WaitOne(TimeSpan.FromSeconds(10)));
        }
    }
}
