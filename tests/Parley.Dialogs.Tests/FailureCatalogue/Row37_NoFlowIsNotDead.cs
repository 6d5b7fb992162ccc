using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row37_NoFlowIsNotDead
{
    [Fact]
    public async Task After_a_restart_a_TCP_client_is_not_cut_by_pings_and_the_flow_it_comes_back_by_is_pinged()
    {
        var store = new MemoryDialogStore();
        using var fixture = new CallFixture(null, DialogFlags.OptionsPingCaller);
        fixture.Alice.Protocol = SipProtocol.Tcp;
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        ScriptedCall call = fixture.Call();
        fixture.Run(40);
        Assert.NotEmpty(fixture.Recorder.Find("OPTIONS", to: "10.0.1.1"));
        using (var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners))
            await kept.SaveAllAsync(TestContext.Current.CancellationToken);

        using Node next = Node.Restart(fixture, static options => options.PingOnlyKnownToAnswer = false);
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        DialogLeg caller = next.All[0].Caller;
        Assert.Equal((true, "10.0.1.1"), (caller.IsWithoutFlow, caller.Flow.Remote.ToString().Split(':')[0]));
        Assert.Equal((SipProtocol.Tcp, 0L), (caller.Flow.Listener.Protocol, caller.Flow.ConnectionId));
        Assert.False(next.All[0].Callee!.IsWithoutFlow);
        fixture.Recorder.Clear();
        fixture.Run(600);
        Assert.Equal(DialogState.Confirmed, next.All[0].State);
        Assert.True(caller.IsWithoutFlow);
        Assert.Equal(0, fixture.Recorder.Count("BYE"));
        call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Contains("RequestWithin INFO >", next.Events);
        Assert.False(caller.IsWithoutFlow);
        fixture.Recorder.Clear();
        fixture.Run(61);
        Assert.Equal(2, fixture.Recorder.Find("OPTIONS", to: "10.0.1.1").DistinctBy(static m => m.CSeq).Count());
        Assert.Equal(2, fixture.Recorder.Count("200 OPTIONS", from: "10.0.1.1"));
        Assert.Equal(DialogState.Confirmed, next.All[0].State);
    }
}
