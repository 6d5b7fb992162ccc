using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row22_AChallengedByeDoesNoHarm
{
    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    public void A_relayed_BYE_that_is_challenged_is_followed_by_one_that_is_routed(int challenge)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        int byes = 0;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method == "BYE" && ++byes == 1)
                request.Respond(challenge);
        };
        SentRequest first = call.SendRequest("BYE");
        fixture.Run(1);
        Assert.Equal(challenge, first.Status);
        SentRequest second = call.SendRequest("BYE", static bye => bye.Add("Proxy-Authorization", "Digest username=\"alice\""));
        fixture.Run(1);
        Assert.Equal(200, second.Status);
        Assert.Equal(2, byes);
        Assert.Equal(1, fixture.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    public void A_BYE_of_the_proxys_own_that_is_challenged_counts_as_answered(int challenge)
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        fixture.Alice.OnRequest = fixture.Bob.OnRequest = request =>
        {
            if (request.Method == "BYE")
                request.Respond(challenge);
        };
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(60);
        Assert.Equal(2, fixture.Recorder.Count("BYE"));
        Assert.EndsWith("Terminated, Destroy", fixture.Story);
    }
}
