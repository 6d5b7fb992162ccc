using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row08_OneBranchMayHaveManyLegs
{
    [Theory]
    [InlineData("one")]
    [InlineData("three")]
    [InlineData("four")]
    public void Every_tag_of_a_fork_downstream_is_a_leg_with_its_own_requests(string winner)
    {
        using var fixture = new CallFixture();
        ScriptedCall? ringing = null;
        fixture.Bob.OnInvite = call =>
        {
            ringing = call;
            foreach (string tag in new[] { "one", "two", "three" })
                call.Ring(180, tag);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(0.5);
        var to = new List<string?>();
        fixture.OnCallback = (_, type, parameters) =>
        {
            if (type == DialogCallbackTypes.RequestWithin)
                to.Add(parameters.DestinationLeg?.Tag);
        };
        foreach (ScriptedDialog early in call.Dialogs.ToList())
        {
            SentRequest update = call.SendRequest("UPDATE", dialog: early);
            fixture.Run(0.1);
            Assert.Equal(200, update.Status);
        }

        Assert.Equal(["one", "two", "three"], to);
        Assert.Equal(["one", "two", "three"], fixture.Dialog.Legs.Skip(1).Select(static leg => leg.Tag));
        Assert.All(fixture.Dialog.Legs.Skip(1), static leg => Assert.Equal(0, leg.Branch));
        ringing!.Answer(winner); // "four" never rang
        fixture.Run(1);
        Assert.Equal((winner, DialogState.Confirmed), (fixture.Dialog.ToTag, fixture.Dialog.State));
        Assert.Equal(winner, fixture.Dialog.Callee!.Tag);
        call.Bye();
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }
}
