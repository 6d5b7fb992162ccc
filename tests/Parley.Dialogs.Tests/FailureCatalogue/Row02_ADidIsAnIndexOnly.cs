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
        using var bench = new CallBench(options => options.MatchMode = mode);
        ScriptedCall call = bench.Call();
        bench.Run(1);
        call.SendRequest("REFER", static refer => refer.Add("Refer-To", "<sip:carol@10.0.2.2>"));
        bench.Run(1);
        bench.Events.Clear();
        (uint number, string contact) = (bench.Dialog.Caller.CSeq, bench.Dialog.Callee!.Contact);
        bench
            .Bob.Calls[0]
            .SendRequest(
                "NOTIFY",
                notify =>
                {
                    notify.Set("Contact", "<sip:elsewhere@10.0.2.9>").Set("CSeq", "777 NOTIFY");
                    notify.Set(header, header == "Call-ID" ? "another@call" : notify[header]!.Split(";tag=")[0] + ";tag=another");
                }
            );
        bench.Run(1);

        Assert.Contains(
            $";did={bench.Dialog.Id}",
            bench.Recorder.Find("NOTIFY", to: "10.0.0.1").First().Header("Route"),
            StringComparison.Ordinal
        );
        // From an unknown leg it still goes to the caller, whose place is known. With another Call-ID or caller it is of no call here: the did lends it nothing.
        Assert.Equal(header == "From", bench.Recorder.Count("NOTIFY", from: "10.0.0.1", to: "10.0.1.1") > 0);
        if (header != "From")
            Assert.Contains(bench.Recorder.Messages, static m => m is { StatusCode: 481, From: "10.0.0.1", To: "10.0.2.1" });
        Assert.Empty(bench.Events);
        Assert.Equal((number, contact), (bench.Dialog.Caller.CSeq, bench.Dialog.Callee.Contact));
        Assert.DoesNotContain(
            bench.Log.Lines,
            static line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(DialogMatchMode.DidOnly, "")]
    [InlineData(DialogMatchMode.DidFallback, "RequestWithin INFO >, ResponseWithin 200 <")]
    public void With_the_did_of_another_call_the_mode_says_whether_the_tags_find_the_right_one(DialogMatchMode mode, string story)
    {
        using var bench = new CallBench(options => options.MatchMode = mode);
        ScriptedCall call = bench.Call();
        bench.Call("carol");
        bench.Run(1);
        bench.Events.Clear();
        bench.OnCallback = (dialog, _, _) => Assert.Same(bench.All[0], dialog);
        call.SendRequest(
            "INFO",
            info =>
                info.Set("Route", info["Route"]!.Replace(bench.All[0].Id.ToString(), bench.All[1].Id.ToString(), StringComparison.Ordinal))
        );
        bench.Run(1);
        Assert.Equal(story, bench.Story);
    }
}
