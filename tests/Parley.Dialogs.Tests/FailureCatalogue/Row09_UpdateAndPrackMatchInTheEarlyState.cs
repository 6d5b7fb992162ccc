using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row09_UpdateAndPrackMatchInTheEarlyState
{
    [Theory]
    [InlineData(DialogMatchMode.DidOnly)]
    [InlineData(DialogMatchMode.DidNone)]
    public void From_the_first_1xx_with_a_tag_requests_of_both_sides_are_in_the_dialog(DialogMatchMode mode)
    {
        using var fixture = new CallFixture(options => options.MatchMode = mode);
        fixture.Bob.OnInvite = static call => call.Ring(183, reliable: true);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(
            "RequestWithin PRACK >, ResponseWithin 200 <",
            string.Join(", ", fixture.Events.Where(static e => e.Contains("Within", StringComparison.Ordinal)))
        );
        fixture.Events.Clear();
        SentRequest update = call.SendRequest("UPDATE");
        fixture.Run(1);
        SentRequest back = fixture.Bob.Calls[0].SendRequest("UPDATE");
        fixture.Run(1);
        Assert.Equal((200, 200), (update.Status, back.Status));
        Assert.Equal("RequestWithin UPDATE >, ResponseWithin 200 <, RequestWithin UPDATE <, ResponseWithin 200 >", fixture.Story);
        Assert.Equal(DialogState.Early, fixture.Dialog.State);
        Assert.Equal(fixture.Bob.Calls[0].LocalTag, fixture.Dialog.ToTag);
    }
}
