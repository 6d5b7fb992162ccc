using Xunit;
using static Parley.Testing.Tests.Agents.TwoAgents;

namespace Parley.Testing.Tests.Agents;

public class LossTests
{
    public static TheoryData<string> Messages =>
        ["INVITE", "180 INVITE", "183 INVITE", "PRACK", "200 PRACK", "200 INVITE", "ACK", "UPDATE", "200 UPDATE", "BYE", "200 BYE"];

    private static void Lose(TwoAgents two, string what, int times)
    {
        int left = times;
        two.Network.Interceptor = packet => packet.Is(what) && left-- > 0 ? PacketFate.Drop : PacketFate.Pass;
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_call_survives_the_loss_of_any_message_three_times(string what)
    {
        var two = new TwoAgents();
        Lose(two, what, 3);
        two.Bob.OnInvite = call =>
        {
            call.Ring(183, reliable: true);
            call.After(Seconds(20), c => c.Ring());
            call.AnswerAfter(Seconds(30));
        };
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        call.OnEstablished = c =>
        {
            c.After(Seconds(20), x => x.SendRequest("UPDATE"));
            c.ByeAfter(Seconds(40));
        };
        two.SettleWithoutAnomalies();
        Assert.True(two.Network.Counters.Lost >= 1);
        Assert.Equal((CallEnd.LocalBye, CallEnd.RemoteBye), (call.End, two.BobCall.End));
    }

    [Theory]
    [InlineData("CANCEL")]
    [InlineData("200 CANCEL")]
    [InlineData("487 INVITE")]
    [InlineData("ACK")]
    public void A_cancelled_call_survives_the_loss_of_any_message_three_times(string what)
    {
        var two = new TwoAgents();
        Lose(two, what, 3);
        two.Bob.OnInvite = call => call.Ring();
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        call.CancelAfter(Seconds(5));
        two.SettleWithoutAnomalies();
        Assert.Equal(3, two.Network.Counters.Lost);
        Assert.Equal((CallEnd.Cancelled, CallEnd.Cancelled), (call.End, two.BobCall.End));
    }

    [Fact]
    public void Every_message_twice_changes_nothing()
    {
        var two = new TwoAgents();
        two.Network.Conditions = new LinkConditions { Duplication = 1 };
        two.Bob.OnInvite = call =>
        {
            call.Ring(183, reliable: true);
            call.Answer();
        };
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        call.OnEstablished = c =>
        {
            c.SendRequest("INFO");
            c.After(Seconds(1), x => x.ReInvite());
            c.ByeAfter(Seconds(3));
        };
        two.SettleWithoutAnomalies();
        Assert.Equal((CallEnd.LocalBye, CallEnd.RemoteBye), (call.End, two.BobCall.End));
        Assert.Equal(["PRACK", "INFO", "INVITE", "BYE"], two.BobCall.Requests.Select(r => r.Method));
    }

    [Fact]
    public void Every_call_ends_on_both_sides_with_20_percent_loss_whatever_the_seed()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var two = new TwoAgents(seed);
            two.Network.Conditions = LinkConditions.Bad(0.2);
            two.Bob.OnInvite = c =>
            {
                c.Ring(reliable: seed % 2 == 0);
                if (seed % 3 != 0)
                    c.AnswerAfter(Seconds(2));
            };
            ScriptedCall call = two.Alice.Invite(two.BobUri);
            if (seed % 3 == 0)
                call.CancelAfter(Seconds(3));
            call.OnEstablished = c =>
            {
                if (seed % 5 == 0)
                    c.ReInvite();
                c.ByeAfter(Seconds(5));
            };
            two.Settle();
            Assert.True(call.IsOver && two.BobCall.IsOver, $"seed {seed}\n{two.Recorder.Ladder()}");
            Assert.True(call.End is CallEnd.LocalBye or CallEnd.Cancelled, $"seed {seed}: {call}");
        }
    }

    [Fact]
    public void A_partition_in_the_middle_of_a_call_ends_it_on_both_sides()
    {
        var two = new TwoAgents();
        two.Bob.CallLimit = TimeSpan.FromMinutes(5);
        ScriptedCall call = two.Alice.Invite(two.BobUri);
        two.Run(5);
        two.Network.Cut(two.AliceHost, two.BobHost);
        call.Bye();
        two.Settle();
        Assert.Equal((CallEnd.LocalBye, CallEnd.LocalBye), (call.End, two.BobCall.End));
        Assert.Equal([AnomalyKind.NoResponse], two.Alice.Anomalies.Select(a => a.Kind));
        Assert.Equal([AnomalyKind.NoResponse], two.Bob.Anomalies.Select(a => a.Kind));
    }
}
