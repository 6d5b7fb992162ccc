using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Parley.Dialogs.Tests.Legs;
using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Pings;

/// <summary>In steady state a ping and its answer leave nothing on the managed heap, so that a hundred thousand dialogs can have them.</summary>
[Collection(nameof(MemoryTests))]
public sealed class PingAllocationTests : IAsyncDisposable
{
    private const int Warm = 300;
    private const int Measured = 100;
    private const string Offer = "v=0\r\no=a 1 1 IN IP4 10.0.1.1\r\ns=-\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
    private const string Answer = "v=0\r\no=b 1 1 IN IP4 10.0.2.1\r\ns=-\r\nc=IN IP4 10.0.2.1\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n";

    private readonly LoopbackTransport _wire = new();
    private readonly SimulatedClock _clock = new();

    [Fact]
    public async Task An_OPTIONS_ping_and_its_answer_allocate_nothing()
    {
        SipFlow alice = _wire.From("10.0.1.1"u8),
            bob = _wire.From("10.0.2.1"u8);
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.UseTransport(_wire).UseTimeProvider(_clock).UseRandom(SipRandom.FromSeed(1)).UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(static o => o.DefaultTimeout = TimeSpan.FromDays(30));
        using ParleyApplication app = builder.Build();
        app.OnRequest(static context =>
        {
            if (context.IsInDialog)
                context.LooseRoute();
            else
            {
                context.CreateDialog(DialogFlags.OptionsPingCallee);
                context.RecordRoute();
                context.AddTarget(SipUri.Parse("sip:bob@10.0.2.1"));
            }

            ValueTask<bool> relayed = context.RelayAsync();
            return relayed.IsCompleted ? ValueTask.CompletedTask : throw new InvalidOperationException("Not at once.");
        });
        await app.StartAsync();
        SetUpCall(alice, bob);

        long allocated = 0;
        for (int i = 0; i < Warm + Measured; i++)
        {
            if (i == Warm)
                allocated = 0;
            allocated += Ping(bob);
        }

        Assert.Equal(0, allocated);
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    private long Ping(in SipFlow bob)
    {
        int sent = _wire.Sent;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 400 && _wire.Sent == sent; i++)
            _clock.RunFor(TimeSpan.FromMilliseconds(100));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        ReadOnlySpan<byte> ping = _wire.LastSent;
        if (_wire.Sent != sent + 1 || !ping.StartsWith("OPTIONS "u8))
            throw new InvalidOperationException($"{_wire.Sent - sent} sent: {Encoding.ASCII.GetString(ping)}");
        // The answer: the lines from Via to CSeq come back as they were.
        int from = ping.IndexOf("Via: "u8),
            to = ping.IndexOf("Content-Length"u8);
        Utf8.TryWrite(
            _wire.Buffer,
            CultureInfo.InvariantCulture,
            $"SIP/2.0 200 OK\r\n{ping[from..to]}Content-Length: 0\r\n\r\n",
            out int length
        );
        before = GC.GetAllocatedBytesForCurrentThread();
        _wire.Receive(length, bob);
        return allocated + GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void SetUpCall(in SipFlow alice, in SipFlow bob)
    {
        Receive(
            "INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKfirst\r\nMax-Forwards: 70\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\n"
                + "To: <sip:bob@10.0.0.1>\r\nCall-ID: call@10.0.1.1\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@10.0.1.1>\r\n"
                + Body(Offer),
            alice
        );
        string[] lines = Encoding.ASCII.GetString(_wire.LastSent).Split("\r\n");
        string recordRoute = lines.Single(static l => l.StartsWith("Record-Route:", StringComparison.Ordinal));
        Receive(
            "SIP/2.0 200 OK\r\n"
                + string.Concat(lines.Where(static l => l.StartsWith("Via:", StringComparison.Ordinal)).Select(static l => l + "\r\n"))
                + recordRoute
                + "\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>;tag=b\r\nCall-ID: call@10.0.1.1\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@10.0.2.1>\r\n"
                + Body(Answer),
            bob
        );
        Receive(
            "ACK sip:bob@10.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKack\r\nMax-Forwards: 70\r\nRoute: "
                + recordRoute["Record-Route: ".Length..]
                + "\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>;tag=b\r\nCall-ID: call@10.0.1.1\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
            alice
        );
        static string Body(string sdp) => $"Content-Type: application/sdp\r\nContent-Length: {sdp.Length}\r\n\r\n{sdp}";
    }

    private void Receive(string text, in SipFlow source) => _wire.Receive(Encoding.ASCII.GetBytes(text, _wire.Buffer), source);
}
