using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>Topology hiding, where the reference looped, does not exist here.</summary>
public class Row12_ALatePrackReachesItsLeg
{
    [Fact]
    public void A_PRACK_overtaken_by_the_200_and_its_ACK_is_routed_to_the_leg_of_its_tag()
    {
        using var fixture = new CallFixture();
        fixture.Network.Interceptor = packet =>
            packet.Is("PRACK") && fixture.Clock.Elapsed < TimeSpan.FromSeconds(2) ? PacketFate.Drop : PacketFate.Pass;
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1.9);
        if (fixture.Dialog.State == DialogState.Early)
            fixture.Bob.Calls[0].Answer();
        fixture.Run(0.05);
        fixture.Events.Clear();
        fixture.Run(10);

        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Contains("RequestWithin PRACK >", fixture.Events);
        RecordedMessage prack = Assert.Single(fixture.Recorder.Find("PRACK", from: "10.0.0.1").DistinctBy(static m => m.CSeq));
        Assert.Equal("10.0.2.1", prack.To);
        Assert.Equal(fixture.Bob.Calls[0].LocalTag, System.Text.Encoding.ASCII.GetString(prack.Message!.ToTag));
        Assert.Equal(1, fixture.Recorder.Count("200 PRACK", from: "10.0.0.1", to: "10.0.1.1"));
        Assert.True(call.IsUp);
    }
}
