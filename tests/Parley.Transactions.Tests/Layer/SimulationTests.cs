using System.Text;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Transactions.Tests.Layer;

/// <summary>Two layers on the network in memory, with loss, duplication and reordering: every request arrives once, every answer too, nothing remains.</summary>
public sealed class SimulationTests
{
    [Theory]
    [InlineData(SipProtocol.Udp, 0.05)]
    [InlineData(SipProtocol.Udp, 0.25)]
    [InlineData(SipProtocol.Tcp, 0.0)]
    public void Every_request_is_seen_once_and_answered_once(SipProtocol protocol, double loss)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            (Caller caller, Callee callee, _) = Play(seed, protocol, loss);
            Assert.Equal(Caller.Requests, callee.Seen.Count);
            Assert.All(callee.Seen, entry => Assert.True(entry.Value == 1, $"seed {seed}: {entry.Key} came {entry.Value} times"));
            Assert.Equal(Caller.Requests, caller.Finals.Count);
            Assert.All(caller.Finals, entry => Assert.True(entry.Value == 1, $"seed {seed}: {entry.Key} was answered {entry.Value} times"));
            Assert.Equal(0, caller.Timeouts + caller.Strays);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        Assert.Equal(Play(7, SipProtocol.Udp, 0.1).Log, Play(7, SipProtocol.Udp, 0.1).Log);
        Assert.NotEqual(Play(7, SipProtocol.Udp, 0.1).Log, Play(8, SipProtocol.Udp, 0.1).Log);
    }

    private static (Caller Caller, Callee Callee, ulong Log) Play(ulong seed, SipProtocol protocol, double loss)
    {
        SimulatedNetwork network = new(seed);
        SimulatedTransport one = network.AddHost("10.0.0.1"),
            two = network.AddHost("10.0.0.2");
        network.Conditions = LinkConditions.Bad(loss);
        Caller caller = new();
        Callee callee = new();
        using TimerService callerTimers = new(network.Clock),
            calleeTimers = new(network.Clock);
        using TransactionLayer callerLayer = new(one, callerTimers, network.Random, new SipTimerOptions(), caller);
        using TransactionLayer calleeLayer = new(two, calleeTimers, network.Random, new SipTimerOptions(), callee);
        one.Start(callerLayer);
        two.Start(calleeLayer);
        caller.Layer = callerLayer;
        SipFlow flow = new(one.Listener(protocol), StubTransport.Host("10.0.0.2", 5060));
        for (int i = 0; i < Caller.Requests; i++)
        {
            int number = i;
            network.Clock.Schedule(TimeSpan.FromMilliseconds(i * 37), () => caller.Send(number, flow));
        }

        Assert.True(network.Clock.RunUntilIdle());
        Assert.Equal(0, callerLayer.ClientTransactionCount + calleeLayer.ServerTransactionCount);
        Assert.Equal(0, callerLayer.Buffers.Rented + calleeLayer.Buffers.Rented);
        Assert.Equal(0, callerTimers.SharedCount + calleeTimers.SharedCount);
        return (caller, callee, network.Log.Hash);
    }

    private sealed class Caller : ITransactionUser, IClientTransactionUser
    {
        public const int Requests = 60;

        public TransactionLayer? Layer { get; set; }

        public Dictionary<string, int> Finals { get; } = [];

        public int Timeouts { get; private set; }

        public int Strays { get; private set; }

        public void Send(int number, SipFlow flow)
        {
            SipMethod method = (number % 3) switch
            {
                0 => SipMethod.Invite,
                1 => SipMethod.Options,
                _ => SipMethod.Message,
            };
            ClientTransaction transaction = Layer!.CreateClient(new Strand(), method, this);
            string via =
                $"SIP/2.0/{(flow.Listener.IsReliable ? "TCP" : "UDP")} 10.0.0.1:5060;branch={TransactionFixture.Branch(transaction)}";
            transaction.Start(
                Encoding.UTF8.GetBytes(Wire.Request(Encoding.UTF8.GetString(SipText.Method(method)), via: via, callId: $"call{number}")),
                flow
            );
            Layer.Transport.Flush();
        }

        public void OnResponse(ClientTransaction transaction, SipMessage response)
        {
            if (response.StatusCode < 200)
                return;
            string callId = Encoding.UTF8.GetString(response.CallId);
            Finals[callId] = Finals.GetValueOrDefault(callId) + 1;
        }

        public void OnTimeout(ClientTransaction transaction) => Timeouts++;

        // With heavy loss a final response may come again after the transaction's end; that is what strays are. Only before it they would be an error.
        public void OnStrayResponse(SipMessage response, in SipFlow source) =>
            Strays += Finals.ContainsKey(Encoding.UTF8.GetString(response.CallId)) ? 0 : 1;

        public void OnTransportError(ClientTransaction transaction) => Timeouts++;

        public void OnTerminated(ClientTransaction transaction) { }

        public void OnRequest(ServerTransaction transaction) { }

        public void OnCancel(ServerTransaction invite, SipMessage cancel) { }

        public void OnAck(SipMessage ack, in SipFlow source) { }

        public bool Admit(SipMessage request, in SipFlow source) => true;
    }

    private sealed class Callee : ITransactionUser
    {
        public Dictionary<string, int> Seen { get; } = [];

        public void OnRequest(ServerTransaction transaction)
        {
            string callId = Encoding.UTF8.GetString(transaction.Request!.CallId);
            Seen[callId] = Seen.GetValueOrDefault(callId) + 1;
            if (transaction.Method == SipMethod.Invite)
                transaction.Reply(180);
            transaction.Reply(transaction.Method == SipMethod.Invite ? 486 : 200);
        }

        public void OnCancel(ServerTransaction invite, SipMessage cancel) { }

        public void OnAck(SipMessage ack, in SipFlow source) { }

        public void OnStrayResponse(SipMessage response, in SipFlow source) { }

        public bool Admit(SipMessage request, in SipFlow source) => true;
    }
}
