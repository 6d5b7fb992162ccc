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
        using var bench = new CallBench();
        bench.Call();
        bench.Run(1);
        bench.Network.Hosts.First(h => h.Name == silent).IsSilent = true;
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(1, bench.Recorder.Count("BYE", to: other));
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        bench.Run(60);
        Assert.Equal(11, bench.Recorder.Count("BYE", to: silent)); // one, repeated for 64*T1
        Assert.Equal(0, bench.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void A_connection_that_is_gone_does_not_keep_the_BYE_of_the_callee()
    {
        using var bench = new CallBench();
        bench.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        bench.Alice.OnSending = static m =>
        {
            if (m.Method == "INVITE")
                m["Contact"] = "<sip:alice@client.invalid;transport=tcp>";
        };
        bench.Call();
        bench.Run(1);
        bench.Network.Hosts.First(static h => h.Name == "10.0.1.1").Crash();
        bench.Run(1);
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(CallEnd.RemoteBye, bench.Bob.Calls[0].End);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal(0, bench.Recorder.Count("BYE", to: "10.0.1.1"));
    }

    [Fact]
    public void When_neither_can_be_reached_the_dialog_ends_all_the_same()
    {
        using var bench = new CallBench();
        bench.Call();
        bench.Run(1);
        foreach (SimulatedTransport host in bench.Network.Hosts.Where(static h => h.Name is "10.0.1.1" or "10.0.2.1").ToList())
            host.IsSilent = true;
        Task<bool> ended = bench.Dialog.TerminateAsync("x").AsTask();
        bench.Run(31);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.False(ended.IsCompleted);
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.EndsWith("RequestWithin ACK >, Terminated, Destroy", bench.Story);
    }
}
