using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Api;

/// <summary>200 against CANCEL (RFC 5407 3.1.2): the callee answers although the caller has given up, and the caller's BYE does not arrive.</summary>
public class RaceConditionTests
{
    [Theory]
    [InlineData(DialogFlags.EndOnRaceCondition, 5, "SIP Race Condition")]
    [InlineData(DialogFlags.None, 12 * 3600, null)]
    public void With_end_on_race_condition_the_call_gets_the_race_delay_and_no_more(DialogFlags flags, int lifetime, string? reason)
    {
        using var fixture = new CallFixture(flags: flags);
        fixture.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Network.Interceptor = static packet =>
            packet.Is("BYE") && packet.From.Name == "10.0.1.1" ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call().CancelAfter(TimeSpan.FromSeconds(1));
        fixture.Run(4);
        Assert.True(fixture.Dialog.WasCancelled);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Equal(TimeSpan.FromSeconds(lifetime), fixture.Dialog.Timeout);
        fixture.Dialog.Timeout = TimeSpan.FromHours(5);
        fixture.Run(4);
        Assert.Equal(reason is not null, fixture.Dialog.State == DialogState.Deleted);
        Assert.Equal(reason, fixture.Dialog.TerminationReason);
        Assert.Equal(reason is not null, fixture.Recorder.Find("BYE", "10.0.0.1", "10.0.1.1").Any());
        Assert.Equal(reason is not null, fixture.Story.Contains("Terminated", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_race_that_the_parties_settle_by_themselves_ends_by_their_BYE(bool lossy)
    {
        using var fixture = new CallFixture(flags: DialogFlags.EndOnRaceCondition);
        if (lossy)
            fixture.Network.Conditions = LinkConditions.Losing(0.2);
        fixture.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Call().CancelAfter(TimeSpan.FromSeconds(1));
        fixture.Run(4);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("Downstream BYE", fixture.Dialog.TerminationReason);
        Assert.Equal(0, fixture.Recorder.Count("BYE", "10.0.0.1", "10.0.1.1"));
    }

    [Fact]
    public void A_BYE_in_the_early_state_against_the_200_is_a_race_too()
    {
        using var fixture = new CallFixture(flags: DialogFlags.EndOnRaceCondition);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "BYE")
                request.Respond(481);
        }; // it has answered already
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(0.5);
        call.SendRequest("BYE");
        fixture.Run(3);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Bob.OnRequest = null;
        fixture.Run(5);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("SIP Race Condition", fixture.Dialog.TerminationReason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void BYEs_of_both_ends_and_of_the_proxy_may_all_cross(ulong seed)
    {
        using var fixture = new CallFixture(seed: seed);
        fixture.Network.Conditions = LinkConditions.Bad(0.1);
        ScriptedCall call = fixture.Call();
        fixture.Run(5);
        call.Bye();
        fixture.Bob.Calls[0].Bye();
        fixture.Dialog.Terminate("all at once");
        fixture.Run(100);
        Assert.True(call.IsOver);
        Assert.True(fixture.Bob.Calls[0].IsOver);
        Assert.Equal("all at once", fixture.Dialog.TerminationReason);
        Assert.Equal(1, fixture.Events.Count(static e => e.StartsWith("Terminated", StringComparison.Ordinal)));
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(0, fixture.Proxy.LocalRequests.Pending);
    }

    [Fact]
    public void ReINVITEs_of_both_ends_that_cross_are_both_relayed_and_tried_again()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        _ = fixture.Dialog.SendSequentialAsync("OPTIONS", toCaller: true);
        _ = fixture.Dialog.SendSequentialAsync("OPTIONS", toCaller: false); // both spaces are renumbered
        fixture.Run(1);
        call.ReInvite();
        fixture.Bob.Calls[0].ReInvite();
        fixture.Run(10);
        Assert.Equal(4, fixture.Recorder.Count("491 INVITE")); // each passes the proxy
        Assert.Equal(4, fixture.Recorder.Find("200 INVITE", from: "10.0.0.1").Select(static m => (m.To, m.CSeq)).Distinct().Count() + 1);
        Assert.Equal((CallState.Established, CallState.Established), (call.State, fixture.Bob.Calls[0].State));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_late_200_after_a_failure_is_in_all_that_the_call_was_in_and_counts_against_the_limits(int others)
    {
        CallFixture? made = null;
        using CallFixture fixture = made = new(
            static options =>
            {
                options.ProfilesWithValue.Add("caller; room");
                options.ProfilesWithoutValue.Add("calls");
            },
            route: async context =>
            {
                await made!.Route(context);
                if (context.IsInDialog || made.All.Count > 1)
                    return;
                await Task.Delay(TimeSpan.FromSeconds(1), made.Clock, TestContext.Current.CancellationToken);
                context.Reply(480);
            }
        );
        fixture.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        // The caller that has given up hangs up at once: here it never gets to.
        fixture.Network.Interceptor = static packet =>
            packet.From.Name == "10.0.1.1" && packet.Bytes.StartsWith("BYE"u8) ? PacketFate.Drop : PacketFate.Pass;
        DialogProfile room = fixture.Dialogs.FindProfile("room")!;
        room.Limit = 1;
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type != DialogCallbackTypes.Created)
                return;
            dialog.Profiles.Set("caller", "al|ce#");
            dialog.Profiles.Set("room", "one");
            dialog.Profiles.Set("calls");
        };
        fixture.Call();
        fixture.Run(1.5);
        Assert.Equal((DialogState.Deleted, 0, 0), (fixture.Dialog.State, room.Size(), fixture.Dialogs.FindProfile("calls")!.Size()));
        if (others > 0)
        {
            fixture.Call("carol"); // takes the place that is free meanwhile
            fixture.Run(0.1);
        }

        fixture.Run(1.5);
        Assert.Contains("Confirmed", fixture.Story, StringComparison.Ordinal);
        Assert.Equal(["calls", "caller", "room"], fixture.Dialog.Profiles.ToList().Select(static m => m.Profile.Name).Order());
        Assert.Equal(1, fixture.Dialogs.FindProfile("caller")!.Size("al|ce#") - others);
        Assert.Equal((1 + others, 1 + others), (room.Size("one"), fixture.Dialogs.FindProfile("calls")!.Size()));
        fixture.Dialog.Terminate();
        fixture.Run(60);
        Assert.Equal(others, room.Size("one"));
    }

    [Fact]
    public void A_late_200_after_a_failure_makes_the_call_whole_again_with_its_profiles()
    {
        CallFixture? made = null;
        using CallFixture fixture = made = new(
            static options => options.ProfilesWithValue.Add("caller"),
            route: async context =>
            {
                if (context.IsInDialog)
                {
                    await made!.Route(context);
                    return;
                }

                await made!.Route(context);
                await Task.Delay(TimeSpan.FromSeconds(1), made.Clock, TestContext.Current.CancellationToken);
                context.Reply(480);
            }
        );
        fixture.Bob.OnInvite = static call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type is DialogCallbackTypes.Created or DialogCallbackTypes.Confirmed)
                dialog.Profiles.Set("caller", "alice");
        };
        fixture.Call();
        fixture.Run(1.5);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size());
        fixture.Run(1);
        Assert.Contains("Failed", fixture.Story, StringComparison.Ordinal);
        Assert.Contains("Confirmed", fixture.Story, StringComparison.Ordinal);
        if (fixture.Dialog.State == DialogState.Confirmed)
            Assert.Equal(1, fixture.Dialogs.FindProfile("caller")!.Size());
        fixture.Run(60);
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size());
    }
}
