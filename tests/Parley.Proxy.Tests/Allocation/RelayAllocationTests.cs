using System.Text;
using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Allocation;

/// <summary>Alone in the process while it runs: another test would take what it gave back to the pool of messages.</summary>
[CollectionDefinition(nameof(RelayAllocationTests), DisableParallelization = true)]
[Collection(nameof(RelayAllocationTests))]
public sealed class RelayAllocationTests
{
    private const int Rounds = 200;

    [Theory]
    [InlineData("BYE")]
    [InlineData("INVITE")]
    [InlineData("INFO")]
    [InlineData("OPTIONS")]
    public void A_request_relayed_within_a_dialog_and_answered_allocates_nothing(string method)
    {
        using RelayFixture fixture = new(method);
        for (int i = 0; i < 500; i++)
            fixture.Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            fixture.Round();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(fixture.Answers >= 500 + Rounds, $"{fixture.Answers} answers");
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void The_ACK_of_a_2xx_relayed_allocates_nothing()
    {
        using RelayFixture fixture = new("ACK");
        for (int i = 0; i < 500; i++)
            fixture.Ack();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            fixture.Ack();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(500 + Rounds, fixture.Sent);
    }

    [Fact]
    public void An_initial_INVITE_that_rings_and_is_answered_allocates_nothing_in_steady_state()
    {
        using RelayFixture fixture = new("INVITE", isInitial: true);
        for (int i = 0; i < 500; i++)
            fixture.Round(rings: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rounds; i++)
            fixture.Round(rings: true);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class RelayFixture : IDisposable
    {
        private readonly StubTransport _transport = new();
        private readonly ManualTime _time = new();
        private readonly ParleyApplication _app;
        private readonly byte[] _request;
        private readonly int[] _serials;
        private readonly byte[] _response = new byte[4096];
        private readonly SipMessage _requestView = new();
        private readonly SipMessage _responseView = new();
        private readonly SipFlow _alice;
        private readonly SipFlow _bob;
        private int _serial = 10_000_000;

        public RelayFixture(string method, bool isInitial = false)
        {
            _app = ParleyApplication
                .CreateEmptyBuilder()
                .UseTransport(_transport)
                .UseTimeProvider(_time)
                .UseRandom(SipRandom.FromSeed(1))
                .UseLocator(new SimulatedServerLocator())
                .Build();
            _app.OnRequest(static context =>
            {
                if (context.IsInDialog)
                    context.LooseRoute();
                else
                    context.RecordRoute();
                ValueTask<bool> relayed = context.RelayAsync();
                Assert.True(relayed.IsCompletedSuccessfully);
                return default;
            });
            _app.Transactions.OnLoop(); // this thread is the receive loop
            string route = isInitial ? "" : "Route: <sip:10.0.0.9;lr;ftag=f1;did=12a.34b>\r\n";
            _request = Encoding.ASCII.GetBytes(
                $"{method} sip:bob@10.0.0.2:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-10000000;rport\r\nMax-Forwards: 70\r\n{route}"
                    + $"From: <sip:alice@example.com>;tag=f1\r\nTo: <sip:bob@example.com>{(isInitial ? "" : ";tag=t1")}\r\nCall-ID: call-10000000\r\nCSeq: 2 {method}\r\n"
                    + "Contact: <sip:alice@10.0.0.1:5060>\r\nContent-Length: 0\r\n\r\n"
            );
            _serials = [.. Enumerable.Range(0, _request.Length - 8).Where(i => _request.AsSpan(i, 8).SequenceEqual("10000000"u8))];
            _alice = new SipFlow(_transport.Listeners[0], SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));
            _bob = new SipFlow(_transport.Listeners[0], SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.2"), 5060));
        }

        public int Answers { get; private set; }

        public int Sent { get; private set; }

        /// <summary>Request in, answer back, and time enough for the transactions to end.</summary>
        public void Round(bool rings = false)
        {
            Receive();
            int forwarded = -1;
            for (int i = 0; i < _transport.Count; i++)
            {
                if (!_transport.Sent(i).StartsWith("SIP/2.0"u8))
                    forwarded = i;
            }

            Assert.True(forwarded >= 0);
            if (rings)
                Answer(forwarded, "SIP/2.0 180 Ringing"u8);
            Answer(forwarded, "SIP/2.0 200 OK"u8);
            for (int i = 0; i < 80; i++)
            {
                _time.Advance(1000);
                _app.Transactions.OnLoop();
            }

            Assert.True(_app.PendingRequests == 0);
        }

        public void Dispose() => _app.Dispose();

        public void Ack()
        {
            Receive();
            Sent += _transport.Count;
        }

        private void Receive()
        {
            _serial++;
            foreach (int at in _serials)
                _serial.TryFormat(_request.AsSpan(at), out _);
            _transport.Count = 0;
            Assert.True(_requestView.Parse(_request, 0, _request.Length, SipLimits.Default).Status == SipParseStatus.Ok);
            _app.Transactions.OnMessage(_requestView, _alice);
        }

        private void Answer(int forwarded, ReadOnlySpan<byte> statusLine)
        {
            // The request's headers will do for a response.
            ReadOnlySpan<byte> request = _transport.Sent(forwarded);
            ReadOnlySpan<byte> rest = request[request.IndexOf((byte)'\r')..];
            statusLine.CopyTo(_response);
            rest.CopyTo(_response.AsSpan(statusLine.Length));
            int count = _transport.Count;
            Assert.True(_responseView.Parse(_response, 0, statusLine.Length + rest.Length, SipLimits.Default).Status == SipParseStatus.Ok);
            _app.Transactions.OnMessage(_responseView, _bob);
            if (_transport.Count == count + 1 && _transport.Sent(count & 3).StartsWith(statusLine))
                Answers++;
        }
    }
}
