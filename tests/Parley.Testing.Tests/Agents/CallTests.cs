using Parley.Transport;
using Xunit;
using static Parley.Testing.Tests.Agents.TwoAgents;

namespace Parley.Testing.Tests.Agents;

public class CallTests
{
    private readonly TwoAgents _two = new();

    [Theory]
    [InlineData(SipProtocol.Udp)]
    [InlineData(SipProtocol.Tcp)]
    public void A_call_rings_is_answered_and_is_ended_by_the_caller(SipProtocol protocol)
    {
        var two = new TwoAgents(7, protocol);
        two.Bob.OnInvite = call =>
        {
            call.RingAfter(Seconds(0.1));
            call.AnswerAfter(Seconds(2));
        };
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        two.Run(1);
        Assert.Equal(CallState.Ringing, call.State);
        two.Run(2);
        Assert.Equal(CallState.Established, call.State);
        Assert.Equal(CallState.Established, two.BobCall.State);
        Assert.Equal(call.CallId, two.BobCall.CallId);
        call.Bye();
        two.Run(1);
        Assert.Equal((CallState.Ended, CallEnd.LocalBye, 200), (call.State, call.End, call.Status));
        Assert.Equal((CallState.Ended, CallEnd.RemoteBye), (two.BobCall.State, two.BobCall.End));
        two.SettleWithoutAnomalies();
        // Without a 100 Trying the caller repeats its INVITE over UDP only when nothing came within T1.
        Assert.Equal(["INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE"], two.Recorder.Messages.Select(m => m.Label));
        Assert.Equal(protocol == SipProtocol.Tcp ? 1 : 0, two.Network.Counters.Connections);
    }

