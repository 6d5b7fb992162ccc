using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Timers;

public class TimerTests
{
    [Fact]
    public void The_lifetime_is_twelve_hours_unless_said()
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        Assert.Equal(TimeSpan.FromHours(12), fixture.Dialog.Timeout);
        fixture.Run(12 * 3600 - 2);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(2);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
    }

    [Fact]
    public void The_lifetime_can_be_changed_at_any_time()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(10));
        };
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Early)
                dialog.Timeout = TimeSpan.FromSeconds(100);
        };
        fixture.Call();
        fixture.Run(30);
        Assert.InRange(fixture.Dialog.RemainingLifetime.TotalSeconds, 79, 81);
        fixture.Dialog.Timeout = TimeSpan.FromSeconds(600);
        fixture.Run(590);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Dialog.Timeout = TimeSpan.FromSeconds(2);
        fixture.Run(3);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Contains("Expired", fixture.Events);
        Assert.Equal(TimeSpan.Zero, fixture.Dialog.RemainingLifetime);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3e9)]
    public void An_impossible_lifetime_is_refused(double seconds)
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => fixture.Dialog.Timeout = TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void With_bye_on_timeout_the_end_is_terminated_and_not_expired()
    {
        using var fixture = new CallFixture(options => options.DefaultTimeout = TimeSpan.FromSeconds(20), DialogFlags.ByeOnTimeout);
        fixture.Call();
        fixture.Run(60);

        Assert.Contains("Terminated", fixture.Events);
        Assert.DoesNotContain("Expired", fixture.Events);
        Assert.Equal("Lifetime Timeout", fixture.Dialog.TerminationReason);
        Assert.Equal(1, fixture.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void Unless_told_otherwise_the_end_of_the_lifetime_ends_the_call_both_ways()
    {
        using var fixture = new CallFixture(options =>
        {
            options.ByeOnTimeout = new DialogOptions().ByeOnTimeout;
            options.DefaultTimeout = TimeSpan.FromSeconds(20);
        });
        ScriptedCall call = fixture.Call();
        fixture.Run(60);

        Assert.Single(fixture.Recorder.Find("BYE", from: "10.0.0.1", to: "10.0.1.1"));
        Assert.Single(fixture.Recorder.Find("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.True(call.IsOver);
        Assert.True(fixture.Bob.Calls[0].IsOver);
        Assert.True(fixture.Dialog.Flags.HasFlag(DialogFlags.ByeOnTimeout));
        Assert.Contains("Terminated", fixture.Events);
        Assert.DoesNotContain("Expired", fixture.Events);
        Assert.Equal(1, fixture.Dialogs.Statistics.ExpiredDialogs);
    }

    [Fact]
    public void Without_the_flag_and_the_option_the_parties_talk_on_after_the_lifetime()
    {
        using var fixture = new CallFixture(options =>
        {
            options.ByeOnTimeout = false;
            options.DefaultTimeout = TimeSpan.FromSeconds(20);
        });
        ScriptedCall call = fixture.Call();
        fixture.Run(60);

        Assert.Empty(fixture.Recorder.Find("BYE"));
        Assert.True(call.IsUp);
        Assert.Contains("Expired", fixture.Events);
    }

    [Fact]
    public void Catalogue_20_a_call_whose_ack_never_comes_ends_after_the_no_ack_timeout()
    {
        using var fixture = new CallFixture(options => options.NoAckTimeout = TimeSpan.FromSeconds(60));
        fixture.Network.Interceptor = static packet => packet.Label == "ACK" || packet.Label == "BYE" ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call();
        fixture.Run(59);
        Assert.Equal(DialogState.ConfirmedNoAck, fixture.Dialog.State);
        fixture.Run(2);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("No ACK", fixture.Dialog.TerminationReason);
    }

    [Fact]
    public void Catalogue_20_a_call_that_rings_for_ever_ends_after_the_early_timeout()
    {
        using var fixture = new CallFixture(options => options.EarlyTimeout = TimeSpan.FromSeconds(90));
        fixture.Alice.RingLimit = TimeSpan.FromHours(1);
        fixture.Bob.RingLimit = TimeSpan.FromHours(1);
        fixture.Bob.OnInvite = call => call.Ring();
        ScriptedCall call = fixture.Call();
        fixture.Run(89);
        Assert.Equal(DialogState.Early, fixture.Dialog.State);
        fixture.Run(2);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal("No Answer", fixture.Dialog.TerminationReason);
        Assert.Equal(487, call.Status);
        Assert.Equal(1, fixture.Events.Count(e => e.StartsWith("Failed", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_ended_dialog_stays_for_the_delete_delay_at_least_64_T1()
    {
        using var fixture = new CallFixture(options => options.DeleteDelay = TimeSpan.FromSeconds(1));
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(TimeSpan.FromSeconds(32), fixture.Dialog.DeleteDelay);
        call.Bye();
        fixture.Run(31);
        Assert.NotNull(fixture.Dialogs.Find(fixture.Dialog.Id));
        fixture.Run(2);

        Assert.Null(fixture.Dialogs.Find(fixture.Dialog.Id));
        Assert.EndsWith("Destroy", fixture.Story);
    }

    [Fact]
    public void The_delete_delay_of_one_dialog_can_be_longer()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Dialog.DeleteDelay = TimeSpan.FromSeconds(300);
        call.Bye();
        fixture.Run(299);
        Assert.NotNull(fixture.Dialogs.Find(fixture.Dialog.Id));
        fixture.Run(3);

        Assert.Null(fixture.Dialogs.Find(fixture.Dialog.Id));
    }

    [Fact]
    public void A_dialog_that_is_gone_leaves_no_timer_behind()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.Bye();
        fixture.Run(120);

        Assert.Equal(0, fixture.Proxy.Transactions.Timers.SharedCount);
    }
}
