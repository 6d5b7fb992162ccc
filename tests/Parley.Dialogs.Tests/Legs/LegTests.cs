using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Legs;

public class LegTests
{
    [Fact]
    public void The_legs_know_tags_contacts_cseq_and_flows()
    {
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(2);
        Dialog dialog = bench.Dialog;
        ScriptedCall answered = bench.Bob.Calls[0];

        Assert.Equal(call.LocalTag, dialog.FromTag);
        Assert.Equal(answered.LocalTag, dialog.ToTag);
        Assert.Equal(call.CallId, dialog.CallId);
        Assert.Equal("sip:alice@10.0.1.1", dialog.FromUri);
        Assert.Equal("sip:bob@10.0.0.1", dialog.ToUri);
        Assert.Equal(bench.Alice.Contact, dialog.Caller.Contact);
        Assert.Equal(bench.Bob.Contact, dialog.Callee!.Contact);
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
        using var bench = new CallBench();
        bench.Alice.OnSending = message => Contact(message, "INVITE", 0, contact);
        ScriptedCall call = bench.Call();
        bench.Run(2);
        Assert.True(call.IsUp);
        Assert.Equal(contact, bench.Recorder.Find("INVITE", to: "10.0.2.1").First().Header("Contact"));
        Assert.Equal((contact, true), (bench.Dialog.Caller.Contact, bench.Dialog.Caller.IsContactRaw));
        Assert.False(bench.Dialog.Callee!.IsContactRaw);
        Assert.Single(bench.Log.Lines, line => line.StartsWith("Debug 5012 The Contact of the caller", StringComparison.Ordinal));

        Assert.True(bench.Dialog.Terminate());
        bench.Run(60);
        Assert.Single(bench.Recorder.Find("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
    }

    [Theory]
    [InlineData("\"Alice\" <sip:alice@10.0.1.1>;;;;", "sip:alice@10.0.1.1")]
    [InlineData("a\"<b <sip:alice@10.0.1.1;x=y>", "sip:alice@10.0.1.1;x=y")]
    public void A_URI_in_brackets_counts_whatever_stands_around_it(string contact, string uri)
    {
        using var bench = new CallBench();
        bench.Alice.OnSending = message => Contact(message, "INVITE", 0, contact);
        ScriptedCall call = bench.Call();
        bench.Run(2);
        Assert.Equal((uri, false), (bench.Dialog.Caller.Contact, bench.Dialog.Caller.IsContactRaw));
        Assert.True(bench.Dialog.Terminate());
        bench.Run(2);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_2xx_whose_contact_cannot_be_read_takes_no_better_one_away(bool rings)
    {
        using var bench = new CallBench();
        bench.Bob.OnSending = static message => Contact(message, "INVITE", 200, "<sip:bob");
        bench.Bob.OnInvite = call =>
        {
            if (rings)
                call.Ring();
            call.AnswerAfter(TimeSpan.FromMilliseconds(100));
        };
        bench.Call();
        bench.Run(2);
        DialogLeg callee = bench.Dialog.Callee!;
        Assert.Equal(rings ? (bench.Bob.Contact, false) : ("<sip:bob", true), (callee.Contact, callee.IsContactRaw));
        Assert.Equal(rings ? 0 : 1, bench.Log.Lines.Count(line => line.Contains(" 5012 ", StringComparison.Ordinal)));
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
        using var bench = new CallBench();
        ScriptedCall call = bench.Call();
        bench.Run(1);
        uint first = bench.Dialog.Callee!.CSeq;
        call.SendRequest("INFO");
        bench.Run(1);
        bench.Bob.Calls[0].SendRequest("INFO");
        bench.Run(1);

        Assert.Equal(first + 1, bench.Dialog.Callee.CSeq);
        Assert.Equal(bench.Bob.Calls[0].Dialog!.LocalCSeq, bench.Dialog.Caller.CSeq);
    }

    [Fact]
    public void Catalogue_08_several_early_dialogs_on_one_branch_are_several_legs()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring(180, "one");
            call.Ring(183, "two");
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        bench.Call();
        bench.Run(1);

        Assert.Equal(["one", "two"], bench.Dialog.Legs.Skip(1).Select(leg => leg.Tag));
        Assert.All(bench.Dialog.Legs.Skip(1), leg => Assert.Equal(0, leg.Branch));
    }

    [Fact]
    public void Catalogue_07_the_leg_that_answers_wins_wherever_it_stands()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            call.Ring(180, "one");
            call.Ring(180, "two");
            call.After(TimeSpan.FromSeconds(1), c => c.Answer("two"));
        };
        bench.Carol.OnInvite = call => call.Ring();
        ScriptedCall call = bench.Call("carol-bob");
        bench.Run(3);

        Assert.Equal("two", bench.Dialog.ToTag);
        Assert.Equal(1, bench.Dialog.Callee!.Branch);
        call.Bye();
        bench.Run(100);
        Assert.EndsWith("Terminated BYE >, Destroy", bench.Story);
    }

