using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Termination;

/// <summary>A BYE of a party ends the dialog when the other party has had it: calls do not end on paper only.</summary>
public class AnsweredByeTests
{
    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(481)]
    [InlineData(408)]
    public void The_answer_ends_the_call_and_not_the_BYE(int status)
    {
        using var bench = new CallBench(static options => options.ProfilesWithValue.Add("caller"));
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Assert.True(bench.Dialog.Profiles.TrySet("caller", "alice", 1));
        IncomingRequest? held = null;
        bench.Bob.OnRequest = request =>
        {
            held = request;
            request.Hold();
        };
        bench.Events.Clear();
        call.SendRequest("BYE");
        bench.Run(3);
        Assert.Equal((DialogState.Confirmed, null, ""), (bench.Dialog.State, bench.Dialog.TerminationReason, bench.Story));
        Assert.Equal(1, bench.Dialogs.FindProfile("caller")!.Size("alice"));
        held!.Respond(status);
        bench.Run(1);
        Assert.Equal(
            (DialogState.Deleted, "Downstream BYE", "Terminated BYE >"),
            (bench.Dialog.State, bench.Dialog.TerminationReason, bench.Story)
        );
        Assert.Equal(0, bench.Dialogs.FindProfile("caller")!.Size("alice"));
    }

    [Fact]
    public void A_BYE_that_nobody_answers_ends_the_call_when_it_has_timed_out()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Bob.OnRequest = static request => request.Hold();
        bench.Events.Clear();
        call.SendRequest("BYE");
        bench.Run(30);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        bench.Run(3);
        Assert.Equal((DialogState.Deleted, "Terminated BYE >"), (bench.Dialog.State, bench.Story));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    [InlineData(503)]
    public void A_challenge_or_a_BYE_that_did_not_get_there_leaves_the_call_up(int status)
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        ScriptedDialog dialog = call.Dialogs[0];
        bench.Bob.OnRequest = request => request.Respond(status);
        bench.Events.Clear();
        call.SendRequest("BYE", dialog: dialog);
        bench.Run(2);
        Assert.Equal((DialogState.Confirmed, null, ""), (bench.Dialog.State, bench.Dialog.TerminationReason, bench.Story));
        bench.Bob.OnRequest = null;
        call.SendRequest("BYE", dialog: dialog);
        bench.Run(2);
        Assert.Equal((DialogState.Deleted, "Terminated BYE >"), (bench.Dialog.State, bench.Story));
    }

    /// <summary>A caller that wants the callee to stay and the clock to stop: it sends a BYE that the callee has to refuse.</summary>
    [Theory]
    [InlineData(420)]
    [InlineData(483)]
    [InlineData(415)]
    [InlineData(500)]
    [InlineData(302)]
    public void A_refused_BYE_makes_the_proxy_end_the_call_on_both_sides(int status)
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Bob.OnRequest = request =>
        {
            if (request.Message.Header("Require") is not null)
                request.Respond(status);
        };
        bench.Events.Clear();
        SentRequest bye = call.SendRequest("BYE", static message => message.Add("Require", "nonsense"), call.Dialogs[0]);
        bench.Run(2);
        Assert.Equal(status, bye.Status);
        Assert.Equal(2, bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.True(bench.Bob.Calls[0].IsOver);
        Assert.Equal(
            (DialogState.Deleted, "Downstream BYE", "Terminated"),
            (bench.Dialog.State, bench.Dialog.TerminationReason, bench.Story)
        );
    }

    [Fact]
    public void A_BYE_that_cannot_be_sent_anywhere_ends_nothing_and_the_lifetime_still_does()
    {
        using var bench = new CallBench(static options => options.DefaultTimeout = TimeSpan.FromSeconds(60), DialogFlags.ByeOnTimeout);
        bench.Bob.OnSending = static message =>
        {
            if (!message.IsRequest && message.Method == "INVITE")
                message.Set("Contact", "<sip:bob@no-such-host.invalid>");
        };
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Events.Clear();
        SentRequest bye = call.SendRequest("BYE", dialog: call.Dialogs[0]);
        bench.Run(2);
        Assert.True(bye.Status is 500 or 503);
        Assert.NotEqual(DialogState.Deleted, bench.Dialog.State);
        Assert.DoesNotContain("Terminated", bench.Story, StringComparison.Ordinal);
        bench.Run(120);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Equal(1, bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.1.1"));
    }

    [Fact]
    public void A_BYE_that_the_route_answers_itself_has_not_reached_the_other_party()
    {
        CallBench? self = null;
        using var bench = new CallBench(route: async context =>
        {
            if (context.Method == Sip.SipMethod.Bye)
            {
                context.LooseRoute();
                context.Reply(200);
                return;
            }

            await self!.Route(context);
        });
        self = bench;
        ScriptedCall call = bench.Call();
        bench.Run(1);
        call.Bye();
        bench.Run(1);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void A_BYE_during_a_reINVITE_that_nobody_answers_ends_the_call()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        call.ReInvite();
        bench.Run(1);
        call.SendRequest("BYE", dialog: call.Dialogs[0]);
        bench.Run(1);
        Assert.Equal(DialogState.Deleted, bench.Dialog.State);
        Assert.Contains("Terminated BYE >", bench.Story, StringComparison.Ordinal);
    }

    [Fact]
    public void Crossed_BYEs_are_one_end_and_both_get_through()
    {
        using var bench = new CallBench();
        bench.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(50),
            MaximumDelay = TimeSpan.FromMilliseconds(50),
        };
        ScriptedCall call = bench.Call();
        bench.Run(2);
        bench.Events.Clear();
        SentRequest one = call.SendRequest("BYE"),
            other = bench.Bob.Calls[0].SendRequest("BYE");
        bench.Run(5);
        Assert.Equal("Terminated BYE >", bench.Story);
        Assert.True(one.IsDone && other.IsDone);
        Assert.Equal(
            (1, 1),
            (bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"), bench.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.1.1"))
        );
    }

    [Fact]
    public void While_a_BYE_is_under_way_no_ping_ends_the_call_in_its_place()
    {
        using var bench = new CallBench(
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(5),
            DialogFlags.OptionsPingCallee
        );
        ScriptedCall call = bench.Call();
        bench.Run(1);
        bool isLost = true;
        bench.Network.Interceptor = packet =>
            packet.Is("200 BYE") && isLost && packet.To!.Name == "10.0.0.1" ? PacketFate.Drop : PacketFate.Pass;
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Respond(481);
        };
        call.SendRequest("BYE");
        bench.Run(12);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        isLost = false;
        bench.Run(8);
        Assert.Equal((DialogState.Deleted, "Downstream BYE"), (bench.Dialog.State, bench.Dialog.TerminationReason));
    }
}
