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
        using var fixture = new CallFixture(static options => options.ProfilesWithValue.Add("caller"));
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.True(fixture.Dialog.Profiles.TrySet("caller", "alice", 1));
        IncomingRequest? held = null;
        fixture.Bob.OnRequest = request =>
        {
            held = request;
            request.Hold();
        };
        fixture.Events.Clear();
        call.SendRequest("BYE");
        fixture.Run(3);
        Assert.Equal((DialogState.Confirmed, null, ""), (fixture.Dialog.State, fixture.Dialog.TerminationReason, fixture.Story));
        Assert.Equal(1, fixture.Dialogs.FindProfile("caller")!.Size("alice"));
        held!.Respond(status);
        fixture.Run(1);
        Assert.Equal(
            (DialogState.Deleted, "Downstream BYE", "Terminated BYE >"),
            (fixture.Dialog.State, fixture.Dialog.TerminationReason, fixture.Story)
        );
        Assert.Equal(0, fixture.Dialogs.FindProfile("caller")!.Size("alice"));
    }

    [Fact]
    public void A_BYE_that_nobody_answers_ends_the_call_when_it_has_timed_out()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Bob.OnRequest = static request => request.Hold();
        fixture.Events.Clear();
        call.SendRequest("BYE");
        fixture.Run(30);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        fixture.Run(3);
        Assert.Equal((DialogState.Deleted, "Terminated BYE >"), (fixture.Dialog.State, fixture.Story));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(407)]
    [InlineData(503)]
    public void A_challenge_or_a_BYE_that_did_not_get_there_leaves_the_call_up(int status)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        ScriptedDialog dialog = call.Dialogs[0];
        fixture.Bob.OnRequest = request => request.Respond(status);
        fixture.Events.Clear();
        call.SendRequest("BYE", dialog: dialog);
        fixture.Run(2);
        Assert.Equal((DialogState.Confirmed, null, ""), (fixture.Dialog.State, fixture.Dialog.TerminationReason, fixture.Story));
        fixture.Bob.OnRequest = null;
        call.SendRequest("BYE", dialog: dialog);
        fixture.Run(2);
        Assert.Equal((DialogState.Deleted, "Terminated BYE >"), (fixture.Dialog.State, fixture.Story));
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
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Bob.OnRequest = request =>
        {
            if (request.Message.Header("Require") is not null)
                request.Respond(status);
        };
        fixture.Events.Clear();
        SentRequest bye = call.SendRequest("BYE", static message => message.Add("Require", "nonsense"), call.Dialogs[0]);
        fixture.Run(2);
        Assert.Equal(status, bye.Status);
        Assert.Equal(2, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.True(fixture.Bob.Calls[0].IsOver);
        Assert.Equal(
            (DialogState.Deleted, "Downstream BYE", "Terminated"),
            (fixture.Dialog.State, fixture.Dialog.TerminationReason, fixture.Story)
        );
    }

    [Fact]
    public void A_BYE_that_cannot_be_sent_anywhere_ends_nothing_and_the_lifetime_still_does()
    {
        using var fixture = new CallFixture(static options => options.DefaultTimeout = TimeSpan.FromSeconds(60), DialogFlags.ByeOnTimeout);
        fixture.Bob.OnSending = static message =>
        {
            if (!message.IsRequest && message.Method == "INVITE")
                message.Set("Contact", "<sip:bob@no-such-host.invalid>");
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Events.Clear();
        SentRequest bye = call.SendRequest("BYE", dialog: call.Dialogs[0]);
        fixture.Run(2);
        Assert.True(bye.Status is 500 or 503);
        Assert.NotEqual(DialogState.Deleted, fixture.Dialog.State);
        Assert.DoesNotContain("Terminated", fixture.Story, StringComparison.Ordinal);
        fixture.Run(120);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal(1, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.1.1"));
    }

    [Fact]
    public void A_BYE_that_the_route_answers_itself_has_not_reached_the_other_party()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            if (context.Method == Sip.SipMethod.Bye)
            {
                context.LooseRoute();
                context.Reply(200);
                return;
            }

            await self!.Route(context);
        });
        self = fixture;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.Bye();
        fixture.Run(1);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_BYE_during_a_reINVITE_that_nobody_answers_ends_the_call()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Hold();
        };
        call.ReInvite();
        fixture.Run(1);
        call.SendRequest("BYE", dialog: call.Dialogs[0]);
        fixture.Run(1);
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Contains("Terminated BYE >", fixture.Story, StringComparison.Ordinal);
    }

    [Fact]
    public void Crossed_BYEs_are_one_end_and_both_get_through()
    {
        using var fixture = new CallFixture();
        fixture.Network.Conditions = new LinkConditions
        {
            MinimumDelay = TimeSpan.FromMilliseconds(50),
            MaximumDelay = TimeSpan.FromMilliseconds(50),
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        fixture.Events.Clear();
        SentRequest one = call.SendRequest("BYE"),
            other = fixture.Bob.Calls[0].SendRequest("BYE");
        fixture.Run(5);
        Assert.Equal("Terminated BYE >", fixture.Story);
        Assert.True(one.IsDone && other.IsDone);
        Assert.Equal(
            (1, 1),
            (
                fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"),
                fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.1.1")
            )
        );
    }

    [Fact]
    public void While_a_BYE_is_under_way_no_ping_ends_the_call_in_its_place()
    {
        using var fixture = new CallFixture(
            static options => options.OptionsPingInterval = TimeSpan.FromSeconds(5),
            DialogFlags.OptionsPingCallee
        );
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        bool isLost = true;
        fixture.Network.Interceptor = packet =>
            packet.Is("200 BYE") && isLost && packet.To!.Name == "10.0.0.1" ? PacketFate.Drop : PacketFate.Pass;
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "OPTIONS")
                request.Respond(481);
        };
        call.SendRequest("BYE");
        fixture.Run(12);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        isLost = false;
        fixture.Run(8);
        Assert.Equal((DialogState.Deleted, "Downstream BYE"), (fixture.Dialog.State, fixture.Dialog.TerminationReason));
    }
}
