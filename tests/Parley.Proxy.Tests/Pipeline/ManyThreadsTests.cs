using System.Collections.Concurrent;
using System.Text;
using Parley.Hosting;
using Parley.Proxy.Tests.Allocation;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

public sealed class ManyThreadsTests
{
    private const int PerThread = 1_500;

    [Fact]
    public async Task Requests_answers_and_awaiting_handlers_on_many_threads_lose_nothing()
    {
        var transport = new QueueTransport();
        await using ParleyApplication app = ParleyApplication
            .CreateEmptyBuilder()
            .UseTransport(transport)
            .UseTimeProvider(new ManualTime())
            .UseRandom(SipRandom.FromSeed(5))
            .UseLocator(new SimulatedServerLocator())
            .Build();
        app.OnRequest(static async context =>
        {
            uint kind = context.Request.CSeqNumber % 3;
            if (kind == 1)
                await Task.Yield();
            if (kind == 2)
                await Task.Run(static () => { }).ConfigureAwait(false);
            Assert.True(await context.RelayAsync().ConfigureAwait(kind != 2));
        });
        var flow = new SipFlow(transport.Listeners[0], SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
        bool done = false;
        Task[] answering = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() => Answer(app, transport, () => Volatile.Read(ref done))))];
        await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(thread =>
                    Task.Run(() =>
                    {
                        var message = new SipMessage();
                        for (int i = 1; i <= PerThread; i++)
                        {
                            byte[] request = Encoding.ASCII.GetBytes(
                                $"INFO sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK{thread}x{i}\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: t{thread}\r\nCSeq: {i} INFO\r\nContent-Length: 0\r\n\r\n"
                            );
                            message.Parse(request, 0, request.Length, SipLimits.Default);
                            app.Transactions.OnMessage(message, flow);
                        }
                    })
                )
        );
        var wait = new SpinWait();
        for (long until = Environment.TickCount64 + 20_000; transport.Answers < PerThread * 3 && Environment.TickCount64 < until; )
            wait.SpinOnce();
        Volatile.Write(ref done, true);
        await Task.WhenAll(answering);
        Assert.Equal(PerThread * 3, transport.Answers);
        for (long until = Environment.TickCount64 + 20_000; app.PendingRequests > 0 && Environment.TickCount64 < until; )
            wait.SpinOnce();
        Assert.Equal(0, app.PendingRequests);
        Assert.Equal(0, app.Core.Branches.Rented);
        Assert.Equal(0, app.Counters[ProxyCounter.HandlerErrors]);
    }

    private static void Answer(ParleyApplication app, QueueTransport transport, Func<bool> isDone)
    {
        var flow = new SipFlow(transport.Listeners[0], SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.2"), 5060));
        var message = new SipMessage();
        var wait = new SpinWait();
        while (!isDone())
        {
            if (!transport.Requests.TryDequeue(out byte[]? request))
            {
                wait.SpinOnce();
                continue;
            }

            byte[] response = [.. "SIP/2.0 200 OK"u8, .. request.AsSpan(request.AsSpan().IndexOf((byte)'\r'))];
            message.Parse(response, 0, response.Length, SipLimits.Default);
            app.Transactions.OnMessage(message, flow);
        }
    }

    private sealed class QueueTransport : ISipTransport
    {
        private readonly SipListenerSet _set = new([
            new SipListener(0, SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.9"), 5060)),
        ]);
        private int _answers;

        public ConcurrentQueue<byte[]> Requests { get; } = new();

        public int Answers => Volatile.Read(ref _answers);

        public IReadOnlyList<SipListener> Listeners => _set.Listeners;

        public ICaptureTap? Tap { get; set; }

        public SipListener? SelectListener(
            SipProtocol protocol,
            SipEndPoint target,
            SipListener? preferred = null,
            SipListener? received = null
        ) => _set.Select(protocol, target, preferred, received);

        public bool IsOwn(ReadOnlySpan<byte> host, int port) => _set.IsOwn(host, port);

        public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => _set.FindOwn(host, port, transport);

        public void Start(ISipReceiver receiver) { }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0)
        {
            if (message.StartsWith("SIP/2.0 200"u8))
                Interlocked.Increment(ref _answers);
            else if (!message.StartsWith("SIP/2.0"u8))
                Requests.Enqueue(message.ToArray());
            return SipSendResult.Queued;
        }

        public void Flush() { }

        public ValueTask DisposeAsync() => default;
    }
}
