using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests.Memory;

/// <summary>Whole exchanges as a proxy makes them, through the layer, in steady state: not one byte on the managed heap. Alone in the process while it runs: another test would take what it gave back to the pool of messages.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Theory]
    [InlineData("BYE", 200)]
    [InlineData("OPTIONS", 404)]
    [InlineData("INVITE", 200)]
    [InlineData("INVITE", 486)]
    public void A_relayed_exchange_allocates_nothing(string method, int status)
    {
        long allocated = -1;
        // A thread of its own: the exchange makes it a loop thread.
        Thread loop = new(() => allocated = Measure(method, status));
        loop.Start();
        loop.Join();
        Assert.Equal(0, allocated);
    }

    private static long Measure(string method, int status)
    {
        Relay relay = new(method, status);
        // 100 exchanges per second for two minutes: every timer has run, every pool is as deep as it gets.
        for (int i = 0; i < 12_000; i++)
            relay.Exchange();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 6_000; i++)
            relay.Exchange();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(18_000, relay.Answered);
        relay.Drain();
        Assert.Equal(0, relay.Layer.ServerTransactionCount + relay.Layer.ClientTransactionCount);
        Assert.Equal(0, relay.Layer.Buffers.Rented);
        return allocated;
    }

    private sealed class Relay : ITransactionUser, IClientTransactionUser, IServerTransactionUser
    {
        private readonly ManualTime _time = new();
        private readonly SipMessage _message = new();
        private readonly bool _invite;
        private readonly byte[] _request;
        private readonly byte[] _ack;
        private readonly byte[] _forwarded;
        private readonly byte[] _ringing;
        private readonly byte[] _final;
        private readonly byte[] _answer;
        private readonly byte[] _branch = new byte[OwnBranch.Length];
        private readonly int _status;
        private readonly SipMethod _method;
        private int _number;

        public Relay(string method, int status)
        {
            _status = status;
            _invite = method == "INVITE";
            _method = SipText.ParseMethod(Encoding.UTF8.GetBytes(method));
            const string Placeholder = "z9hG4bK00000000000000000000000000000000";
            _request = Encoding.UTF8.GetBytes(Wire.Request(method, branch: "z9hG4bK########", callId: "c########@example.com"));
            _ack = Encoding.UTF8.GetBytes(Wire.Request("ACK", branch: "z9hG4bK########", callId: "c########@example.com", toTag: "t1"));
            _forwarded = Encoding.UTF8.GetBytes(
                Wire.Request(method, via: $"SIP/2.0/UDP 192.0.2.1;branch={Placeholder}\r\nVia: SIP/2.0/UDP 198.51.100.7;branch=z9hG4bKx")
            );
            _ringing = Encoding.UTF8.GetBytes(Wire.Response(180, Placeholder, method));
            _final = Encoding.UTF8.GetBytes(Wire.Response(status, Placeholder, method));
            _answer = Encoding.UTF8.GetBytes($"SIP/2.0 {status} X\r\nTo: <sip:bob@example.com>;tag=t1\r\n\r\n");
            StubTransport transport = new(() => 0) { Silent = true };
            TimerService timers = new(_time);
            Layer = new TransactionLayer(transport, timers, SipRandom.FromSeed(1), new SipTimerOptions(), this);
        }

        public TransactionLayer Layer { get; }

        public int Answered { get; private set; }

        public void Exchange()
        {
            _time.Milliseconds += 10;
            Layer.OnLoop();
            _number++;
            Number(_request);
            Receive(_request);
            if (_invite)
            {
                _branch.CopyTo(_ringing.AsSpan(_ringing.AsSpan().IndexOf("z9hG4bK"u8)));
                Receive(_ringing);
            }

            _branch.CopyTo(_final.AsSpan(_final.AsSpan().IndexOf("z9hG4bK"u8)));
            Receive(_final);
            Receive(_final);
            Receive(_request);
            if (_invite && _status >= 300)
            {
                Number(_ack);
                Receive(_ack);
            }
        }

        public void Drain()
        {
            for (int i = 0; i < 10_000; i++)
            {
                _time.Milliseconds += 10;
                Layer.OnLoop();
            }
        }

        public void OnRequest(ServerTransaction transaction)
        {
            transaction.User = this;
            ClientTransaction client = Layer.CreateClient(transaction.Strand, _method, this, transaction);
            client.Branch.CopyTo(_branch);
            client.Branch.CopyTo(_forwarded.AsSpan(_forwarded.AsSpan().IndexOf("z9hG4bK"u8)));
            client.Start(_forwarded, TransactionFixture.Udp);
        }

        public void OnResponse(ClientTransaction transaction, SipMessage response)
        {
            ServerTransaction? server = (ServerTransaction?)transaction.UserState;
            if (server is null)
                return;
            server.Send(_answer, response.StatusCode);
            if (response.StatusCode >= 200)
            {
                transaction.UserState = null;
                Answered++;
            }
        }

        public void OnTimeout(ClientTransaction transaction) => throw new InvalidOperationException();

        public void OnTransportError(ClientTransaction transaction) => throw new InvalidOperationException();

        public void OnTerminated(ClientTransaction transaction) { }

        public void OnTransportError(ServerTransaction transaction) => throw new InvalidOperationException();

        public void OnTimeout(ServerTransaction transaction) => throw new InvalidOperationException();

        public void OnTerminated(ServerTransaction transaction) { }

        public void OnCancel(ServerTransaction invite, SipMessage cancel) { }

        public void OnAck(SipMessage ack, in SipFlow source) { }

        public void OnStrayResponse(SipMessage response, in SipFlow source) => throw new InvalidOperationException();

        public bool Admit(SipMessage request, in SipFlow source) => true;

        private void Receive(byte[] bytes)
        {
            if (_message.Parse(bytes, 0, bytes.Length, SipLimits.Default).Status != SipParseStatus.Ok)
                throw new InvalidOperationException();
            Layer.OnMessage(_message, TransactionFixture.Udp);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Number(byte[] bytes)
        {
            int at = bytes.AsSpan().IndexOf("z9hG4bK"u8) + 7;
            Utf8Formatter.TryFormat(_number, bytes.AsSpan(at, 8), out _, new System.Buffers.StandardFormat('D', 8));
            bytes.AsSpan(at, 8).CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("@example.com\r\nCSeq"u8) - 8));
        }
    }
}
