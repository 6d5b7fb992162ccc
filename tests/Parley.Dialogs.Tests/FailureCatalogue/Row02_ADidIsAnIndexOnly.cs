using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row02_ADidIsAnIndexOnly
{
    [Theory]
    [InlineData("Call-ID", DialogMatchMode.DidOnly)]
    [InlineData("Call-ID", DialogMatchMode.DidFallback)]
    [InlineData("From", DialogMatchMode.DidOnly)]
    [InlineData("From", DialogMatchMode.DidFallback)]
    [InlineData("To", DialogMatchMode.DidOnly)]
    [InlineData("To", DialogMatchMode.DidFallback)]
    public void A_NOTIFY_after_a_REFER_whose_tags_are_of_another_dialog_touches_none_and_is_no_error(string header, DialogMatchMode mode)
    {
        using var fixture = new CallFixture(options => options.MatchMode = mode);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.SendRequest("REFER", static refer => refer.Add("Refer-To", "<sip:carol@10.0.2.2>"));
        fixture.Run(1);
        fixture.Events.Clear();
        (uint number, string contact) = (fixture.Dialog.Caller.CSeq, fixture.Dialog.Callee!.Contact);
        fixture
            .Bob.Calls[0]
            .SendRequest(
                "NOTIFY",
                notify =>
                {
                    notify.Set("Contact", "<sip:elsewhere@10.0.2.9>").Set("CSeq", "777 NOTIFY");
                    notify.Set(header, header == "Call-ID" ? "another@call" : notify[header]!.Split(";tag=")[0] + ";tag=another");
                }
            );
        fixture.Run(1);

        Assert.Contains(
            $";did={fixture.Dialog.Id}",
            fixture.Recorder.Find("NOTIFY", to: "10.0.0.1").First().Header("Route"),
            StringComparison.Ordinal
        );
        // From an unknown leg it still goes to the caller, whose place is known. With another Call-ID or caller it is of no call here: the did lends it nothing.
        Assert.Equal(header == "From", fixture.Recorder.Count("NOTIFY", from: "10.0.0.1", to: "10.0.1.1") > 0);
        if (header != "From")
            Assert.Contains(fixture.Recorder.Messages, static m => m is { StatusCode: 481, From: "10.0.0.1", To: "10.0.2.1" });
        Assert.Empty(fixture.Events);
        Assert.Equal((number, contact), (fixture.Dialog.Caller.CSeq, fixture.Dialog.Callee.Contact));
        Assert.DoesNotContain(
            fixture.Log.Lines,
            static line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(DialogMatchMode.DidOnly, "")]
    [InlineData(DialogMatchMode.DidFallback, "RequestWithin INFO >, ResponseWithin 200 <")]
    public void With_the_did_of_another_call_the_mode_says_whether_the_tags_find_the_right_one(DialogMatchMode mode, string story)
    {
        using var fixture = new CallFixture(options => options.MatchMode = mode);
        ScriptedCall call = fixture.Call();
        fixture.Call("carol");
        fixture.Run(1);
        fixture.Events.Clear();
        fixture.OnCallback = (dialog, _, _) => Assert.Same(fixture.All[0], dialog);
        call.SendRequest(
            "INFO",
            info =>
                info.Set(
                    "Route",
                    info["Route"]!.Replace(fixture.All[0].Id.ToString(), fixture.All[1].Id.ToString(), StringComparison.Ordinal)
                )
        );
        fixture.Run(1);
        Assert.Equal(story, fixture.Story);
    }
}
