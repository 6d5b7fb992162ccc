using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>On TCP, whose connections the simulated network has; a WebSocket is the same to a dialog: a flow with a connection.</summary>
public class Row39_AClosedConnectionHasConsequences
{
    [Theory]
    [InlineData(60, true)]
    [InlineData(0, false)]
    public void The_policy_says_whether_a_party_that_stays_away_ends_the_call(int policy, bool ends)
    {
        using CallBench bench = OverTcp(options => options.NoFlowTimeout = TimeSpan.FromSeconds(policy));
        ((SimulatedTransport)bench.Proxy.Transport).CloseConnection(bench.Dialog.Caller.Flow.ConnectionId);
        bench.Run(55);
        Assert.False(bench.Bob.Calls[0].IsOver);
        bench.Run(200);
        Assert.Equal(ends, bench.Bob.Calls[0].End == CallEnd.RemoteBye);
        Assert.Equal(ends, bench.Dialog.State == DialogState.Deleted);
    }

    [Fact]
    public void Without_a_connection_the_BYE_to_a_contact_no_one_can_reach_fails_at_once_and_the_other_leaves()
    {
        using CallBench bench = OverTcp(static _ => { });
        ((SimulatedTransport)bench.Proxy.Transport).CloseConnection(bench.Dialog.Caller.Flow.ConnectionId);
        bench.Network.Hosts.First(static h => h.Name == "10.0.2.1").IsSilent = true; // so that bob's answer is not what ends it
        bench.Run(1);
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.NotEqual(0, bench.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(0, bench.Recorder.Count("BYE", to: "10.0.1.1"));
    }

    [Fact]
    public void With_a_connection_the_BYE_takes_it_whatever_the_contact_says()
    {
        using CallBench bench = OverTcp(static _ => { });
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(CallEnd.RemoteBye, bench.Alice.Calls[0].End);
    }

    private static CallBench OverTcp(Action<DialogOptions> configure)
    {
        var bench = new CallBench(configure, DialogFlags.OptionsPingCaller);
        bench.Alice.Protocol = SipProtocol.Tcp;
        bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        bench.Alice.Contact = "sip:alice@df7jal23ls0d.invalid;transport=tcp";
        bench.Call();
        bench.Run(40);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.NotEmpty(bench.Recorder.Find("200 OPTIONS", from: "10.0.1.1"));
        return bench;
    }
}
