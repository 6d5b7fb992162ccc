using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Hooks;

public class HookTests
{
    private static readonly Action<DialogOptions> TenSeconds = static options => options.DefaultTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public void An_answered_call_runs_event_callback_and_hook_in_the_fields_order()
    {
        using CallBench bench = Bench();
        bench.Dialogs.OnAnswer((dialog, message) => bench.Events.Add($"answer {message?.StatusCode} {dialog.State}"));
        bench.Dialogs.OnHangup(
            (dialog, message) => bench.Events.Add($"hangup {message?.Method} {dialog.State} {dialog.Profiles.Contains("calls")}")
        );
        bench.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Created)
                dialog.OnAnswer((one, _) => bench.Events.Add($"own answer {ReferenceEquals(one, bench.Dialogs.Current)}"));
            if (type == DialogCallbackTypes.Created)
                dialog.Profiles.Set("calls");
            if (type == DialogCallbackTypes.Terminated)
                bench.Events.Add($"in profile {dialog.Profiles.Contains("calls")}");
        };
        ScriptedCall call = bench.Call();
        bench.Run(2);
        call.Bye();
        bench.Run(60);

        Assert.Equal(
            "Created INVITE >, ResponseForwarded 180 <, 1-2, Early 180 <, ResponseForwarded 200 <, 2-3, Confirmed 200 <, answer 200 ConfirmedNoAck, own answer True, "
                + "3-4, RequestWithin ACK >, 4-5, hangup Bye Deleted True, Terminated BYE >, in profile False, Destroy",
            bench.Story
        );
    }

    [Fact]
    public void A_call_that_fails_has_neither_answer_nor_hangup()
    {
        using CallBench bench = Bench();
        bench.Dialogs.OnAnswer((_, _) => bench.Events.Add("answer"));
        bench.Dialogs.OnHangup((_, _) => bench.Events.Add("hangup"));
        bench.Bob.OnInvite = ringing => ringing.Reject(486);
        bench.Call();
        bench.Run(2);

        Assert.Equal("Created INVITE >, ResponseForwarded 486 <, 1-5, Failed 486 <", bench.Story);
    }

    [Fact]
    public void A_timeout_hook_that_sets_a_new_lifetime_keeps_the_call_up()
    {
        using CallBench bench = Bench(TenSeconds);
        int runs = 0;
        TimeSpan? left = null;
        bench.Dialogs.OnTimeout(
            (dialog, message) =>
            {
                Assert.Null(message);
                left = dialog.RemainingLifetime;
                if (++runs < 3)
                    dialog.Timeout = TimeSpan.FromSeconds(20);
            }
        );
        bench.Call();
        bench.Run(11);
        Assert.Equal(1, runs);
        Assert.Equal(TimeSpan.Zero, left);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(20);
        Assert.Equal(2, runs);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.Null(bench.Dialog.TerminationReason);
        bench.Run(20);

        Assert.Equal(3, runs);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("Lifetime Timeout", bench.Dialog.TerminationReason);
        Assert.Equal(1, bench.Dialogs.Statistics.ExpiredDialogs);
        Assert.Equal(1, bench.Events.Count(e => e == "Expired"));
    }

    [Fact]
    public void Catalogue_41_a_lifetime_set_again_inside_its_own_timeout_leaves_nothing_behind()
    {
        using CallBench bench = Bench(TenSeconds);
        bench.Dialogs.OnTimeout((dialog, _) => dialog.Timeout = TimeSpan.FromSeconds(5));
        ScriptedCall call = bench.Call();
        bench.Run(31);
        Assert.True(call.IsUp);
        call.Bye();
        bench.Run(100);

        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        Assert.Equal(1, bench.Events.Count(e => e == "Destroy"));
        Assert.Equal(0, bench.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void An_expired_call_runs_timeout_then_hangup_then_expired()
    {
        using CallBench bench = Bench(TenSeconds);
        bench.Dialogs.OnTimeout((dialog, _) => bench.Events.Add($"timeout {dialog.State}"));
        bench.Dialogs.OnHangup((_, message) => bench.Events.Add($"hangup {message is null}"));
        bench.Call();
        bench.Run(2);
        bench.Events.Clear();
        bench.Run(12);

        Assert.Equal("timeout Confirmed, 4-5, hangup True, Expired", bench.Story);
    }

    [Fact]
    public void With_bye_on_timeout_the_hook_comes_before_the_byes_and_the_end_is_terminated()
    {
        using CallBench bench = Bench(TenSeconds, DialogFlags.ByeOnTimeout);
        int runs = 0;
        bench.Dialogs.OnTimeout(
            (dialog, _) =>
            {
                if (++runs == 1)
                    dialog.Timeout = TimeSpan.FromSeconds(10);
                else
                    bench.Events.Add("timeout");
            }
        );
        bench.Dialogs.OnHangup((_, message) => bench.Events.Add($"hangup {message is null}"));
        bench.Call();
        bench.Run(15);
        Assert.Equal(0, bench.Recorder.Count("BYE"));
        bench.Events.Clear();
        bench.Run(10);

        Assert.Equal("timeout, 4-5, hangup True, Terminated", bench.Story);
        Assert.Equal("Lifetime Timeout", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void A_timeout_hook_may_end_the_call_itself()
    {
        using CallBench bench = Bench(TenSeconds);
        bench.Dialogs.OnTimeout((dialog, _) => dialog.Terminate("credit exhausted"));
        bench.Call();
        bench.Run(50);

        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.DoesNotContain("Lifetime", bench.Dialog.TerminationReason, StringComparison.Ordinal);
        Assert.Equal(1, bench.Events.Count(e => e.StartsWith("Terminated", StringComparison.Ordinal) || e == "Expired"));
    }

    [Fact]
    public void A_hook_or_handler_that_throws_is_logged_and_the_others_run()
    {
        using CallBench bench = Bench();
        bool reached = false;
        bench.Dialogs.StateChanged += (_, _) => throw new InvalidOperationException("handler");
        bench.Dialogs.OnAnswer((_, _) => throw new InvalidOperationException("hook"));
        bench.Dialogs.OnAnswer((_, _) => reached = true);
        ScriptedCall call = bench.Call();
        bench.Run(2);

        Assert.True(reached);
        Assert.True(call.IsUp);
        Assert.Contains(
            bench.Log.Lines,
            line =>
                line.StartsWith("Error 5031", StringComparison.Ordinal)
                && line.Contains(bench.Dialog.Id.ToString(), StringComparison.Ordinal)
        );
        Assert.Contains(bench.Log.Lines, line => line.StartsWith("Error 5032", StringComparison.Ordinal));
    }

    [Fact]
    public void The_state_event_carries_the_fields_parameters_and_a_late_answer_is_a_change_too()
    {
        using CallBench bench = Bench();
        var seen = new List<DialogStateChangedEventArgs>();
        bench.Dialogs.StateChanged += (_, change) => seen.Add(change);
        ScriptedCall call = bench.Call();
        bench.Run(2);

        Dialog dialog = bench.Dialog;
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
                Assert.Equal(bench.Bob.Calls[0].LocalTag, change.ToTag);
            }
        );
    }

    [Fact]
    public void Hooks_are_not_null()
    {
        using CallBench bench = Bench();
        Assert.Throws<ArgumentNullException>(() => bench.Dialogs.OnAnswer(null!));
        Assert.Throws<ArgumentNullException>(() => bench.Dialogs.OnTimeout(null!));
        Assert.Throws<ArgumentNullException>(() => bench.Dialogs.OnHangup(null!));
    }

    private static CallBench Bench(Action<DialogOptions>? configure = null, DialogFlags flags = DialogFlags.None)
    {
        var bench = new CallBench(
            options =>
            {
                options.ProfilesWithoutValue.Add("calls");
                configure?.Invoke(options);
            },
            flags
        );
        bench.Dialogs.StateChanged += (_, change) => bench.Events.Add($"{(int)change.OldState}-{(int)change.NewState}");
        return bench;
    }
}
