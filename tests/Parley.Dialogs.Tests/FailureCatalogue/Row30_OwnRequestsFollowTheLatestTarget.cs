using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row30_OwnRequestsFollowTheLatestTarget
{
    [Theory]
    [InlineData("INVITE", true)]
    [InlineData("INVITE", false)]
    [InlineData("UPDATE", true)]
    [InlineData("UPDATE", false)]
    [InlineData("NOTIFY", false)]
    [InlineData("REFER", true)]
    public void Pings_and_the_BYE_go_where_the_sender_moved_to(string method, bool byCaller)
    {
        using var bench = new CallBench(
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(5),
            DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee
        );
        bench.Network.AddHost("10.0.3.9");
        ScriptedCall call = bench.Call();
        bench.Run(1);
        (byCaller ? call : bench.Bob.Calls[0]).SendRequest(method, static request => request.Set("Contact", "<sip:moved@10.0.3.9>"));
        bench.Run(2);
        (string old, string other) = byCaller ? ("10.0.1.1", "10.0.2.1") : ("10.0.2.1", "10.0.1.1");
        bench.Recorder.Clear();
        bench.Run(6);
        Assert.NotEmpty(bench.Recorder.Find("OPTIONS", to: "10.0.3.9"));
        Assert.NotEmpty(bench.Recorder.Find("OPTIONS", to: other));
        Assert.Empty(bench.Recorder.Find("OPTIONS", to: old));
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.Equal(
            "BYE sip:moved@10.0.3.9 SIP/2.0",
            Assert.Single(bench.Recorder.Find("BYE", to: "10.0.3.9").DistinctBy(static m => m.CSeq)).Text.Split("\r\n")[0]
        );
        Assert.Empty(bench.Recorder.Find("BYE", to: old));
    }

    [Fact]
    public void A_2xx_moves_the_one_who_answers()
    {
        using var bench = new CallBench();
        bench.Network.AddHost("10.0.3.9");
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Bob.OnSending = static message =>
        {
            if (message.Label == "200 INVITE")
                message.Set("Contact", "<sip:moved@10.0.3.9>");
        };
        call.ReInvite();
        bench.Run(1);
        bench.Dialog.Terminate("x");
        bench.Run(1);
        Assert.NotEmpty(bench.Recorder.Find("BYE", to: "10.0.3.9"));
        Assert.Empty(bench.Recorder.Find("BYE", to: "10.0.2.1"));
    }
}
