using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row19_OneDeadLegDoesNotKeepTheOthersBye
{
    [Theory]
    [InlineData("10.0.1.1", "10.0.2.1")]
    [InlineData("10.0.2.1", "10.0.1.1")]
    public void A_silent_leg_does_not_keep_the_BYE_of_the_other(string silent, string other)
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        fixture.Network.Hosts.First(h => h.Name == silent).IsSilent = true;
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(1, fixture.Recorder.Count("BYE", to: other));
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(60);
        Assert.Equal(11, fixture.Recorder.Count("BYE", to: silent)); // one, repeated for 64*T1
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void A_connection_that_is_gone_does_not_keep_the_BYE_of_the_callee()
    {
        using var fixture = new CallFixture();
        fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        fixture.Alice.OnSending = static m =>
        {
            if (m.Method == "INVITE")
                m["Contact"] = "<sip:alice@client.invalid;transport=tcp>";
        };
        fixture.Call();
        fixture.Run(1);
        fixture.Network.Hosts.First(static h => h.Name == "10.0.1.1").Crash();
        fixture.Run(1);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(CallEnd.RemoteBye, fixture.Bob.Calls[0].End);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal(0, fixture.Recorder.Count("BYE", to: "10.0.1.1"));
    }

    [Fact]
    public void When_neither_can_be_reached_the_dialog_ends_all_the_same()
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        foreach (SimulatedTransport host in fixture.Network.Hosts.Where(static h => h.Name is "10.0.1.1" or "10.0.2.1").ToList())
            host.IsSilent = true;
        Task<bool> ended = fixture.Dialog.TerminateAsync("x").AsTask();
        fixture.Run(31);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.False(ended.IsCompleted);
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.EndsWith("RequestWithin ACK >, Terminated, Destroy", fixture.Story);
    }
}
