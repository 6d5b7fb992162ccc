using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row20_NoCallWaitsForEver
{
    [Fact]
    public void A_call_whose_ACK_never_comes_is_hung_up_after_its_timeout()
    {
        using var bench = new CallBench(static options => options.NoAckTimeout = TimeSpan.FromSeconds(45));
        // Alice dies right after the 200; bob has stopped repeating his by then and waits for a BYE.
        bench.Network.Interceptor = static packet =>
            packet.Is("ACK") || (packet.Is("BYE") && packet.From.Name != "10.0.0.1") ? PacketFate.Drop : PacketFate.Pass;
        bench.Call();
        bench.Run(44);
        Assert.Equal(DialogState.ConfirmedNoAck, bench.Dialog.State);
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("No ACK", bench.Dialog.TerminationReason);
        bench.Run(100);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal("Destroy", bench.Events[^1]);
    }

    [Fact]
    public void A_call_that_rings_for_ever_is_cancelled_after_its_timeout()
    {
        using var bench = new CallBench(static options => options.EarlyTimeout = TimeSpan.FromSeconds(90));
        bench.Alice.RingLimit = bench.Bob.RingLimit = bench.Carol.RingLimit = TimeSpan.FromHours(1);
        bench.Bob.OnInvite = bench.Carol.OnInvite = static call => call.Ring();
        ScriptedCall call = bench.Call("bob-carol");
        bench.Run(89);
        Assert.Equal(DialogState.Early, bench.Dialog.State);
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.True(call.IsOver);
        Assert.All([bench.Bob, bench.Carol], static callee => Assert.True(callee.Calls[0].IsCancelReceived));
        bench.Run(60);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
    }
}
