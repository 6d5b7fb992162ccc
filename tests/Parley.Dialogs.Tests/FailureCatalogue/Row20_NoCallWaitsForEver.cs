using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row20_NoCallWaitsForEver
{
    [Fact]
    public void A_call_whose_ACK_never_comes_is_hung_up_after_its_timeout()
    {
        using var fixture = new CallFixture(static options => options.NoAckTimeout = TimeSpan.FromSeconds(45));
        // Alice dies right after the 200; bob has stopped repeating his by then and waits for a BYE.
        fixture.Network.Interceptor = static packet =>
            packet.Is("ACK") || (packet.Is("BYE") && packet.From.Name != "10.0.0.1") ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call();
        fixture.Run(44);
        Assert.Equal(DialogState.ConfirmedNoAck, fixture.Dialog.State);
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("No ACK", fixture.Dialog.TerminationReason);
        fixture.Run(100);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal("Destroy", fixture.Events[^1]);
    }

    [Fact]
    public void A_call_that_rings_for_ever_is_cancelled_after_its_timeout()
    {
        using var fixture = new CallFixture(static options => options.EarlyTimeout = TimeSpan.FromSeconds(90));
        fixture.Alice.RingLimit = fixture.Bob.RingLimit = fixture.Carol.RingLimit = TimeSpan.FromHours(1);
        fixture.Bob.OnInvite = fixture.Carol.OnInvite = static call => call.Ring();
        ScriptedCall call = fixture.Call("bob-carol");
        fixture.Run(89);
        Assert.Equal(DialogState.Early, fixture.Dialog.State);
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.True(call.IsOver);
        Assert.All([fixture.Bob, fixture.Carol], static callee => Assert.True(callee.Calls[0].IsCancelReceived));
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }
}
