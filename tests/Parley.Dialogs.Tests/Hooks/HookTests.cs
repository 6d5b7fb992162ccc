using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Hooks;

public class HookTests
{
    private static readonly Action<DialogOptions> TenSeconds = static options => options.DefaultTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public void An_answered_call_runs_event_callback_and_hook_in_the_fields_order()
    {
        using CallFixture fixture = Fixture();
        fixture.Dialogs.OnAnswer((dialog, message) => fixture.Events.Add($"answer {message?.StatusCode} {dialog.State}"));
        fixture.Dialogs.OnHangup(
            (dialog, message) => fixture.Events.Add($"hangup {message?.Method} {dialog.State} {dialog.Profiles.Contains("calls")}")
        );
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.OnAnswer((one, _) => fixture.Events.Add($"own answer {ReferenceEquals(one, fixture.Dialogs.Current)}"));
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
            if (type == DialogCallbackTypes.Terminated)
                fixture.Events.Add($"in profile {dialog.Profiles.Contains("calls")}");
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        call.Bye();
        fixture.Run(60);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, 1-2, Early 180 <, ResponseForwarded 200 <, 2-3, Confirmed 200 <, answer 200 ConfirmedNoAck, own answer True, "
                + "3-4, RequestWithin ACK >, 4-5, hangup Bye Deleted True, Terminated BYE >, in profile False, Destroy",
            fixture.Story
        );
    }

    [Fact]
    public void A_call_that_fails_has_neither_answer_nor_hangup()
    {
        using CallFixture fixture = Fixture();
        fixture.Dialogs.OnAnswer((_, _) => fixture.Events.Add("answer"));
        fixture.Dialogs.OnHangup((_, _) => fixture.Events.Add("hangup"));
        fixture.Bob.OnInvite = ringing => ringing.Reject(486);
        fixture.Call();
        fixture.Run(2);

        Assert.Equal("Created INVITE >, ResponseForwarded 486 <, 1-5, Failed 486 <", fixture.Story);
    }

    [Fact]
    public void A_timeout_hook_that_sets_a_new_lifetime_keeps_the_call_up()
    {
        using CallFixture fixture = Fixture(TenSeconds);
        int runs = 0;
        TimeSpan? left = null;
        fixture.Dialogs.OnTimeout(
            (dialog, message) =>
            {
                Assert.Null(message);
                left = dialog.RemainingLifetime;
                if (++runs < 3)
                    dialog.Timeout = TimeSpan.FromSeconds(20);
            }
        );
        fixture.Call();
        fixture.Run(11);
        Assert.Equal(1, runs);
        Assert.Equal(TimeSpan.Zero, left);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(20);
        Assert.Equal(2, runs);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.Null(fixture.Dialog.TerminationReason);
        fixture.Run(20);

        Assert.Equal(3, runs);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("Lifetime Timeout", fixture.Dialog.TerminationReason);
        Assert.Equal(1, fixture.Dialogs.Statistics.ExpiredDialogs);
        Assert.Equal(1, fixture.Events.Count(e => e == "Expired"));
    }

    [Fact]
    public void Catalogue_41_a_lifetime_set_again_inside_its_own_timeout_leaves_nothing_behind()
    {
        using CallFixture fixture = Fixture(TenSeconds);
        fixture.Dialogs.OnTimeout((dialog, _) => dialog.Timeout = TimeSpan.FromSeconds(5));
        ScriptedCall call = fixture.Call();
        fixture.Run(31);
        Assert.True(call.IsUp);
        call.Bye();
        fixture.Run(100);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(1, fixture.Events.Count(e => e == "Destroy"));
        Assert.Equal(0, fixture.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void An_expired_call_runs_timeout_then_hangup_then_expired()
    {
        using CallFixture fixture = Fixture(TenSeconds);
        fixture.Dialogs.OnTimeout((dialog, _) => fixture.Events.Add($"timeout {dialog.State}"));
        fixture.Dialogs.OnHangup((_, message) => fixture.Events.Add($"hangup {message is null}"));
        fixture.Call();
        fixture.Run(2);
        fixture.Events.Clear();
        fixture.Run(12);

        Assert.Equal("timeout Confirmed, 4-5, hangup True, Expired", fixture.Story);
    }

    [Fact]
    public void With_bye_on_timeout_the_hook_comes_before_the_byes_and_the_end_is_terminated()
    {
        using CallFixture fixture = Fixture(TenSeconds, DialogFlags.ByeOnTimeout);
        int runs = 0;
        fixture.Dialogs.OnTimeout(
            (dialog, _) =>
            {
                if (++runs == 1)
                    dialog.Timeout = TimeSpan.FromSeconds(10);
                else
                    fixture.Events.Add("timeout");
            }
        );
        fixture.Dialogs.OnHangup((_, message) => fixture.Events.Add($"hangup {message is null}"));
        fixture.Call();
        fixture.Run(15);
        Assert.Equal(0, fixture.Recorder.Count("BYE"));
        fixture.Events.Clear();
        fixture.Run(10);

        Assert.Equal("timeout, 4-5, hangup True, Terminated", fixture.Story);
        Assert.Equal("Lifetime Timeout", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void A_timeout_hook_may_end_the_call_itself()
    {
        using CallFixture fixture = Fixture(TenSeconds);
        fixture.Dialogs.OnTimeout((dialog, _) => dialog.Terminate("credit exhausted"));
        fixture.Call();
        fixture.Run(50);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.DoesNotContain("Lifetime", fixture.Dialog.TerminationReason, StringComparison.Ordinal);
        Assert.Equal(1, fixture.Events.Count(e => e.StartsWith("Terminated", StringComparison.Ordinal) || e == "Expired"));
    }

    [Fact]
    public void A_hook_or_handler_that_throws_is_logged_and_the_others_run()
    {
        using CallFixture fixture = Fixture();
        bool reached = false;
        fixture.Dialogs.StateChanged += (_, _) => throw new InvalidOperationException("handler");
        fixture.Dialogs.OnAnswer((_, _) => throw new InvalidOperationException("hook"));
        fixture.Dialogs.OnAnswer((_, _) => reached = true);
        ScriptedCall call = fixture.Call();
        fixture.Run(2);

        Assert.True(reached);
        Assert.True(call.IsUp);
        Assert.Contains(
            fixture.Log.Lines,
            line =>
                line.StartsWith("Error 5031", StringComparison.Ordinal)
                && line.Contains(fixture.Dialog.Id.ToString(), StringComparison.Ordinal)
        );
        Assert.Contains(fixture.Log.Lines, line => line.StartsWith("Error 5032", StringComparison.Ordinal));
    }

    [Fact]
    public void The_state_event_carries_the_fields_parameters_and_a_late_answer_is_a_change_too()
    {
        using CallFixture fixture = Fixture();
        var seen = new List<DialogStateChangedEventArgs>();
        fixture.Dialogs.StateChanged += (_, change) => seen.Add(change);
        ScriptedCall call = fixture.Call();
        fixture.Run(2);

        Dialog dialog = fixture.Dialog;
        Assert.Equal(
            [
                (DialogState.Unconfirmed, DialogState.Early),
                (DialogState.Early, DialogState.ConfirmedNoAck),
                (DialogState.ConfirmedNoAck, DialogState.Confirmed),
            ],
            seen.Select(c => (c.OldState, c.NewState))
        );
        Assert.All(
            seen,
            change =>
            {
                Assert.Equal(dialog.Id, change.Id);
                Assert.Equal(call.CallId, change.CallId);
                Assert.Equal(dialog.FromTag, change.FromTag);
                Assert.Equal(fixture.Bob.Calls[0].LocalTag, change.ToTag);
            }
        );
    }

    [Fact]
    public void Hooks_are_not_null()
    {
        using CallFixture fixture = Fixture();
        Assert.Throws<ArgumentNullException>(() => fixture.Dialogs.OnAnswer(null!));
        Assert.Throws<ArgumentNullException>(() => fixture.Dialogs.OnTimeout(null!));
        Assert.Throws<ArgumentNullException>(() => fixture.Dialogs.OnHangup(null!));
    }

    private static CallFixture Fixture(Action<DialogOptions>? configure = null, DialogFlags flags = DialogFlags.None)
    {
        var fixture = new CallFixture(
            options =>
            {
                options.ProfilesWithoutValue.Add("calls");
                configure?.Invoke(options);
            },
            flags
        );
        fixture.Dialogs.StateChanged += (_, change) => fixture.Events.Add($"{(int)change.OldState}-{(int)change.NewState}");
        return fixture;
    }
}