    [Fact]
    public void Two_answers_are_two_legs_of_one_dialog_and_only_the_first_counts()
    {
        using var bench = new CallBench();
        bench.Alice.KeepsEveryAnswer = true;
        bench.Bob.OnInvite = call => call.AnswerAfter(TimeSpan.FromSeconds(1));
        bench.Carol.OnInvite = call =>
        {
            call.IgnoresCancel = true;
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = bench.Call("bob-carol");
        bench.Run(3);
        Dialog dialog = bench.Dialog;

        Assert.Equal(2, call.Answers);
        Assert.Equal(3, dialog.Legs.Count);
        Assert.All(dialog.Legs, leg => Assert.True(leg.IsAnswered));
        Assert.Equal(1, bench.Events.Count(e => e.StartsWith("Confirmed", StringComparison.Ordinal)));

        // The second callee hangs up: the call between the first two goes on.
        (ScriptedUserAgent first, ScriptedUserAgent second) =
            bench.Dialog.ToTag == bench.Bob.Calls[0].LocalTag ? (bench.Bob, bench.Carol) : (bench.Carol, bench.Bob);
        second.Calls[0].Bye();
        bench.Run(2);
        Assert.Equal(CallEnd.LocalBye, second.Calls[0].End);
        Assert.Equal(DialogState.Confirmed, dialog.State);
        first.Calls[0].Bye();
        bench.Run(2);
        Assert.Equal(DialogState.Deleted, dialog.State);
    }

    [Fact]
    public void Legs_that_only_rang_are_dropped_when_the_invite_is_over()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call => call.Ring();
        bench.Carol.OnInvite = call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        bench.Call("bob-carol");
        bench.Run(2);
        Assert.Equal(3, bench.Dialog.Legs.Count);
        bench.Run(120);

        Assert.Equal(2, bench.Dialog.Legs.Count);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
    }

    [Fact]
    public void Route_sets_leave_out_the_proxy_and_the_other_side()
    {
        using var bench = new CallBench();
        bench.Alice.OnSending = message =>
        {
            if (message is { IsRequest: true, Method: "INVITE" })
                message.Add("Record-Route", "<sip:edge.a.example;lr>").Add("Record-Route", "<sip:core.a.example;lr>");
        };
        bench.Bob.OnInvite = call =>
            call.Answer(alter: response =>
            {
                // Two proxies between Parley and bob; bob's side comes first, the nearest to him on top.
                string[] all = [.. response.All("Record-Route")];
                response.Remove("Record-Route");
                foreach (string route in new[] { "<sip:edge.b.example;lr>", "<sip:core.b.example;lr>" }.Concat(all))
                    response.Add("Record-Route", route);
            });
        bench.Call();
        bench.Run(1);

        Assert.Equal(["sip:edge.a.example;lr", "sip:core.a.example;lr"], bench.Dialog.Caller.RouteSet);
        Assert.Equal(["sip:core.b.example;lr", "sip:edge.b.example;lr"], bench.Dialog.Callee!.RouteSet);
    }

    [Fact]
    public void Catalogue_32_and_35_the_proxys_own_contact_and_a_star_are_not_learnt()
    {
        using var bench = new CallBench();
        bench.Alice.Contact = "sip:alice@10.0.0.1";
        bench.Bob.OnInvite = call => call.Answer(alter: response => response.Set("Contact", "*"));
        bench.Call();
        bench.Run(1);

        Assert.Equal("", bench.Dialog.Caller.Contact);
        Assert.Equal("", bench.Dialog.Callee!.Contact);
    }

    [Fact]
    public void A_downstream_that_invents_tags_gets_no_more_than_so_many_legs()
    {
        using var bench = new CallBench();
        bench.Bob.OnInvite = call =>
        {
            for (int i = 0; i < 200; i++)
                call.Ring(180, $"t{i}");
        };
        bench.Call();
        bench.Run(1);

        Assert.InRange(bench.Dialog.Legs.Count, 2, 2 + LegSet.MaxLegs);
    }

    [Fact]
    public void Catalogue_14_a_late_200_revives_a_failed_call_and_no_counter_drifts()
    {
        // The proxy gives up after a second; bob does not care for the CANCEL and answers.
        CallBench? bench = null;
        using (
            bench = new CallBench(
                options => options.NoAckTimeout = TimeSpan.FromSeconds(20),
                route: async context =>
                {
                    context.CreateDialog();
                    context.RecordRoute();
                    await bench!.Forward(context);
                    await Task.Delay(TimeSpan.FromSeconds(1), bench.Clock);
                    context.Reply(480);
                }
            )
        )
        {
            bench.Bob.OnInvite = call =>
            {
                call.Ring();
                call.IgnoresCancel = true;
                call.AnswerAfter(TimeSpan.FromSeconds(3));
            };
            bench.Call();
            bench.Run(2);
            Assert.Equal(DialogState.Deleted, bench.Dialog.State);
            bench.Run(2);
            Assert.Equal(DialogState.ConfirmedNoAck, bench.Dialog.State);
            Assert.Equal(1, bench.Dialogs.Statistics.ActiveDialogs);
            bench.Run(100);

            Assert.Equal(
                "Created INVITE >, ResponseForwarded 180 <, Early 180 <, Failed <, ResponseForwarded 200 <, Confirmed 200 <, Expired, Destroy",
                bench.Story.Replace("Failed 480", "Failed")
            );
            Assert.Equal(0, bench.Dialogs.Statistics.ActiveDialogs);
            Assert.Equal(0, bench.Dialogs.Statistics.CountOf(DialogState.Deleted));
        }
    }
}
