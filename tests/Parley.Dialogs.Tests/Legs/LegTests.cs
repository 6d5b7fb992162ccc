using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Legs;

public class LegTests
{
    [Fact]
    public void The_legs_know_tags_contacts_cseq_and_flows()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        Dialog dialog = fixture.Dialog;
        ScriptedCall answered = fixture.Bob.Calls[0];

        Assert.Equal(call.LocalTag, dialog.FromTag);
        Assert.Equal(answered.LocalTag, dialog.ToTag);
        Assert.Equal(call.CallId, dialog.CallId);
        Assert.Equal("sip:alice@10.0.1.1", dialog.FromUri);
        Assert.Equal("sip:bob@10.0.0.1", dialog.ToUri);
        Assert.Equal(fixture.Alice.Contact, dialog.Caller.Contact);
        Assert.Equal(fixture.Bob.Contact, dialog.Callee!.Contact);
        Assert.Equal(0u, dialog.Caller.CSeq);
        Assert.Equal(answered.Invite!.CSeq, dialog.Callee.CSeq);
        Assert.Equal("10.0.1.1:5060", dialog.Caller.Flow.Remote.ToString());
        Assert.Equal("10.0.2.1:5060", dialog.Callee.Flow.Remote.ToString());
        Assert.Empty(dialog.Caller.RouteSet);
        Assert.Empty(dialog.Callee.RouteSet);
        Assert.Equal([dialog.Caller, dialog.Callee], dialog.Legs);
    }

    [Theory]
    [InlineData("<sip:alice@10.0.1.1")]
    [InlineData("sip:alice@10.0.1.1?Route=x")]
    [InlineData("\"Al <sip:alice")]
    public void A_contact_that_cannot_be_read_passes_and_is_kept_raw(string contact)
    {
        using var fixture = new CallFixture();
        fixture.Alice.OnSending = message => Contact(message, "INVITE", 0, contact);
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        Assert.True(call.IsUp);
        Assert.Equal(contact, fixture.Recorder.Find("INVITE", to: "10.0.2.1").First().Header("Contact"));
        Assert.Equal((contact, true), (fixture.Dialog.Caller.Contact, fixture.Dialog.Caller.IsContactRaw));
        Assert.False(fixture.Dialog.Callee!.IsContactRaw);
        Assert.Single(fixture.Log.Lines, line => line.StartsWith("Debug 5012 The Contact of the caller", StringComparison.Ordinal));

        Assert.True(fixture.Dialog.Terminate());
        fixture.Run(60);
        Assert.Single(fixture.Recorder.Find("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
    }

    [Theory]
    [InlineData("\"Alice\" <sip:alice@10.0.1.1>;;;;", "sip:alice@10.0.1.1")]
    [InlineData("a\"<b <sip:alice@10.0.1.1;x=y>", "sip:alice@10.0.1.1;x=y")]
    public void A_URI_in_brackets_counts_whatever_stands_around_it(string contact, string uri)
    {
        using var fixture = new CallFixture();
        fixture.Alice.OnSending = message => Contact(message, "INVITE", 0, contact);
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        Assert.Equal((uri, false), (fixture.Dialog.Caller.Contact, fixture.Dialog.Caller.IsContactRaw));
        Assert.True(fixture.Dialog.Terminate());
        fixture.Run(2);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_2xx_whose_contact_cannot_be_read_takes_no_better_one_away(bool rings)
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnSending = static message => Contact(message, "INVITE", 200, "<sip:bob");
        fixture.Bob.OnInvite = call =>
        {
            if (rings)
                call.Ring();
            call.AnswerAfter(TimeSpan.FromMilliseconds(100));
        };
        fixture.Call();
        fixture.Run(2);
        DialogLeg callee = fixture.Dialog.Callee!;
        Assert.Equal(rings ? (fixture.Bob.Contact, false) : ("<sip:bob", true), (callee.Contact, callee.IsContactRaw));
        Assert.Equal(rings ? 0 : 1, fixture.Log.Lines.Count(line => line.Contains(" 5012 ", StringComparison.Ordinal)));
        Assert.Equal("10.0.2.1:5060", callee.Flow.Remote.ToString());
    }

    private static void Contact(OutgoingMessage message, string method, int status, string contact)
    {
        if (message.Method == method && message.StatusCode == status)
            message.Set("Contact", contact);
    }

    [Fact]
    public void Each_direction_has_its_own_cseq_space()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        uint first = fixture.Dialog.Callee!.CSeq;
        call.SendRequest("INFO");
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(1);

        Assert.Equal(first + 1, fixture.Dialog.Callee.CSeq);
        Assert.Equal(fixture.Bob.Calls[0].Dialog!.LocalCSeq, fixture.Dialog.Caller.CSeq);
    }

    [Fact]
    public void Catalogue_08_several_early_dialogs_on_one_branch_are_several_legs()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring(180, "one");
            call.Ring(183, "two");
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        fixture.Call();
        fixture.Run(1);

        Assert.Equal(["one", "two"], fixture.Dialog.Legs.Skip(1).Select(leg => leg.Tag));
        Assert.All(fixture.Dialog.Legs.Skip(1), leg => Assert.Equal(0, leg.Branch));
    }

    [Fact]
    public void Catalogue_07_the_leg_that_answers_wins_wherever_it_stands()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            call.Ring(180, "one");
            call.Ring(180, "two");
            call.After(TimeSpan.FromSeconds(1), c => c.Answer("two"));
        };
        fixture.Carol.OnInvite = call => call.Ring();
        ScriptedCall call = fixture.Call("carol-bob");
        fixture.Run(3);

        Assert.Equal("two", fixture.Dialog.ToTag);
        Assert.Equal(1, fixture.Dialog.Callee!.Branch);
        call.Bye();
        fixture.Run(100);
        Assert.EndsWith("Terminated BYE >, Destroy", fixture.Story);
    }

    [Fact]
    public void Two_answers_are_two_legs_of_one_dialog_and_only_the_first_counts()
    {
        using var fixture = new CallFixture();
        fixture.Alice.KeepsEveryAnswer = true;
        fixture.Bob.OnInvite = call => call.AnswerAfter(TimeSpan.FromSeconds(1));
        fixture.Carol.OnInvite = call =>
        {
            call.IgnoresCancel = true;
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = fixture.Call("bob-carol");
        fixture.Run(3);
        Dialog dialog = fixture.Dialog;

        Assert.Equal(2, call.Answers);
        Assert.Equal(3, dialog.Legs.Count);
        Assert.All(dialog.Legs, leg => Assert.True(leg.IsAnswered));
        Assert.Equal(1, fixture.Events.Count(e => e.StartsWith("Confirmed", StringComparison.Ordinal)));

        // The second callee hangs up: the call between the first two goes on.
        (ScriptedUserAgent first, ScriptedUserAgent second) =
            fixture.Dialog.ToTag == fixture.Bob.Calls[0].LocalTag ? (fixture.Bob, fixture.Carol) : (fixture.Carol, fixture.Bob);
        second.Calls[0].Bye();
        fixture.Run(2);
        Assert.Equal(CallEnd.LocalBye, second.Calls[0].End);
        Assert.Equal(DialogState.Confirmed, dialog.State);
        first.Calls[0].Bye();
        fixture.Run(2);
        Assert.Equal(DialogState.Deleted, dialog.State);
    }

    [Fact]
    public void Legs_that_only_rang_are_dropped_when_the_invite_is_over()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call => call.Ring();
        fixture.Carol.OnInvite = call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Call("bob-carol");
        fixture.Run(2);
        Assert.Equal(3, fixture.Dialog.Legs.Count);
        fixture.Run(120);

        Assert.Equal(2, fixture.Dialog.Legs.Count);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Route_sets_leave_out_the_proxy_and_the_other_side()
    {
        using var fixture = new CallFixture();
        fixture.Alice.OnSending = message =>
        {
            if (message is { IsRequest: true, Method: "INVITE" })
                message.Add("Record-Route", "<sip:edge.a.example;lr>").Add("Record-Route", "<sip:core.a.example;lr>");
        };
        fixture.Bob.OnInvite = call =>
            call.Answer(alter: response =>
            {
                // Two proxies between Parley and bob; bob's side comes first, the nearest to him on top.
                string[] all = [.. response.All("Record-Route")];
                response.Remove("Record-Route");
                foreach (string route in new[] { "<sip:edge.b.example;lr>", "<sip:core.b.example;lr>" }.Concat(all))
                    response.Add("Record-Route", route);
            });
        fixture.Call();
        fixture.Run(1);

        Assert.Equal(["sip:edge.a.example;lr", "sip:core.a.example;lr"], fixture.Dialog.Caller.RouteSet);
        Assert.Equal(["sip:core.b.example;lr", "sip:edge.b.example;lr"], fixture.Dialog.Callee!.RouteSet);
    }

    [Fact]
    public void Catalogue_32_and_35_the_proxys_own_contact_and_a_star_are_not_learnt()
    {
        using var fixture = new CallFixture();
        fixture.Alice.Contact = "sip:alice@10.0.0.1";
        fixture.Bob.OnInvite = call => call.Answer(alter: response => response.Set("Contact", "*"));
        fixture.Call();
        fixture.Run(1);

        Assert.Equal("", fixture.Dialog.Caller.Contact);
        Assert.Equal("", fixture.Dialog.Callee!.Contact);
    }

    [Fact]
    public void A_downstream_that_invents_tags_gets_no_more_than_so_many_legs()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = call =>
        {
            for (int i = 0; i < 200; i++)
                call.Ring(180, $"t{i}");
        };
        fixture.Call();
        fixture.Run(1);

        Assert.InRange(fixture.Dialog.Legs.Count, 2, 2 + LegSet.MaxLegs);
    }

    [Fact]
    public void Catalogue_14_a_late_200_revives_a_failed_call_and_no_counter_drifts()
    {
        // The proxy gives up after a second; bob does not care for the CANCEL and answers.
        CallFixture? fixture = null;
        using (
            fixture = new CallFixture(
                options => options.NoAckTimeout = TimeSpan.FromSeconds(20),
                route: async context =>
                {
                    context.CreateDialog();
                    context.RecordRoute();
                    await fixture!.Forward(context);
                    await Task.Delay(TimeSpan.FromSeconds(1), fixture.Clock);
                    context.Reply(480);
                }
            )
        )
        {
            fixture.Bob.OnInvite = call =>
            {
                call.Ring();
                call.IgnoresCancel = true;
                call.AnswerAfter(TimeSpan.FromSeconds(3));
            };
            fixture.Call();
            fixture.Run(2);
            Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
            fixture.Run(2);
            Assert.Equal(DialogState.ConfirmedNoAck, fixture.Dialog.State);
            Assert.Equal(1, fixture.Dialogs.Statistics.ActiveDialogs);
            fixture.Run(100);

            Assert.Equal(
                "Created INVITE >, ResponseForwarded 180 <, Early 180 <, Failed <, ResponseForwarded 200 <, Confirmed 200 <, Expired, Destroy",
                fixture.Story.Replace("Failed 480", "Failed")
            );
            Assert.Equal(0, fixture.Dialogs.Statistics.ActiveDialogs);
            Assert.Equal(0, fixture.Dialogs.Statistics.CountOf(DialogState.Deleted));
        }
    }
}
