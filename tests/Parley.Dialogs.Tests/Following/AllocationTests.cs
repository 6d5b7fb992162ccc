using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs.Tests.Legs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Relay;

/// <summary>In steady state a request relayed within a matched dialog, and its response, leave nothing on the managed heap.</summary>
[Collection(nameof(MemoryTests))]
public sealed class AllocationTests : IAsyncDisposable
{
    private const int Rounds = 3;
    private const int Warm = 500;
    private const int Measured = 300;

    private readonly LoopbackTransport _wire = new();
    private readonly SimulatedClock _clock = new();
    private readonly SipFlow _alice;
    private readonly SipFlow _bob;
    private byte[] _route = [];
    private int _number;

    public AllocationTests()
    {
        _alice = _wire.From("10.0.1.1"u8);
        _bob = _wire.From("10.0.2.1"u8);
    }

    [Theory]
    [InlineData("INFO", DialogMatchMode.DidFallback, false)]
    [InlineData("INFO", DialogMatchMode.DidNone, false)]
    [InlineData("ACK", DialogMatchMode.DidFallback, false)]
    [InlineData("OPTIONS", DialogMatchMode.DidOnly, false)]
    [InlineData("UPDATE", DialogMatchMode.DidFallback, false)]
    [InlineData("INFO", DialogMatchMode.DidFallback, true)]
    [InlineData("ACK", DialogMatchMode.DidFallback, true)]
    public async Task A_request_within_a_dialog_and_its_response_allocate_nothing(string method, DialogMatchMode mode, bool isRenumbered)
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.UseTransport(_wire).UseTimeProvider(_clock).UseRandom(SipRandom.FromSeed(1)).UseLocator(new SimulatedServerLocator());
        builder.AddDialogs(options => options.MatchMode = mode);
        using ParleyApplication app = builder.Build();
        app.OnRequest(Route);
        await app.StartAsync();
        var dialogs = app.Services.GetRequiredService<IDialogApi>();
        SetUpCall();
        Assert.Equal(1, dialogs.Statistics.ActiveDialogs);
        uint before = dialogs.Dialogs().Single().Callee!.CSeq;

        if (isRenumbered)
            dialogs.Dialogs().Single().Callee!.TakeOwnCSeq();
        byte[] name = Encoding.ASCII.GetBytes(method);
        for (int round = 0; round < Rounds; round++)
        {
            // All that was out comes back, so that every pool and free list has seen its largest size.
            for (int i = 0; i < Warm; i++)
                Exchange(name);
            _clock.RunFor(TimeSpan.FromSeconds(60));
        }

        long allocated = 0;
        for (int i = 0; i < Measured; i++)
            allocated += Exchange(name);

        Assert.Equal(0, allocated);
        if (method != "ACK")
            Assert.Equal(before + (Rounds * Warm) + Measured, dialogs.Dialogs().Single().Callee!.CSeq);
    }

    public ValueTask DisposeAsync() => _wire.DisposeAsync();

    private static ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            if (!context.LooseRoute())
                throw new InvalidOperationException("No route.");
            if (context.Dialog is null)
                throw new InvalidOperationException("No dialog.");
            if (context.ValidateDialog() != DialogValidation.Valid)
                throw new InvalidOperationException("Not valid.");
        }
        else
        {
            context.CreateDialog();
            context.RecordRoute();
            context.AddTarget(SipUri.Parse("sip:bob@10.0.2.1"));
        }

        ValueTask<bool> relayed = context.RelayAsync();
        return relayed.IsCompleted ? ValueTask.CompletedTask : throw new InvalidOperationException("Not at once.");
    }

    private void SetUpCall()
    {
        Receive(
            "INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKfirst\r\nMax-Forwards: 70\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\n"
                + "To: <sip:bob@10.0.0.1>\r\nCall-ID: call@10.0.1.1\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@10.0.1.1>\r\nContent-Length: 0\r\n\r\n",
            _alice
        );
        string invite = Encoding.ASCII.GetString(_wire.LastSent);
        string[] lines = invite.Split("\r\n");
        string recordRoute = lines.Single(l => l.StartsWith("Record-Route:", StringComparison.Ordinal));
        _route = Encoding.ASCII.GetBytes(recordRoute["Record-Route: ".Length..]);
        Receive(
            "SIP/2.0 200 OK\r\n"
                + string.Concat(lines.Where(l => l.StartsWith("Via:", StringComparison.Ordinal)).Select(l => l + "\r\n"))
                + recordRoute
                + "\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>;tag=b\r\nCall-ID: call@10.0.1.1\r\nCSeq: 1 INVITE\r\nContact: <sip:bob@10.0.2.1>\r\nContent-Length: 0\r\n\r\n",
            _bob
        );
        Exchange("ACK"u8);
    }

    private void Receive(string text, in SipFlow source) => _wire.Receive(Encoding.ASCII.GetBytes(text, _wire.Buffer), source);

    /// <summary>One request and, but for ACK, its 200; gives the bytes allocated by the proxy.</summary>
    private long Exchange(ReadOnlySpan<byte> method)
    {
        bool isAck = method.SequenceEqual("ACK"u8);
        int number = ++_number,
            sent = _wire.Sent;
        Utf8.TryWrite(
            _wire.Buffer,
            CultureInfo.InvariantCulture,
            $"{method} sip:bob@10.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKb{number}\r\nMax-Forwards: 70\r\nRoute: {(ReadOnlySpan<byte>)_route}\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>;tag=b\r\nCall-ID: call@10.0.1.1\r\nCSeq: {(isAck ? 1 : number)} {method}\r\nContact: <sip:alice@10.0.1.1>\r\nContent-Length: 0\r\n\r\n",
            out int length
        );
        long before = GC.GetAllocatedBytesForCurrentThread();
        _wire.Receive(length, _alice);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (_wire.Sent != sent + 1)
            throw new InvalidOperationException("Not relayed.");
        if (!isAck)
        {
            ReadOnlySpan<byte> copy = _wire.LastSent;
            int via = copy.IndexOf("Via: "u8);
            ReadOnlySpan<byte> own = copy.Slice(via, copy[via..].IndexOf("\r\n"u8));
            int cseq = copy.IndexOf("CSeq: "u8);
            ReadOnlySpan<byte> sentCSeq = copy.Slice(cseq, copy[cseq..].IndexOf("\r\n"u8));
            Utf8.TryWrite(
                _wire.Buffer,
                CultureInfo.InvariantCulture,
                $"SIP/2.0 200 OK\r\n{own}\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKb{number}\r\nFrom: <sip:alice@10.0.1.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>;tag=b\r\nCall-ID: call@10.0.1.1\r\n{sentCSeq}\r\nContent-Length: 0\r\n\r\n",
                out length
            );
            before = GC.GetAllocatedBytesForCurrentThread();
            _wire.Receive(length, _bob);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            if (_wire.Sent != sent + 2)
                throw new InvalidOperationException("No response.");
        }

        _clock.RunFor(TimeSpan.FromMilliseconds(100));
        return allocated;
    }
}
