using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Timers;

public class TimerTests
{
    [Fact]
    public void The_lifetime_is_twelve_hours_unless_said()
    {
        using var bench = new CallBench();
        bench.Call();
        bench.Run(1);
        Assert.Equal(TimeSpan.FromHours(12), bench.Dialog.Timeout);
        bench.Run(12 * 3600 - 2);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(2);

        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
    }

    [Fact]
    public void The_lifetime_can_be_changed_at_any_time()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(10));
        };
        bench.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Early)
                dialog.Timeout = TimeSpan.FromSeconds(100);
        };
        bench.Call();
        bench.Run(30);
        Assert.InRange(bench.Dialog.RemainingLifetime.TotalSeconds, 79, 81);
        bench.Dialog.Timeout = TimeSpan.FromSeconds(600);
        bench.Run(590);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Dialog.Timeout = TimeSpan.FromSeconds(2);
        bench.Run(3);

        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Contains("Expired", bench.Events);
        Assert.Equal(TimeSpan.Zero, bench.Dialog.RemainingLifetime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3e9)]
    public void An_impossible_lifetime_is_refused(double seconds)
    {
        using var bench = new CallBench();
        bench.Call();
        bench.Run(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => bench.Dialog.Timeout = TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void With_bye_on_timeout_the_end_is_terminated_and_not_expired()
    {
        using var bench = new CallBench(options => options.DefaultTimeout = TimeSpan.FromSeconds(20), DialogFlags.ByeOnTimeout);
        bench.Call();
        bench.Run(60);

        Assert.Contains("Terminated", bench.Events);
        Assert.DoesNotContain("Expired", bench.Events);
        Assert.Equal("Lifetime Timeout", bench.Dialog.TerminationReason);
        Assert.Equal(1, bench.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void Unless_told_otherwise_the_end_of_the_lifetime_ends_the_call_both_ways()
    {
        using var bench = new CallBench(options =>
        {
            options.ByeOnTimeout = new DialogOptions().ByeOnTimeout;
            options.DefaultTimeout = TimeSpan.FromSeconds(20);
        });
        ScriptedCall call = bench.Call();
        bench.Run(60);

        Assert.Single(bench.Recorder.Find("BYE", from: "10.0.0.1", to: "10.0.1.1"));
        Assert.Single(bench.Recorder.Find("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.True(call.IsOver);
        Assert.True(bench.Bob.Calls[0].IsOver);
        Assert.True(bench.Dialog.Flags.HasFlag(DialogFlags.ByeOnTimeout));
        Assert.Contains("Terminated", bench.Events);
        Assert.DoesNotContain("Expired", bench.Events);
        Assert.Equal(1, bench.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void Without_the_flag_and_the_option_the_parties_talk_on_after_the_lifetime()
    {
        using var bench = new CallBench(options =>
        {
            options.ByeOnTimeout = false;
            options.DefaultTimeout = TimeSpan.FromSeconds(20);
        });
        ScriptedCall call = bench.Call();
        bench.Run(60);

        Assert.Empty(bench.Recorder.Find("BYE"));
        Assert.True(call.IsUp);
        Assert.Contains("Expired", bench.Events);
    }

    [Fact]
    public void Catalogue_20_a_call_whose_ack_never_comes_ends_after_the_no_ack_timeout()
    {
        using var bench = new CallBench(options => options.NoAckTimeout = TimeSpan.FromSeconds(60));
        bench.Network.Interceptor = static packet => packet.Label == "ACK" || packet.Label == "BYE" ? PacketFate.Drop : PacketFate.Pass;
        bench.Call();
        bench.Run(59);
        Assert.Equal(DialogState.ConfirmedNoAck, bench.Dialog.State);
        bench.Run(2);

        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("No ACK", bench.Dialog.TerminationReason);
    }

    [Fact]
    public void Catalogue_20_a_call_that_rings_for_ever_ends_after_the_early_timeout()
    {
        using var bench = new CallBench(options => options.EarlyTimeout = TimeSpan.FromSeconds(90));
        bench.Alice.RingLimit = TimeSpan.FromHours(1);
        bench.Bob.RingLimit = TimeSpan.FromHours(1);
        bench.Bob.OnInvite = call => call.Ring();
        ScriptedCall call = bench.Call();
        bench.Run(89);
        Assert.Equal(DialogState.Early, bench.Dialog.State);
        bench.Run(2);

        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal("No Answer", bench.Dialog.TerminationReason);
        Assert.Equal(487, call.Status);
        Assert.Equal(1, bench.Events.Count(e => e.StartsWith("Failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_ended_dialog_stays_for_the_delete_delay_at_least_64_T1()
    {
        using var bench = new CallBench(options => options.DeleteDelay = TimeSpan.FromSeconds(1));
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.Equal(TimeSpan.FromSeconds(32), bench.Dialog.DeleteDelay);
        call.Bye();
        bench.Run(31);
        Assert.NotNull(bench.Dialogs.Find(bench.Dialog.Id));
        bench.Run(2);

        Assert.Null(bench.Dialogs.Find(bench.Dialog.Id));
        Assert.EndsWith("Destroy", bench.Story);
    }

    [Fact]
    public void The_delete_delay_of_one_dialog_can_be_longer()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Dialog.DeleteDelay = TimeSpan.FromSeconds(300);
        call.Bye();
        bench.Run(299);
        Assert.NotNull(bench.Dialogs.Find(bench.Dialog.Id));
        bench.Run(3);

        Assert.Null(bench.Dialogs.Find(bench.Dialog.Id));
    }

    [Fact]
    public void A_dialog_that_is_gone_leaves_no_timer_behind()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        call.Bye();
        bench.Run(120);

        Assert.Equal(0, bench.Proxy.Transactions.Timers.SharedCount);
    }
}
