using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row23_OwnRequestsFollowTheRouteSet
{
    [Fact]
    public void The_BYE_after_a_cancel_race_takes_the_route_set()
    {
        using var fixture = new CallFixture();
        fixture.Network.AddHost("10.0.9.1");
        fixture.Alice.OnSending = static m =>
        {
            if (m.Method == "INVITE")
                m.Add("Record-Route", "<sip:10.0.9.1;lr>");
        };
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.IgnoresCancel = true;
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Call();
        fixture.Run(1);
        fixture.Dialog.Terminate("x"); // CANCEL; the 200 comes all the same
        fixture.Run(60);
        RecordedMessage bye = fixture.Recorder.Find("BYE", from: "10.0.0.1").First(static m => m.To != "10.0.2.1");
        Assert.Equal("10.0.9.1", bye.To);
        Assert.True(bye.Message!.Routes.TryGetFirst(out NameAddrView route));
        Assert.True(route.UriText.SequenceEqual("sip:10.0.9.1;lr"u8));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_BYE_during_a_reINVITE_leaks_nothing(bool own)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        call.ReInvite();
        fixture.Run(1);
        if (own)
            fixture.Dialog.Terminate("x");
        else
            call.Bye();
        fixture.Run(1);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(400); // timer C of the re-INVITE
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(0, fixture.Proxy.PendingRequests);
        Assert.EndsWith("Destroy", fixture.Story);
    }
}
