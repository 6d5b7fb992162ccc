using Parley.Sip;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Refresh;

public class TargetRefreshTests
{
    [Theory]
    [InlineData("INVITE", true)]
    [InlineData("UPDATE", true)]
    [InlineData("INVITE", false)]
    [InlineData("UPDATE", false)]
    [InlineData("SUBSCRIBE", false)]
    [InlineData("NOTIFY", false)]
    [InlineData("REFER", true)]
    public void Catalogue_30_an_accepted_request_and_its_2xx_say_where_both_parties_are(string method, bool byCaller)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        (ScriptedUserAgent from, ScriptedUserAgent to) = byCaller ? (fixture.Alice, fixture.Bob) : (fixture.Bob, fixture.Alice);
        to.OnSending = message =>
        {
            if (message is { IsRequest: false, StatusCode: 200 or 202 } && message.Method == method)
                Move(message, "sip:accepting@10.0.2.9");
        };
        (byCaller ? call : fixture.Bob.Calls[0]).SendRequest(method, message => Move(message, "sip:moved@10.0.1.9"));
        fixture.Run(1);

        DialogLeg sender = byCaller ? fixture.Dialog.Caller : fixture.Dialog.Callee!,
            receiver = byCaller ? fixture.Dialog.Callee! : fixture.Dialog.Caller;
        Assert.Equal("sip:moved@10.0.1.9", sender.Contact);
        Assert.Equal("sip:accepting@10.0.2.9", receiver.Contact);
        Assert.DoesNotContain(fixture.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("INFO")]
    [InlineData("OPTIONS")]
    [InlineData("MESSAGE")]
    [InlineData("BYE")]
    public void Catalogue_34_other_requests_refresh_nothing(string method)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string contact = fixture.Dialog.Caller.Contact;
        call.SendRequest(method, message => Move(message, "sip:moved@10.0.1.9"));
        fixture.Run(1);

