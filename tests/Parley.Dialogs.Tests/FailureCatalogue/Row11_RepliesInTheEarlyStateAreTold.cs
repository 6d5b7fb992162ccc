using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row11_RepliesInTheEarlyStateAreTold
{
    [Theory]
    [InlineData(200)]
    [InlineData(491)]
    [InlineData(504)]
    public void A_final_reply_to_an_UPDATE_while_it_rings_is_a_response_within(int status)
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call => call.Ring();
        fixture.Alice.OnRequest = fixture.Bob.OnRequest = request =>
        {
            if (request.Method == "UPDATE")
                request.Respond(status);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Events.Clear();
        call.SendRequest("UPDATE");
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("UPDATE");
        fixture.Run(1);
        Assert.Equal(
            $"RequestWithin UPDATE >, ResponseWithin {status} <, RequestWithin UPDATE <, ResponseWithin {status} >",
            fixture.Story
        );
        Assert.Equal(DialogState.Early, fixture.Dialog.State);
    }
}
