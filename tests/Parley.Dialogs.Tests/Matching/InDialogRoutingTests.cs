using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Matching;

/// <summary>RelayInDialogAsync: what passes with a To tag, and where it goes.</summary>
public class InDialogRoutingTests
{
    private const string Elsewhere = "sip:0900123456@10.0.2.3:5060"; // dave, who has no part in the calls
    private static readonly SipTarget Proxy = new(SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.1"), 5060));

    [Theory]
    [InlineData("INVITE")]
    [InlineData("BYE")]
    [InlineData("MESSAGE")]
    [InlineData("OPTIONS")]
    [InlineData("INFO")]
    [InlineData("REFER")]
    [InlineData("SUBSCRIBE")]
    [InlineData("NOTIFY")]
    [InlineData("PRACK")]
    [InlineData("UPDATE")]
    [InlineData("REGISTER")]
    [InlineData("PUBLISH")]
    [InlineData("BREW")]
    [InlineData("ACK")]
    public void A_stranger_with_a_To_tag_and_a_Route_of_ours_gets_nowhere(string method)
    {
        using var fixture = new CallFixture();
        foreach (
            string route in new[]
            {
                "<sip:10.0.0.1;lr>",
                "<sip:10.0.0.1;lr;did=1.2;ftag=a;sig=AAAAAAAAAAAAAAAA>",
                "<sip:10.0.0.1;lr>, <sip:10.0.2.3;lr>",
                "<sip:10.0.0.1;r2=on;lr>, <sip:10.0.0.1;r2=on;lr>",
            }
        )
        {
            SentRequest request = Craft(fixture.Alice, method, Elsewhere, route, "no@call", "a", "b");
            fixture.Run(0.3);
            Assert.Equal(method == "ACK" ? 0 : 481, request.Status);
        }

        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
        // The phone repeats its ACKs as if they were to be answered; and its ACK of the 481 to an INVITE, answered statelessly, is a stranger's too.
        Assert.InRange(
            fixture.Dialogs.Statistics.RefusedRequests,
            4,
            method switch
            {
                "ACK" => 20,
                "INVITE" => 8,
                _ => 4,
            }
        );
    }

    [Fact]
    public void A_strict_routers_way_of_writing_it_is_no_way_round()
    {
        using var fixture = new CallFixture();
        SentRequest request = Craft(fixture.Alice, "INVITE", "sip:10.0.0.1;lr", $"<{Elsewhere}>", "no@call", "a", "b");
        fixture.Run(0.3);
        Assert.Equal(481, request.Status);
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
    }

    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 481)]
    public void Trusted_sources_are_routed_as_they_say(bool isTrusted, int status)
    {
        using var fixture = new CallFixture(route: async context => await context.RelayInDialogAsync(isTrusted));
        SentRequest request = Craft(fixture.Alice, "OPTIONS", Elsewhere, "<sip:10.0.0.1;lr>", "no@call", "a", "b");
        fixture.Run(0.3);
        Assert.Equal(status, request.Status is 481 && fixture.Recorder.ReceivedBy("10.0.2.3").Any() ? 200 : request.Status);
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("INFO")]
    [InlineData("BYE")]
    [InlineData("UPDATE")]
    public void What_belongs_to_a_call_goes_to_its_other_party_whatever_it_says(string method)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string contact = fixture.Dialog.Caller.Contact;
        SentRequest one = call.SendRequest(method, request => request.RequestUri = Elsewhere);
        fixture.Run(0.5);
        Assert.Equal(200, one.Status);
        Assert.Equal(fixture.Bob.Contact, RequestUri(fixture.Recorder.Find(method, from: "10.0.0.1", to: "10.0.2.1").Last()));
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
        Assert.Equal(contact, fixture.Dialog.Caller.Contact);
        Assert.Equal(method == "BYE" ? DialogState.Deleted : DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void A_second_Route_to_elsewhere_is_taken_off()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.SendRequest("BYE", static bye => bye.Add("Route", "<sip:10.0.2.3;lr>"));
        fixture.Run(1);
        Assert.Equal(1, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
    }

    [Fact]
    public void An_early_call_is_no_way_to_elsewhere_either()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static ringing => ringing.Ring(183);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        SentRequest update = call.SendRequest("UPDATE", static request => request.RequestUri = Elsewhere);
        fixture.Run(0.5);
        Assert.Equal(200, update.Status);
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
    }

    [Fact]
    public void A_leg_without_a_contact_takes_nothing_that_starts_something()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnSending = static message =>
        {
            if (!message.IsRequest && message.Method == "INVITE")
                message.Remove("Contact");
        };
        fixture.Bob.OnInvite = static ringing => ringing.Ring(183);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        ScriptedDialog early = Assert.Single(call.Dialogs);
        SentRequest invite = call.SendRequest("MESSAGE", static request => request.RequestUri = Elsewhere, early);
        fixture.Run(0.5);
        Assert.Equal(481, invite.Status);
        SentRequest info = call.SendRequest("INFO", request => request.RequestUri = fixture.Bob.Contact, early);
        fixture.Run(0.5);
        Assert.Equal(200, info.Status);
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("BYE")]
    [InlineData("INFO")]
    public void Told_to_refuse_it_answers_403_and_the_dialog_learns_nothing(string method)
    {
        using var fixture = new CallFixture(static options => options.SequentialRouting = SequentialRouting.Refuse);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        (uint cseq, string contact, SipFlow flow) = (
            fixture.Dialog.Callee!.CSeq,
            fixture.Dialog.Caller.Contact,
            fixture.Dialog.Caller.Flow
        );
        fixture.Events.Clear();
        SentRequest one = call.SendRequest(method, static request => request.Set("Contact", "<sip:moved@10.0.1.9>").RequestUri = Elsewhere);
        fixture.Run(0.5);
        Assert.Equal(403, one.Status);
        Assert.Empty(fixture.Events);
        Assert.Equal(
            (cseq, contact, flow, DialogState.Confirmed),
            (fixture.Dialog.Callee.CSeq, fixture.Dialog.Caller.Contact, fixture.Dialog.Caller.Flow, fixture.Dialog.State)
        );
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
        // The number is free still: what follows as it should is taken.
        SentRequest info = call.SendRequest("INFO", message => message.Set("CSeq", $"{cseq + 1} INFO"));
        fixture.Run(0.5);
        Assert.Equal(200, info.Status);
    }

    [Fact]
    public void As_received_it_goes_where_it_says_and_has_no_part_in_the_dialog()
    {
        using var fixture = new CallFixture(static options => options.SequentialRouting = SequentialRouting.AsReceived);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string contact = fixture.Dialog.Caller.Contact;
        fixture.Events.Clear();
        call.SendRequest("UPDATE", static request => request.Set("Contact", "<sip:moved@10.0.1.9>").RequestUri = Elsewhere);
        call.SendRequest("BYE", static request => request.RequestUri = Elsewhere);
        fixture.Run(1);
        Assert.Equal(
            ["UPDATE", "BYE"],
            fixture.Recorder.ReceivedBy("10.0.2.3").Where(static m => m.IsRequest).Select(static m => m.Method)
        );
        Assert.Empty(fixture.Events);
        Assert.Equal((contact, DialogState.Confirmed), (fixture.Dialog.Caller.Contact, fixture.Dialog.State));
    }

    [Fact]
    public void A_route_block_without_the_step_ends_and_refreshes_nothing_by_what_went_elsewhere()
    {
        using var fixture = new CallFixture(route: null!);
        using var node = new Node(fixture);
        ScriptedCall call = node.Call();
        fixture.Run(1);
        string contact = node.Dialog.Caller.Contact;
        call.SendRequest("UPDATE", static request => request.Set("Contact", "<sip:moved@10.0.1.9>").RequestUri = Elsewhere);
        fixture.Run(0.5);
        call.SendRequest("BYE", static request => request.RequestUri = Elsewhere);
        fixture.Run(0.5);
        Assert.Equal(
            ["UPDATE", "BYE"],
            fixture.Recorder.ReceivedBy("10.0.2.3").Where(static m => m.IsRequest).Select(static m => m.Method)
        );
        Assert.Equal((contact, DialogState.Confirmed), (node.Dialog.Caller.Contact, node.Dialog.State));
    }

    [Fact]
    public void A_request_without_any_Route_is_found_by_its_tags_and_put_right()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        SentRequest info = call.SendRequest(
            "INFO",
            static request =>
            {
                request.Remove("Route");
                request.RequestUri = "sip:10.0.0.1";
                request.Target = Proxy;
            }
        );
        fixture.Run(0.5);
        Assert.Equal(200, info.Status);
    }

    [Theory]
    [InlineData(SequentialSource.Anywhere, "10.0.1.9", 200)]
    [InlineData(SequentialSource.SameAddress, "10.0.1.9", 403)]
    [InlineData(SequentialSource.SameFlow, "10.0.1.9", 403)]
    [InlineData(SequentialSource.SameAddress, "10.0.1.1", 200)]
    [InlineData(SequentialSource.SameFlow, "10.0.1.1", 200)]
    public void A_stranger_who_knows_the_tags_is_held_to_the_legs_address_where_that_is_set(
        SequentialSource source,
        string from,
        int status
    )
    {
        using var fixture = new CallFixture(options => options.SequentialSource = source);
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        ScriptedUserAgent mallory = from == "10.0.1.1" ? fixture.Alice : fixture.Add("mallory", from);
        ScriptedDialog dialog = call.Dialogs[0];
        SipFlow flow = fixture.Dialog.Caller.Flow;
        SentRequest bye = Craft(
            mallory,
            "BYE",
            fixture.Bob.Contact,
            dialog.RouteSet[0],
            call.CallId,
            dialog.LocalTag,
            dialog.RemoteTag,
            dialog.LocalCSeq + 1
        );
        fixture.Run(1);
        Assert.Equal(status, bye.Status);
        Assert.Equal(status == 200 ? DialogState.Deleted : DialogState.Confirmed, fixture.Dialog.State);
        if (status == 403)
            Assert.Equal(flow, fixture.Dialog.Caller.Flow);
    }

    [Theory]
    [InlineData("BYE", 0)]
    [InlineData("BYE", -1)]
    [InlineData("INFO", 0)]
    [InlineData("INVITE", -1)]
    public void A_stale_CSeq_is_refused_and_changes_nothing(string method, int above)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        call.SendRequest("OPTIONS");
        fixture.Run(0.5);
        uint last = fixture.Dialog.Callee!.CSeq;
        string contact = fixture.Dialog.Caller.Contact;
        fixture.Events.Clear();
        SentRequest stale = call.SendRequest(
            method,
            request => request.Set("CSeq", $"{last + above} {method}").Set("Contact", "<sip:moved@10.0.1.9>")
        );
        fixture.Run(1);
        Assert.Equal(500, stale.Status);
        Assert.Equal(
            0,
            fixture
                .Recorder.Find(method, from: "10.0.0.1", to: "10.0.2.1")
                .Count(m => m.CSeq?.StartsWith($"{last + above} ", StringComparison.Ordinal) == true && method != "INVITE")
        );
        Assert.Empty(fixture.Events);
        Assert.Equal(
            (last, contact, DialogState.Confirmed),
            (fixture.Dialog.Callee.CSeq, fixture.Dialog.Caller.Contact, fixture.Dialog.State)
        );
    }

    [Fact]
    public void A_phone_that_keeps_its_CSeq_when_it_answers_a_challenge_is_let_through()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        int byes = 0;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method == "BYE" && ++byes == 1)
                request.Respond(407);
        };
        ScriptedDialog dialog = call.Dialogs[0];
        SentRequest first = call.SendRequest("BYE", dialog: dialog);
        fixture.Run(1);
        Assert.Equal((407, DialogState.Confirmed), (first.Status, fixture.Dialog.State));
        string number = first.Message["CSeq"]!;
        fixture.Bob.Calls[0].Dialogs[0].RemoteCSeq--; // as 12.2.2 has it: only a lower number is out of order
        SentRequest second = call.SendRequest(
            "BYE",
            bye => bye.Set("CSeq", number).Add("Proxy-Authorization", "Digest username=\"alice\""),
            dialog
        );
        fixture.Run(1);
        Assert.Equal((200, DialogState.Deleted), (second.Status, fixture.Dialog.State));
        Assert.Equal(2, fixture.Recorder.Count("BYE", from: "10.0.0.1", to: "10.0.2.1"));
    }

    [Fact]
    public void The_callees_of_a_fork_count_each_for_itself()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static ringing => ringing.Ring(183);
        fixture.Carol.OnInvite = static ringing =>
        {
            ringing.Ring(183);
            ringing.AnswerAfter(TimeSpan.FromSeconds(3));
        };
        fixture.Call("bob-carol");
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("UPDATE", static update => update.Set("CSeq", "2000000000 UPDATE"));
        fixture.Run(4);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        SentRequest bye = fixture.Carol.Calls[0].SendRequest("BYE", static bye => bye.Set("CSeq", "7 BYE"));
        fixture.Run(1);
        Assert.Equal((200, DialogState.Deleted), (bye.Status, fixture.Dialog.State));
    }

    [Fact]
    public void A_callee_whose_tag_was_never_seen_reaches_the_caller_and_nobody_else()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static ringing => ringing.Ring(183);
        fixture.Network.Interceptor = static packet => packet.Is("183 INVITE") ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call();
        fixture.Run(1);
        ScriptedCall callee = fixture.Bob.Calls[0];
        callee.SendRequest("UPDATE", static update => update.RequestUri = Elsewhere, callee.Dialogs[0]);
        fixture.Run(1);
        Assert.Equal(fixture.Alice.Contact, RequestUri(fixture.Recorder.Find("UPDATE", from: "10.0.0.1", to: "10.0.1.1").First()));
        Assert.Empty(fixture.Recorder.ReceivedBy("10.0.2.3"));
    }

    [Fact]
    public void The_step_is_for_requests_within_dialogs() => Assert.Equal(500, InitialStatus());

    private static int InitialStatus()
    {
        using var fixture = new CallFixture(route: async context => await context.RelayInDialogAsync());
        SentRequest request = fixture.Alice.SendRequest("OPTIONS", "sip:bob@10.0.0.1");
        fixture.Run(0.3);
        return request.Status;
    }

    private static string RequestUri(RecordedMessage message) => System.Text.Encoding.ASCII.GetString(message.Message!.RequestUri);

    internal static SentRequest Craft(
        ScriptedUserAgent agent,
        string method,
        string uri,
        string route,
        string callId,
        string fromTag,
        string toTag,
        uint cseq = 5
    )
    {
        string? outbound = agent.OutboundProxy;
        agent.OutboundProxy = null;
        SentRequest sent = agent.SendRequest(
            method,
            uri,
            message =>
            {
                message
                    .Set("From", $"<{agent.Address}>;tag={fromTag}")
                    .Set("To", $"<sip:x@10.0.0.1>;tag={toTag}")
                    .Set("Call-ID", callId)
                    .Set("CSeq", $"{cseq} {method}");
                message.Remove("Route");
                message.Add("Route", route);
                message.Target = Proxy;
            }
        );
        agent.OutboundProxy = outbound;
        return sent;
    }

    /// <summary>A proxy that routes as applications did before there was the step: by the Routes alone.</summary>
    private sealed class Node : IDisposable
    {
        private readonly CallFixture _fixture;
        private readonly FailureCatalogue.Node _node;

        public Node(CallFixture fixture)
        {
            _fixture = fixture;
            fixture.Network.Hosts.First(static h => h.Name == "10.0.0.1").Crash();
            _node = new FailureCatalogue.Node(
                fixture,
                fixture.Network.AddHost("10.0.0.1"),
                route: async context =>
                {
                    if (context.IsInDialog)
                    {
                        context.LooseRoute();
                        await context.RelayAsync();
                        return;
                    }

                    context.CreateDialog();
                    context.RecordRoute();
                    await fixture.Forward(context);
                }
            );
        }

        public Dialog Dialog => _node.All[0];

        public ScriptedCall Call() => _fixture.Call();

        public void Dispose() => _node.Dispose();
    }
}
