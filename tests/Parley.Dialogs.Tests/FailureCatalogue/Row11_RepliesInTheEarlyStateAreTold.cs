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
        using var bench = new CallBench();
        bench.Bob.OnInvite = static call => call.Ring();
        bench.Alice.OnRequest = bench.Bob.OnRequest = request =>
        {
            if (request.Method == "UPDATE")
                request.Respond(status);
        };
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Events.Clear();
        call.SendRequest("UPDATE");
        bench.Run(1);
        bench.Bob.Calls[0].SendRequest("UPDATE");
        bench.Run(1);
        Assert.Equal($"RequestWithin UPDATE >, ResponseWithin {status} <, RequestWithin UPDATE <, ResponseWithin {status} >", bench.Story);
        Assert.Equal(DialogState.Early, bench.Dialog.State);
    }
}
