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
        using var fixture = new CallFixture(
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(5),
            DialogFlags.OptionsPingCaller | DialogFlags.OptionsPingCallee
        );
        fixture.Network.AddHost("10.0.3.9");
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        (byCaller ? call : fixture.Bob.Calls[0]).SendRequest(method, static request => request.Set("Contact", "<sip:moved@10.0.3.9>"));
        fixture.Run(2);
        (string old, string other) = byCaller ? ("10.0.1.1", "10.0.2.1") : ("10.0.2.1", "10.0.1.1");
        fixture.Recorder.Clear();
        fixture.Run(6);
        Assert.NotEmpty(fixture.Recorder.Find("OPTIONS", to: "10.0.3.9"));
        Assert.NotEmpty(fixture.Recorder.Find("OPTIONS", to: other));
        Assert.Empty(fixture.Recorder.Find("OPTIONS", to: old));
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.Equal(
            "BYE sip:moved@10.0.3.9 SIP/2.0",
            Assert.Single(fixture.Recorder.Find("BYE", to: "10.0.3.9").DistinctBy(static m => m.CSeq)).Text.Split("\r\n")[0]
        );
        Assert.Empty(fixture.Recorder.Find("BYE", to: old));
    }

    [Fact]
    public void A_2xx_moves_the_one_who_answers()
    {
        using var fixture = new CallFixture();
        fixture.Network.AddHost("10.0.3.9");
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Bob.OnSending = static message =>
        {
            if (message.Label == "200 INVITE")
                message.Set("Contact", "<sip:moved@10.0.3.9>");
        };
        call.ReInvite();
        fixture.Run(1);
        fixture.Dialog.Terminate("x");
        fixture.Run(1);
        Assert.NotEmpty(fixture.Recorder.Find("BYE", to: "10.0.3.9"));
        Assert.Empty(fixture.Recorder.Find("BYE", to: "10.0.2.1"));
    }
}
