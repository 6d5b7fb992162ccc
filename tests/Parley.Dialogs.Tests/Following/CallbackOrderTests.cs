using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Relay;

/// <summary>The order, number, message and direction of callbacks, as the field's dialog module has them.</summary>
public class CallbackOrderTests
{
    [Fact]
    public void A_normal_call()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        call.ByeAfter(TimeSpan.FromSeconds(10));
        fixture.Run(5);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Terminated BYE >, Destroy",
            fixture.Story
        );
        Assert.Equal("Downstream BYE", fixture.Dialog.TerminationReason);
        Assert.Equal(CallEnd.LocalBye, call.End);
    }

    [Fact]
    public void A_call_that_the_callee_ends()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Answer();
            call.ByeAfter(TimeSpan.FromSeconds(3));
        };
        fixture.Call();
        fixture.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Terminated BYE <, Destroy",
            fixture.Story
        );
        Assert.Equal("Upstream BYE", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void A_failed_call()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring();
            call.Reject(486);
        };
        fixture.Call();
        fixture.Run(1);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 486 <, Failed 486 <, Destroy",
            fixture.Story
        );
        Assert.Equal(1, fixture.Dialogs.Statistics.FailedDialogs);
    }

    [Fact]
    public void A_call_that_nobody_answers_fails_without_a_message()
    {
        using var fixture = new CallFixture();
        fixture.Network.Hosts.First(h => h.Name == "10.0.2.1").IsSilent = true;
        ScriptedCall call = fixture.Call();
        fixture.Run(100);

        Assert.Equal(408, call.Status);
        Assert.Equal("Created INVITE >, Failed <, Destroy", fixture.Story.Replace("Failed 408", "Failed"));
    }

    [Fact]
    public void A_cancelled_call()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call => call.Ring();
        ScriptedCall call = fixture.Call();
        call.CancelAfter(TimeSpan.FromSeconds(2));
        fixture.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 487 <, Failed 487 <, Destroy",
            fixture.Story
        );
        Assert.Equal("Cancelled", fixture.Dialog.TerminationReason);
        Assert.True(fixture.Dialog.WasCancelled);
    }

    [Fact]
    public void A_forked_call_is_one_dialog_confirmed_once()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(1), 486);
        };
        fixture.Carol.OnInvite = call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(0.5));
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Dave.OnInvite = static _ => { };
        ScriptedCall call = fixture.Call("bob-carol-dave");
        fixture.Run(4);
        string tag = fixture.Carol.Calls[0].LocalTag;
        Assert.Equal(tag, fixture.Dialog.ToTag);
        call.Bye();
        fixture.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 180 <, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Terminated BYE >, Destroy",
            fixture.Story
        );
        Assert.Single(fixture.All);
    }

    [Fact]
    public void An_expired_call()
    {
        using var fixture = new CallFixture(options => options.DefaultTimeout = TimeSpan.FromSeconds(30));
        fixture.Call();
        fixture.Run(29);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(100);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, Early 180 <, ResponseForwarded 200 <, Confirmed 200 <, RequestWithin ACK >, Expired, Destroy",
            fixture.Story
        );
        Assert.Equal("Lifetime Timeout", fixture.Dialog.TerminationReason);
        Assert.Equal(1, fixture.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void Requests_within_the_dialog_and_their_replies()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("OPTIONS");
        fixture.Run(1);
        call.ReInvite();
        fixture.Run(1);

        Assert.Equal(
            "RequestWithin INFO >, ResponseWithin 200 <, RequestWithin OPTIONS <, ResponseWithin 200 >, RequestWithin INVITE >, ResponseWithin 200 <, RequestWithin ACK >",
            fixture.Story
        );
    }

    [Fact]
    public void Catalogue_09_and_11_a_request_in_the_early_dialog_is_matched_and_its_reply_seen()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring(183, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(3));
        };
        fixture.Call();
        fixture.Run(1);

        Assert.Equal(DialogState.Early, fixture.Dialog.State);
        Assert.Equal("Created INVITE >, ResponseForwarded 183 <, Early 183 <, RequestWithin PRACK >, ResponseWithin 200 <", fixture.Story);
    }

    [Fact]
    public void A_handler_that_throws_is_logged_with_its_dialog_and_the_call_goes_on()
    {
        using var fixture = new CallFixture();
        fixture.OnCallback = static (_, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                throw new InvalidOperationException("my mistake");
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);

        Assert.Equal(CallState.Established, call.State);
        Assert.Contains(fixture.Log.Lines, line => line.Contains("my mistake") && line.Contains(fixture.Dialog.Id.ToString()));
    }

    [Fact]
    public void A_handler_may_end_its_dialog_and_what_follows_runs_after_it()
    {
        using var fixture = new CallFixture();
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.RequestWithin)
                Assert.True(dialog.Terminate("enough"));
        };
        fixture.Call();
        fixture.Run(100);

        Assert.Equal("enough", fixture.Dialog.TerminationReason);
        Assert.Equal(1, fixture.Events.Count(e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.True(
            fixture.Events.FindIndex(e => e.StartsWith("Terminated", StringComparison.Ordinal))
                > fixture.Events.IndexOf("RequestWithin ACK >")
        );
    }

    [Fact]
    public void An_early_dialog_is_ended_by_cancelling_its_branches()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call => call.Ring();
        fixture.Carol.OnInvite = call => call.Ring();
        ScriptedCall call = fixture.Call("bob-carol");
        fixture.Run(2);
        Assert.True(fixture.Dialogs.Terminate(fixture.Dialog.Id.Entry, fixture.Dialog.Id.Id, "no credit"));
        fixture.Run(2);

        Assert.Equal(487, call.Status);
        Assert.True(fixture.Bob.Calls[0].IsCancelReceived);
        Assert.True(fixture.Carol.Calls[0].IsCancelReceived);
        Assert.Equal("no credit", fixture.Dialog.TerminationReason);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.False(fixture.Dialog.Terminate("again"));
    }
}