        Assert.Contains(
            fixture.Recorder.Messages,
            m => m.Method == method && m.From == "10.0.0.1" && m.Header("Contact") == "<sip:moved@10.0.1.9>"
        );
        Assert.Equal(contact, fixture.Dialog.Caller.Contact);
    }

    [Fact]
    public void Catalogue_34_neither_do_ack_and_prack()
    {
        using var fixture = new CallFixture();
        fixture.Bob.OnInvite = static ringing =>
        {
            ringing.Ring(183, reliable: true);
            ringing.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        fixture.Alice.OnSending = message =>
        {
            if (message is { IsRequest: true, Method: "ACK" or "PRACK" })
                Move(message, "sip:moved@10.0.1.9");
        };
        string? first = null;
        fixture.OnCallback = (dialog, type, _) => first ??= dialog.Caller.Contact;
        fixture.Call();
        fixture.Run(3);

        Assert.Equal("RequestWithin PRACK >", fixture.Events.First(e => e.StartsWith("RequestWithin", StringComparison.Ordinal)));
        Assert.Equal(first, fixture.Dialog.Caller.Contact);
    }

    [Fact]
    public void A_request_that_is_refused_refreshes_nothing()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string contact = fixture.Dialog.Caller.Contact;
        fixture.Bob.OnRequest = static request => request.Respond(request.Method == "UPDATE" ? 488 : 200);
        call.SendRequest("UPDATE", message => Move(message, "sip:moved@10.0.1.9"));
        fixture.Run(1);

        Assert.Equal(contact, fixture.Dialog.Caller.Contact);
    }

    [Fact]
    public void Catalogue_31_the_contact_counts_as_it_leaves_after_the_hooks()
    {
        // The far ends are behind NAT: hooks put in the address that messages really come from.
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            context.OnBranch((request, branch) => Rewrite(request.Request, branch.Edits, "sip:alice@10.0.1.1:5060"));
            context.OnReply(reply =>
            {
                if (reply.Reply is { } message)
                    Rewrite(message, reply.Edits, "sip:bob@10.0.2.1:5060");
            });
            await self!.Route(context);
        });
        self = fixture;
        string? atConfirmed = null;
        fixture.OnCallback = (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                atConfirmed = dialog.Callee!.Contact;
        };
        fixture.Alice.Contact = "sip:alice@192.168.1.2";
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Assert.Equal("sip:alice@10.0.1.1:5060", fixture.Dialog.Caller.Contact);
        Assert.Equal("sip:bob@10.0.2.1:5060", fixture.Dialog.Callee!.Contact);
        Assert.Equal("sip:bob@10.0.2.1:5060", atConfirmed);
        Assert.Equal("10.0.1.1:5060", fixture.Dialog.Caller.Flow.Remote.ToString());
        fixture.Alice.Contact = "sip:alice@192.168.1.3";
        call.ReInvite();
        fixture.Run(1);

        Assert.Equal("sip:alice@10.0.1.1:5060", fixture.Dialog.Caller.Contact);
        Assert.Equal("sip:bob@10.0.2.1:5060", fixture.Dialog.Callee!.Contact);
        Assert.True(call.IsUp);
    }

    [Fact]
    public void Catalogue_32_a_contact_of_the_proxys_own_is_never_learned()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(route: async context =>
        {
            if (context.IsInDialog)
                context.OnBranch((request, branch) => Rewrite(request.Request, branch.Edits, "sip:hidden@10.0.0.1"));
            await self!.Route(context);
        });
        self = fixture;
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string callee = fixture.Dialog.Callee!.Contact;
        call.SendRequest("UPDATE", message => Move(message, "sip:moved@10.0.1.9"));
        fixture.Run(1);
        // Hidden from the far end, known to the proxy.
        Assert.Equal("sip:moved@10.0.1.9", fixture.Dialog.Caller.Contact);
        fixture.Bob.OnSending = message =>
        {
            if (message is { IsRequest: false, Method: "UPDATE" })
                Move(message, "sip:bob@10.0.0.1:5060");
        };
        call.SendRequest("UPDATE", message => Move(message, "sip:self@10.0.0.1"));
        fixture.Run(1);

        Assert.Equal("sip:moved@10.0.1.9", fixture.Dialog.Caller.Contact);
        Assert.Equal(callee, fixture.Dialog.Callee!.Contact);
    }

    [Fact]
    public void Catalogue_33_the_callees_request_refreshes_the_callees_leg()
    {
        using var fixture = new CallFixture();
        fixture.Call();
        fixture.Run(1);
        string caller = fixture.Dialog.Caller.Contact;
        fixture.Bob.Calls[0].ReInvite(message => Move(message, "sip:bob@10.0.2.77"));
        fixture.Run(1);

        Assert.Equal("sip:bob@10.0.2.77", fixture.Dialog.Callee!.Contact);
        Assert.Equal(caller, fixture.Dialog.Caller.Contact);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("<>")]
    [InlineData("<sip:@>")]
    [InlineData("")]
    public void Catalogue_35_a_star_or_nonsense_is_refused(string contact)
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string before = fixture.Dialog.Caller.Contact;
        call.SendRequest("UPDATE", message => message.Remove("Contact").Add("Contact", contact));
        fixture.Run(1);

        Assert.Equal(before, fixture.Dialog.Caller.Contact);
        Assert.DoesNotContain(fixture.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void Catalogue_35_of_parallel_updates_the_one_sent_later_counts_whichever_is_answered_first()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        var held = new List<IncomingRequest>();
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "UPDATE")
                return;
            request.Hold();
            held.Add(request);
        };
        call.SendRequest("UPDATE", message => Move(message, "sip:first@10.0.1.1"));
        fixture.Run(0.2);
        call.SendRequest("UPDATE", message => Move(message, "sip:second@10.0.1.1"));
        fixture.Run(0.2);
        held[1].Respond(200);
        fixture.Run(0.2);
        Assert.Equal("sip:second@10.0.1.1", fixture.Dialog.Caller.Contact);
        held[0].Respond(200);
        fixture.Run(0.2);

        Assert.Equal("sip:second@10.0.1.1", fixture.Dialog.Caller.Contact);
    }

    [Fact]
    public void A_repeated_2xx_of_the_first_invite_does_not_bring_an_old_contact_back()
    {
        using var fixture = new CallFixture();
        // Alice's ACK is lost for a while, so bob repeats his 200; meanwhile he moves.
        bool lose = true;
        fixture.Network.Interceptor = packet => lose && packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        fixture.Call();
        fixture.Run(0.2);
        fixture.Bob.Calls[0].SendRequest("UPDATE", message => Move(message, "sip:bob@10.0.2.77"));
        fixture.Run(0.2);
        Assert.Equal("sip:bob@10.0.2.77", fixture.Dialog.Callee!.Contact);
        fixture.Run(3);
        Assert.True(fixture.Recorder.Count("200 INVITE", from: "10.0.2.1", to: "10.0.0.1") > 2);
        lose = false;
        fixture.Run(5);

        Assert.Equal("sip:bob@10.0.2.77", fixture.Dialog.Callee!.Contact);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
    }

    [Fact]
    public void Catalogue_15_a_late_answer_changes_nothing_of_a_dialog_that_is_over()
    {
        using var fixture = new CallFixture();
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string contact = fixture.Dialog.Caller.Contact;
        IncomingRequest? held = null;
        fixture.Bob.OnRequest = request =>
        {
            if (request.Method != "UPDATE")
                return;
            request.Hold();
            held = request;
        };
        call.SendRequest("UPDATE", message => Move(message, "sip:moved@10.0.1.9"));
        fixture.Run(0.2);
        call.Bye();
        fixture.Run(0.2);
        held!.Respond(200);
        fixture.Run(1);

        Assert.Equal(DialogState.Deleted, fixture.Dialog.State);
        Assert.Equal(contact, fixture.Dialog.Caller.Contact);
    }

    private static void Move(OutgoingMessage message, string uri) => message.Remove("Contact").Add("Contact", $"<{uri}>");

    private static void Rewrite(SipMessage message, SipEdits edits, string uri)
    {
        if (message.Contacts.TryGetFirst(out NameAddrView contact))
            edits.Replace(contact.UriText, System.Text.Encoding.ASCII.GetBytes(uri));
    }
}
