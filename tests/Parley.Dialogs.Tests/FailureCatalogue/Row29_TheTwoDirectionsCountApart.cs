using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row29_TheTwoDirectionsCountApart
{
    [Theory]
    [InlineData(5_000_000u, 10u)]
    [InlineData(7u, 2_000_000_000u)]
    public void Own_requests_follow_the_numbers_of_the_side_that_they_stand_for(uint caller, uint callee)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        caller = Math.Max(caller, call.Dialog!.LocalCSeq);
        call.Dialog.LocalCSeq = caller;
        fixture.Bob.Calls[0].Dialog!.LocalCSeq = callee;
        call.SendRequest("INFO");
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(1);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(caller + 2, Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.2.1")).Message!.CSeqNumber);
        Assert.Equal(callee + 2, Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.1.1")).Message!.CSeqNumber);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, fixture.Bob.Calls[0].End));
    }
}