    [Fact]
    public void The_callee_can_hang_up_and_both_can_at_once()
    {
        ScriptedCall first = _two.Alice.Invite(_two.BobUri);
        _two.Run(1);
        _two.BobCall.Bye();
        _two.Run(1);
        Assert.Equal(CallEnd.RemoteBye, first.End);
        ScriptedCall second = _two.Alice.Invite(_two.BobUri);
        _two.Run(1);
        second.Bye();
        _two.Bob.Calls[1].Bye();
        _two.Run(1);
        Assert.Equal((CallEnd.LocalBye, CallEnd.LocalBye), (second.End, _two.Bob.Calls[1].End));
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void A_callee_that_hangs_up_before_the_ACK_waits_for_it()
    {
        _two.Network.Interceptor = packet => packet.Is("ACK") && _two.Clock.Elapsed < Seconds(1) ? PacketFate.Drop : PacketFate.Pass;
        _two.Bob.OnInvite = call =>
        {
            call.Answer();
            call.Bye();
        };
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(0.4);
        Assert.Equal(0, _two.Recorder.Count("BYE"));
        _two.Run(3);
        Assert.Equal(CallEnd.RemoteBye, call.End);
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void A_caller_cancels_a_ringing_call()
    {
        _two.Bob.OnInvite = call => call.Ring();
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        call.CancelAfter(Seconds(3));
        _two.Run(4);
        Assert.Equal((CallEnd.Cancelled, 487), (call.End, call.Status));
        Assert.Equal((CallEnd.Cancelled, 487), (_two.BobCall.End, _two.BobCall.Status));
        Assert.Equal(["INVITE", "180 INVITE", "CANCEL", "200 CANCEL", "487 INVITE", "ACK"], _two.Recorder.Messages.Select(m => m.Label));
        _two.SettleWithoutAnomalies();
    }

    [Fact]
    public void A_cancel_waits_for_a_provisional_response()
    {
        _two.Bob.OnInvite = call => call.RingAfter(Seconds(0.3));
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        call.Cancel();
        _two.Run(0.2);
        Assert.Equal(0, _two.Recorder.Count("CANCEL"));
        _two.SettleWithoutAnomalies();
        Assert.Equal(CallEnd.Cancelled, call.End);
    }

    [Fact]
    public void An_answer_that_crosses_the_cancel_is_acknowledged_and_ended()
    {
        _two.Bob.OnInvite = call =>
        {
            call.IgnoresCancel = true;
            call.Ring();
            call.AnswerAfter(Seconds(1));
        };
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        call.CancelAfter(Seconds(0.9));
        _two.SettleWithoutAnomalies();
        Assert.Equal(CallEnd.Cancelled, call.End);
        Assert.Equal(CallEnd.RemoteBye, _two.BobCall.End);
        Assert.Equal((1, 1), (_two.Recorder.Count("ACK"), _two.Recorder.Count("BYE")));
    }

    [Theory]
    [InlineData(486)]
    [InlineData(302)]
    [InlineData(603)]
    public void A_callee_rejects(int status)
    {
        _two.Bob.OnInvite = call => call.Reject(status);
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(1);
        Assert.Equal((CallEnd.Rejected, status), (call.End, call.Status));
        _two.SettleWithoutAnomalies();
        Assert.Equal(3, _two.Recorder.Messages.Count);
    }

    [Fact]
    public void A_call_that_rings_for_ever_is_cancelled_at_the_limit()
    {
        _two.Bob.OnInvite = call => call.Ring();
        _two.Bob.RingLimit = TimeSpan.FromMinutes(10);
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.SettleWithoutAnomalies();
        Assert.Equal(CallEnd.Cancelled, call.End);
        Assert.Equal(TimeSpan.FromMinutes(3), call.Events.First(e => e.Label == "CANCEL").Time);
    }

    [Fact]
    public void Nobody_there_is_a_timeout_after_64_T1()
    {
        _two.BobHost.Crash();
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(31.9);
        Assert.False(call.IsOver);
        _two.Run(0.2);
        Assert.Equal((CallEnd.Timeout, 408), (call.End, call.Status));
        Assert.Equal([0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5], _two.Recorder.Find("INVITE").Select(m => m.Time.TotalSeconds));
        Assert.Equal(AnomalyKind.NoResponse, Assert.Single(_two.Alice.Anomalies).Kind);
    }

    [Fact]
    public void A_refused_connection_ends_the_call_with_503()
    {
        var two = new TwoAgents(7, SipProtocol.Tcp);
        two.BobHost.Crash();
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        two.Run(1);
        Assert.Equal((CallEnd.Failed, 503), (call.End, call.Status));
        ScriptedCall nowhere = two.Alice.Invite("sip:bob@nowhere.example.com");
        two.Run(1);
        Assert.Equal((CallEnd.Failed, 503), (nowhere.End, nowhere.Status));
    }

    [Fact]
    public void A_downstream_fork_shows_several_tags_and_the_second_answer_is_ended()
    {
        _two.Bob.OnInvite = call =>
        {
            call.Ring(tag: "one");
            call.Ring(183, tag: "two");
            call.Answer("one");
            call.Answer("two");
        };
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Run(1);
        Assert.Equal(2, call.Answers);
        Assert.Equal(["one", "two"], call.Dialogs.Select(d => d.RemoteTag));
        Assert.Equal(CallState.Established, call.State);
        Assert.Equal(1, _two.Recorder.Count("BYE"));
        call.Bye();
        _two.SettleWithoutAnomalies();
        Assert.Equal((2, 2), (_two.Recorder.Count("BYE"), _two.Recorder.Count("ACK")));
    }

    [Fact]
    public void A_call_is_ended_at_its_limit()
    {
        _two.Alice.CallLimit = TimeSpan.FromMinutes(20);
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.SettleWithoutAnomalies();
        Assert.Equal(CallEnd.LocalBye, call.End);
        Assert.Equal(TimeSpan.FromMinutes(20).TotalSeconds, _two.Recorder.Find("BYE").Single().Time.TotalSeconds, 0.01);
    }

    [Fact]
    public void A_callee_whose_answer_is_never_acknowledged_says_so_and_hangs_up()
    {
        _two.Network.Interceptor = packet => packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = _two.Alice.Invite(_two.BobUri);
        _two.Settle();
        Assert.Equal((CallEnd.RemoteBye, CallEnd.Failed), (call.End, _two.BobCall.End));
        Assert.Equal(AnomalyKind.MissingAck, Assert.Single(_two.Bob.Anomalies).Kind);
        Assert.Equal(11, _two.Recorder.Count("200 INVITE"));
        Assert.Equal(11, _two.Recorder.Count("ACK"));
    }
}
