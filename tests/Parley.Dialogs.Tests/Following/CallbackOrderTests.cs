using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Relay;

/// <summary>The order, number, message and direction of callbacks, as the field's dialog module has them.</summary>
public class CallbackOrderTests
{
    [Fact]
    public void A_normal_call()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        call.ByeAfter(TimeSpan.FromSeconds(10));
        bench.Run(5);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Terminated BYE >, Destroy",
            bench.Story
        );
        Assert.Equal("Downstream BYE", bench.Dialog.TerminationReason);
        Assert.Equal(CallEnd.LocalBye, call.End);
    }

    [Fact]
    public void A_call_that_the_callee_ends()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Answer();
            call.ByeAfter(TimeSpan.FromSeconds(3));
        };
        bench.Call();
        bench.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Terminated BYE <, Destroy",
            bench.Story
        );
        Assert.Equal("Upstream BYE", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void A_failed_call()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring();
            call.Reject(486);
        };
        bench.Call();
        bench.Run(1);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        bench.Run(100);

        Assert.Equal("Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 486 <, Failed 486 <, Destroy", bench.Story);
        Assert.Equal(1, bench.Dialogs.Statistics.FailedDialogs);
    }

    [Fact]
    public void A_call_that_nobody_answers_fails_without_a_message()
    {
        using var bench = new CallBench();
        bench.Network.Hosts.First(h => h.Name == "10.0.2.1").IsSilent = true;
        ScriptedCall call = bench.Call();
        bench.Run(100);

        Assert.Equal(408, call.Status);
        Assert.Equal("Created INVITE >, Failed <, Destroy", bench.Story.Replace("Failed 408", "Failed"));
    }

    [Fact]
    public void A_cancelled_call()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call => call.Ring();
        ScriptedCall call = bench.Call();
        call.CancelAfter(TimeSpan.FromSeconds(2));
        bench.Run(100);

        Assert.Equal("Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 487 <, Failed 487 <, Destroy", bench.Story);
        Assert.Equal("Cancelled", bench.Dialog.TerminationReason);
        Assert.True(bench.Dialog.WasCancelled);
    }

    [Fact]
    public void A_forked_call_is_one_dialog_confirmed_once()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(1), 486);
        };
        bench.Carol.OnInvite = call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(0.5));
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        bench.Dave.OnInvite = static _ => { };
        ScriptedCall call = bench.Call("bob-carol-dave");
        bench.Run(4);
        string tag = bench.Carol.Calls[0].LocalTag;
        Assert.Equal(tag, bench.Dialog.ToTag);
        call.Bye();
        bench.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 180 <, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Terminated BYE >, Destroy",
            bench.Story
        );
        Assert.Single(bench.All);
    }

    [Fact]
    public void An_expired_call()
    {
        using var bench = new CallBench(options => options.DefaultTimeout = TimeSpan.FromSeconds(30));
        bench.Call();
        bench.Run(29);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        bench.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Expired, Destroy",
            bench.Story
        );
        Assert.Equal("Lifetime Timeout", bench.Dialog.TerminationReason);
        Assert.Equal(1, bench.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void Requests_within_the_dialog_and_their_replies()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Events.Clear();
        call.SendRequest("INFO");
        bench.Run(1);
        bench.Bob.Calls[0].SendRequest("OPTIONS");
        bench.Run(1);
        call.ReInvite();
        bench.Run(1);

        Assert.Equal(
            "RequestWithin INFO >, ResponseWithin 200 <, RequestWithin OPTIONS <, ResponseWithin 200 >, RequestWithin INVITE >, ResponseWithin 200 <, RequestWithin ACK >",
            bench.Story
        );
    }

    [Fact]
    public void Catalogue_09_and_11_a_request_in_the_early_dialog_is_matched_and_its_reply_seen()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(3));
        };
        bench.Call();
        bench.Run(1);

        Assert.Equal(DialogState.Early, bench.Dialog.State);
        Assert.Equal("Created INVITE >, ResponseForwarded 183 <, Early 183 <, RequestWithin PRACK >, ResponseWithin 200 <", bench.Story);
    }

    [Fact]
    public void A_handler_that_throws_is_logged_with_its_dialog_and_the_call_goes_on()
    {
        using var bench = new CallBench();
        bench.OnCallback = static (_, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                throw new InvalidOperationException("my mistake");
        };
        ScriptedCall call = bench.Call();
        bench.Run(2);

        Assert.Equal(CallState.Established, call.State);
        Assert.Contains(bench.Log.Lines, line => line.Contains("my mistake") && line.Contains(bench.Dialog.Id.ToString()));
    }

    [Fact]
    public void A_handler_may_end_its_dialog_and_what_follows_runs_after_it()
    {
        using var bench = new CallBench();
        bench.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.RequestWithin)
                Assert.True(dialog.Terminate("enough"));
        };
        bench.Call();
        bench.Run(100);

        Assert.Equal("enough", bench.Dialog.TerminationReason);
        Assert.Equal(1, bench.Events.Count(e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.True(
            bench.Events.FindIndex(e => e.StartsWith("Terminated", StringComparison.Ordinal)) > bench.Events.IndexOf("RequestWithin ACK >")
        );
    }

    [Fact]
    public void An_early_dialog_is_ended_by_cancelling_its_branches()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call => call.Ring();
        bench.Carol.OnInvite = call => call.Ring();
        ScriptedCall call = bench.Call("bob-carol");
        bench.Run(2);
        Assert.True(bench.Dialogs.Terminate(bench.Dialog.Id.Entry, bench.Dialog.Id.Id, "no credit"));
        bench.Run(2);

        Assert.Equal(487, call.Status);
        Assert.True(bench.Bob.Calls[0].IsCancelReceived);
        Assert.True(bench.Carol.Calls[0].IsCancelReceived);
        Assert.Equal("no credit", bench.Dialog.TerminationReason);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.False(bench.Dialog.Terminate("again"));
    }
}
