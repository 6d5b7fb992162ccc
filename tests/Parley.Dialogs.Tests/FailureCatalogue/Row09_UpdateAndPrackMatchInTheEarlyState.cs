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
        using var bench = new CallBench(options => options.MatchMode = mode);
        bench.Bob.OnInvite = static call => call.Ring(183, reliable: true);
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.Equal(
            "RequestWithin PRACK >, ResponseWithin 200 <",
            string.Join(", ", bench.Events.Where(static e => e.Contains("Within", StringComparison.Ordinal)))
        );
        bench.Events.Clear();
        SentRequest update = call.SendRequest("UPDATE");
        bench.Run(1);
        SentRequest back = bench.Bob.Calls[0].SendRequest("UPDATE");
        bench.Run(1);
        Assert.Equal((200, 200), (update.Status, back.Status));
        Assert.Equal("RequestWithin UPDATE >, ResponseWithin 200 <, RequestWithin UPDATE <, ResponseWithin 200 >", bench.Story);
        Assert.Equal(DialogState.Early, bench.Dialog.State);
        Assert.Equal(bench.Bob.Calls[0].LocalTag, bench.Dialog.ToTag);
    }
}
