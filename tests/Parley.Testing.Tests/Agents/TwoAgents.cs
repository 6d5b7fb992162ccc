using Parley.Transport;

namespace Parley.Testing.Tests.Agents;

/// <summary>Alice and Bob on one network, talking directly.</summary>
internal sealed class TwoAgents
{
    public TwoAgents(ulong seed = 7, SipProtocol protocol = SipProtocol.Udp)
    {
        Network = new SimulatedNetwork(seed);
        Recorder = Recorder.On(Network);
        AliceHost = Network.AddHost("alice", "udp:10.0.0.1", "tcp:10.0.0.1");
        BobHost = Network.AddHost("bob", "udp:10.0.0.2", "tcp:10.0.0.2");
        Alice = new ScriptedUserAgent(AliceHost, "alice") { Protocol = protocol };
        Bob = new ScriptedUserAgent(BobHost, "bob") { Protocol = protocol };
        BobUri = protocol == SipProtocol.Udp ? "sip:bob@10.0.0.2" : "sip:bob@10.0.0.2;transport=tcp";
    }

    public SimulatedNetwork Network { get; }

    public SimulatedClock Clock => Network.Clock;

    public Recorder Recorder { get; }

    public SimulatedTransport AliceHost { get; }

    public SimulatedTransport BobHost { get; }

    public ScriptedUserAgent Alice { get; }

    public ScriptedUserAgent Bob { get; }

    public string BobUri { get; }

    public ScriptedCall BobCall => Bob.Calls[0];

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    public void Run(double seconds) => Clock.RunFor(Seconds(seconds));

    /// <summary>Everything dies down; nothing is left over.</summary>
    public void Settle()
    {
        Xunit.Assert.True(Clock.RunUntilIdle(), $"seed {Network.Seed} does not come to rest");
        Xunit.Assert.Equal(0, Alice.ActiveCalls + Bob.ActiveCalls);
        Xunit.Assert.Equal(0, Alice.PendingTransactions + Bob.PendingTransactions);
    }

    public void SettleWithoutAnomalies()
    {
        Settle();
        Xunit.Assert.Empty(Alice.Anomalies);
        Xunit.Assert.Empty(Bob.Anomalies);
    }
}
