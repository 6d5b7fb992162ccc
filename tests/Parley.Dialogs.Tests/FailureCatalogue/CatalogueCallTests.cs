using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

/// <summary>Rows of the failure catalogue that are told by whole calls; Rows.tsv says where the others are.</summary>
public class CatalogueCallTests
{
    [Fact]
    public void Row_4_two_proxies_number_their_dialogs_from_different_starts()
    {
        using var one = new CallFixture(seed: 1);
        using var other = new CallFixture(seed: 2);
        foreach (CallFixture fixture in new[] { one, other })
        {
            fixture.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Set("Call-ID", "the-same@on-both"));
            fixture.Run(1);
        }

        Assert.Equal(one.Dialog.CallId, other.Dialog.CallId);
        Assert.Equal(one.Dialog.Id.Entry, other.Dialog.Id.Entry);
        Assert.NotEqual(one.Dialog.Id.Id, other.Dialog.Id.Id);
    }

    [Fact]
    public void Row_6_both_dialogs_of_a_spiral_that_was_challenged_are_gone_after_their_delay()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            context.CreateDialog();
            context.RecordRoute();
            bool loops = SipUriView.TryParse(context.RequestUriText, out SipUriView uri) && uri.UserText == "loop";
            context.AddTarget(SipUri.Parse(loops ? "sip:bob@10.0.0.1" : self!.Bob.Contact));
            await context.RelayAsync();
        });
        self = fixture;
        fixture.Bob.OnInvite = static call => call.Reject(407);
        ScriptedCall call = fixture.Call("loop");
        fixture.Run(1);
        Assert.Equal(407, call.Status);
        Assert.Equal(2, fixture.All.Count);
        Assert.Equal(2, fixture.Dialogs.Dialogs(includeDeleted: true).Count());
        fixture.Run(60);
        Assert.Equal(2, fixture.Events.Count(static e => e == "Failed 407 <"));
        Assert.Equal(2, fixture.Events.Count(static e => e == "Destroy"));
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    [Fact]
    public void Row_10_a_branch_that_loses_ends_nothing_and_the_last_one_fails_the_call()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(1), 486);
        };
        fixture.Carol.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Call("bob-carol");
        fixture.Run(1.5);
        Assert.Equal(DialogState.Early, fixture.Dialog.State);
        fixture.Run(3);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.DoesNotContain("Failed", fixture.Story, StringComparison.Ordinal);

        fixture.Carol.OnInvite = static call =>
        {
            call.Ring();
            call.RejectAfter(TimeSpan.FromSeconds(3), 480);
        };
        fixture.Events.Clear();
        fixture.Call("bob-carol");
        fixture.Run(2);
        Assert.DoesNotContain("Failed", fixture.Story, StringComparison.Ordinal);
        fixture.Run(3);
        Assert.Single(fixture.Events, static e => e.StartsWith("Failed", StringComparison.Ordinal));
    }

    [Fact]
    public void Row_12_a_PRACK_that_comes_after_the_200_reaches_its_leg()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183);
            call.Answer();
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(0.3);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Events.Clear();
        SentRequest prack = call.SendRequest("PRACK", static request => request.Add("RAck", "1 1 INVITE"));
        fixture.Run(1);
        Assert.StartsWith("RequestWithin PRACK >, ResponseWithin", fixture.Story, StringComparison.Ordinal);
        Assert.Equal(1, fixture.Recorder.Count("PRACK", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.True(prack.IsDone);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Row_15_requests_after_a_race_of_CANCEL_and_200_find_a_dialog_that_can_still_be_read()
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithValue.Add("caller"));
        fixture.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        var read = new List<string>();
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.Values.Set("mine", "1");
            if (dialog.State == DialogState.Deleted && type == DialogCallbackTypes.RequestWithin)
                read.Add(
                    $"{dialog.Values["mine"]} {dialog.Profiles.Set("caller", "x")} {dialog.Terminate()} {dialog.On(DialogCallbackTypes.Destroy, static (_, _, _) => { })}"
                );
        };
        fixture.Call().CancelAfter(TimeSpan.FromSeconds(1));
        fixture.Run(5);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        SentRequest info = fixture.Bob.Calls[0].SendRequest("INFO", dialog: fixture.Bob.Calls[0].Dialogs[0]);
        fixture.Run(1);
        Assert.True(info.IsDone);
        Assert.Equal(["1 False False False"], read);
        Assert.DoesNotContain(fixture.Log.Lines, static line => line.StartsWith("Error", StringComparison.Ordinal));
        fixture.Run(60);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    [Fact]
    public void Row_22_the_BYE_after_a_challenged_BYE_is_routed()
    {
        using var fixture = new CallFixture();
        int challenges = 0;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method == "BYE" && challenges++ == 0)
                request.Respond(407);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        SentRequest first = call.SendRequest("BYE");
        fixture.Run(1);
        Assert.Equal(407, first.Status);
        SentRequest second = call.SendRequest("BYE", dialog: call.Dialogs[0]);
        fixture.Run(1);
        Assert.Equal(200, second.Status);
        Assert.Equal(2, fixture.Recorder.Count("BYE", to: "10.0.2.1"));
        Assert.Single(fixture.Events, static e => e.StartsWith("Terminated", StringComparison.Ordinal));
    }

    [Fact]
    public void Row_23_a_BYE_while_a_re_INVITE_is_pending_ends_the_call_and_leaves_nothing()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.ReInvite();
        fixture.Run(0.2);
        SentRequest bye = call.SendRequest("BYE");
        fixture.Run(1);
        Assert.Equal(200, bye.Status);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        fixture.Run(600);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(0, fixture.Proxy.PendingRequests);
        Assert.Equal((0, 0), (fixture.Proxy.Transactions.ServerTransactionCount, fixture.Proxy.Transactions.ClientTransactionCount));
    }

    [Fact]
    public void Row_38_a_request_from_a_new_flow_is_where_the_leg_is_reached_from_then_on()
    {
        using var fixture = new CallFixture();
        ScriptedUserAgent erin = fixture.Add("erin", "10.0.1.5");
        erin.Protocol = Parley.Transport.SipProtocol.Tcp;
        erin.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        ScriptedCall call = erin.Invite("sip:bob@10.0.0.1");
        fixture.Run(1);
        long before = fixture.Dialog.Caller.Flow.ConnectionId;
        Assert.NotEqual(0, before);
        ((SimulatedTransport)fixture.Proxy.Transport).CloseConnection(before);
        fixture.Run(1);
        call.SendRequest("INFO");
        fixture.Run(1);
        long after = fixture.Dialog.Caller.Flow.ConnectionId;
        Assert.NotEqual(before, after);
        Assert.NotEqual(0, after);
        Assert.True(fixture.Dialog.Terminate());
    }

    [Fact]
    public void Row_41_a_lifetime_set_inside_the_handler_of_the_end_keeps_no_dialog()
    {
        using var fixture = new CallFixture(static options => options.DefaultTimeout = TimeSpan.FromSeconds(30));
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type is not (DialogCallbackTypes.Expired or DialogCallbackTypes.Terminated))
                return;
            dialog.Timeout = TimeSpan.FromHours(1);
            dialog.DeleteDelay = TimeSpan.FromSeconds(40);
        };
        fixture.Call();
        fixture.Call().ByeAfter(TimeSpan.FromSeconds(10));
        fixture.Run(31);
        Assert.All(fixture.All, static dialog => Assert.Equal(DialogState.Deleted, dialog.State));
        fixture.Run(50);
        Assert.Equal(2, fixture.Events.Count(static e => e == "Destroy"));
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    [Fact]
    public void Row_60_ending_a_profile_gives_each_dialog_a_result_of_its_own()
    {
        using var fixture = new CallFixture(static options => options.ProfilesWithValue.Add("caller"));
        bool underLock = false;
        fixture.OnCallback = (dialog, type, _) =>
        {
            underLock |= dialog.Lock.IsHeldByCurrentThread;
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("caller", "alice");
            if (type == DialogCallbackTypes.Terminated && dialog == fixture.All[0])
                throw new InvalidOperationException("my mistake");
        };
        fixture.Call();
        fixture.Call();
        fixture.Carol.OnInvite = static call => call.Ring();
        fixture.Call("carol");
        fixture.Run(2);
        IReadOnlyList<DialogEnding> results = fixture.Dialogs.FindProfile("caller")!.EndAll("alice", "house cleaning");
        Assert.Equal(fixture.All.ToHashSet(), results.Select(static r => r.Dialog).ToHashSet());
        Assert.All(results, static r => Assert.True(r.Ended && r.Failure is null));
        fixture.Run(40);
        Assert.All(
            fixture.All,
            static dialog => Assert.Equal((DialogState.Deleted, "house cleaning"), (dialog.State, dialog.TerminationReason))
        );
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size());
        Assert.False(underLock);
    }
}
