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
        using CallFixture fixture = OverTcp(options => options.NoFlowTimeout = TimeSpan.FromSeconds(policy));
        ((SimulatedTransport)fixture.Proxy.Transport).CloseConnection(fixture.Dialog.Caller.Flow.ConnectionId);
        fixture.Run(55);
        Assert.False(fixture.Bob.Calls[0].IsOver);
        fixture.Run(200);
        Assert.Equal(ends, fixture.Bob.Calls[0].End == CallEnd.RemoteBye);
        Assert.Equal(ends, fixture.Dialog.State == DialogState.Deleted);
    }

    [Fact]
    public void Without_a_connection_the_BYE_to_a_contact_no_one_can_reach_fails_at_once_and_the_other_leaves()
    {
        using CallFixture fixture = OverTcp(static _ => { });
        ((SimulatedTransport)fixture.Proxy.Transport).CloseConnection(fixture.Dialog.Caller.Flow.ConnectionId);
        fixture.Network.Hosts.First(static h => h.Name == "10.0.2.1").IsSilent = true; // so that bob's answer is not what ends it
        fixture.Run(1);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.NotEqual(0, fixture.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Equal(0, fixture.Recorder.Count("BYE", to: "10.0.1.1"));
    }

    [Fact]
    public void With_a_connection_the_BYE_takes_it_whatever_the_contact_says()
    {
        using CallFixture fixture = OverTcp(static _ => { });
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, fixture.Alice.Calls[0].End);
    }

    [Fact]
    public void A_leg_whose_connection_closes_is_without_flow_until_its_party_comes_by_another()
    {
        using CallFixture fixture = OverTcp(static options => options.SequentialSource = SequentialSource.SameFlow);
        DialogLeg caller = fixture.Dialog.Caller;
        SipFlow before = caller.Flow;
        Assert.False(caller.IsWithoutFlow);
        Assert.False(fixture.Dialog.Callee!.IsWithoutFlow);
        ((SimulatedTransport)fixture.Proxy.Transport).CloseConnection(before.ConnectionId);
        fixture.Run(1);
        Assert.True(caller.IsWithoutFlow);
        Assert.False(fixture.Dialog.Callee!.IsWithoutFlow); // datagrams have no connection to lose
        Assert.Equal(before.Remote, caller.Flow.Remote);

        // From another port, and taken for the party's all the same.
        SentRequest info = fixture.Alice.Calls[0].SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(200, info.Status);
        Assert.False(caller.IsWithoutFlow);
        Assert.NotEqual(before.ConnectionId, caller.Flow.ConnectionId);
    }

    private static CallFixture OverTcp(Action<DialogOptions> configure)
    {
        var fixture = new CallFixture(configure, DialogFlags.OptionsPingCaller);
        fixture.Alice.Protocol = SipProtocol.Tcp;
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        fixture.Alice.Contact = "sip:alice@df7jal23ls0d.invalid;transport=tcp";
        fixture.Call();
        fixture.Run(40);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.NotEmpty(fixture.Recorder.Find("200 OPTIONS", from: "10.0.1.1"));
        return fixture;
    }
}
