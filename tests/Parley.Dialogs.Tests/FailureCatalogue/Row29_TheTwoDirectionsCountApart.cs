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
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        caller = Math.Max(caller, call.Dialog!.LocalCSeq);
        call.Dialog.LocalCSeq = caller;
        bench.Bob.Calls[0].Dialog!.LocalCSeq = callee;
        call.SendRequest("INFO");
        bench.Run(1);
        bench.Bob.Calls[0].SendRequest("INFO");
        bench.Run(1);
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(caller + 2, Assert.Single(bench.Recorder.Find("BYE", to: "10.0.2.1")).Message!.CSeqNumber);
        Assert.Equal(callee + 2, Assert.Single(bench.Recorder.Find("BYE", to: "10.0.1.1")).Message!.CSeqNumber);
        Assert.Equal((CallEnd.RemoteBye, CallEnd.RemoteBye), (call.End, bench.Bob.Calls[0].End));
    }
}
