using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Sdp;

public class SessionDescriptionTests
{
    [Fact]
    public void The_answered_call_has_what_both_sides_said()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        fixture.Call();
        fixture.Run(2);

        Assert.Equal("a-1/b-1", Both(fixture));
    }

    [Fact]
    public async Task Row_36_an_offer_under_way_at_a_restart_is_neither_in_force_nor_lost()
    {
        var store = new MemoryDialogStore();
        using CallFixture fixture = Bench();
        string alice = "a-1",
            bob = "b-1";
        fixture.Alice.OnSending = m => Say(m, "INVITE", alice);
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", bob);
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners);
        // What the proxy sends is lost until it is gone: the caller repeats its re-INVITE.
        fixture.Network.Interceptor = static packet => packet.From.Name == "10.0.0.1" ? PacketFate.Drop : PacketFate.Pass;
        (alice, bob) = ("a-2", "b-2");
        call.ReInvite();
        fixture.Run(0.3);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        Assert.Contains("a-2", Assert.Single(store.Rows).GetText(DialogColumn.Details), StringComparison.Ordinal);
        using Node next = Node.Restart(fixture, static options => options.KeepSessionDescriptions = true);
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Dialog dialog = next.All[0];
        Assert.Equal(("a-1", "b-1"), (dialog.Caller.SessionDescription, dialog.Callee!.SessionDescription));
        SdpPending pending = dialog.Callee.Exchange!.Pending;
        Assert.Equal("a-2", System.Text.Encoding.ASCII.GetString(SdpBody.BodyOf(pending.OfCaller!)));
        // The caller's repetition comes, and the new process sees the answer.
        fixture.Network.Interceptor = null;
        fixture.Run(8);
        Assert.Equal(("a-2", "b-2"), (dialog.Caller.SessionDescription, dialog.Callee.SessionDescription));
        Assert.False(dialog.Callee.Exchange.IsPending);
        await again.SaveAllAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("pending", Assert.Single(store.Rows).GetText(DialogColumn.Details), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_36_an_offer_that_is_refused_leaves_the_row_too()
    {
        var store = new MemoryDialogStore();
        using CallFixture fixture = Bench();
        string alice = "a-1";
        fixture.Alice.OnSending = m => Say(m, "INVITE", alice);
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        using var kept = new DialogPersistence(fixture.Dialogs, store, fixture.Proxy.Transport.Listeners);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        alice = "a-2";
        call.ReInvite();
        fixture.Run(2);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        string details = Assert.Single(store.Rows).GetText(DialogColumn.Details)!;
        Assert.DoesNotContain("a-2", details, StringComparison.Ordinal);
        Assert.Contains("a-1", details, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_kept_unless_asked_for()
    {
        using var fixture = new CallFixture();
        fixture.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        fixture.Call();
        fixture.Run(2);
        Assert.Equal("/", Both(fixture));

        using var pinged = new CallFixture(flags: DialogFlags.ReinvitePingCallee);
        pinged.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        pinged.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        pinged.Call();
        pinged.Run(2);
        Assert.Equal("a-1/b-1", Both(pinged));
    }

    [Fact]
    public void Catalogue_36_an_offer_that_is_refused_is_forgotten_and_an_accepted_one_is_current_at_once()
    {
        using CallFixture fixture = Fixture();
        string alice = "a-1",
            bob = "b-1";
        fixture.Alice.OnSending = m => Say(m, "INVITE", alice);
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", bob);
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        alice = "a-2";
        call.ReInvite();
        fixture.Run(2);
        Assert.Equal("a-1/b-1", Both(fixture));
        fixture.Bob.OnRequest = null;
        (alice, bob) = ("a-3", "b-3");
        call.ReInvite();
        fixture.Run(2);

        Assert.Equal("a-3/b-3", Both(fixture));
    }

    [Fact]
    public void The_callee_may_offer_too()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m => Say(m, m.IsRequest ? "INVITE" : "200 INVITE", m.IsRequest ? "a-1" : "a-2");
        fixture.Bob.OnSending = m => Say(m, m.IsRequest ? "INVITE" : "200 INVITE", m.IsRequest ? "b-2" : "b-1");
        fixture.Call();
        fixture.Run(2);
        fixture.Bob.Calls[0].ReInvite();
        fixture.Run(2);

        Assert.Equal("a-2/b-2", Both(fixture));
    }

    [Fact]
    public void An_offer_in_the_2xx_waits_for_its_answer_in_the_ack()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m =>
        {
            if (m is { IsRequest: true, Method: "INVITE" })
                m.Body = "";
            Say(m, "ACK", "a-1");
        };
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        string? atConfirmed = null;
        fixture.OnCallback = (_, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                atConfirmed = Both(fixture);
        };
        fixture.Call();
        fixture.Run(2);

        Assert.Equal("/", atConfirmed);
        Assert.Equal("a-1/b-1", Both(fixture));
    }

    [Fact]
    public void An_answer_in_a_reliable_provisional_counts_at_the_2xx_and_an_update_after_it_wins()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m =>
        {
            Say(m, "INVITE", "a-1");
            Say(m, "UPDATE", "a-2");
        };
        fixture.Bob.OnSending = m =>
        {
            Say(m, "183 INVITE", "b-1");
            Say(m, "200 UPDATE", "b-2");
            if (m.Label == "200 INVITE")
                m.Body = "";
        };
        ScriptedCall? ringing = null;
        fixture.Bob.OnInvite = c =>
        {
            ringing = c;
            c.Ring(183, reliable: true);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        Assert.Equal("/", Both(fixture));
        call.SendRequest("UPDATE");
        fixture.Run(1);
        Assert.Equal("a-2/b-2", Both(fixture));
        ringing!.Answer();
        fixture.Run(2);

        Assert.True(call.IsUp);
        Assert.Equal("a-2/b-2", Both(fixture));
    }

    [Fact]
    public void An_update_that_is_refused_leaves_the_answer_before_it()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m =>
        {
            Say(m, "INVITE", "a-1");
            Say(m, "UPDATE", "a-2");
        };
        fixture.Bob.OnSending = m =>
        {
            Say(m, "183 INVITE", "b-1");
            if (m.Label == "200 INVITE")
                m.Body = "";
        };
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "UPDATE")
                request.Respond(488);
        };
        ScriptedCall? ringing = null;
        fixture.Bob.OnInvite = c =>
        {
            ringing = c;
            c.Ring(183, reliable: true);
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        call.SendRequest("UPDATE");
        fixture.Run(1);
        ringing!.Answer();
        fixture.Run(2);

        Assert.Equal("a-1/b-1", Both(fixture));
    }

    [Fact]
    public void Of_a_fork_the_winners_answer_counts()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        fixture.Bob.OnSending = m => Say(m, "183 INVITE", "b-1");
        fixture.Carol.OnSending = m => Say(m, "200 INVITE", "c-1");
        fixture.Bob.OnInvite = static c => c.Ring(183, reliable: true);
        fixture.Carol.OnInvite = static c => c.AnswerAfter(TimeSpan.FromSeconds(1));
        fixture.Call("bob-carol");
        fixture.Run(4);

        Assert.Equal("a-1/c-1", Both(fixture));
    }

    [Fact]
    public void A_description_counts_as_it_leaves()
    {
        CallFixture? self = null;
        using var fixture = new CallFixture(
            static options => options.KeepSessionDescriptions = true,
            route: async context =>
            {
                context.OnBranch(
                    (request, branch) =>
                    {
                        if (!request.Request.Body.IsEmpty)
                            branch.Edits.ReplaceBody("application/sdp"u8, "relayed"u8);
                    }
                );
                await self!.Route(context);
            }
        );
        self = fixture;
        fixture.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        fixture.Call();
        fixture.Run(2);

        Assert.Equal("relayed/b-1", Both(fixture));
    }

    [Fact]
    public void A_repeated_2xx_begins_no_new_exchange()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        bool lose = true;
        fixture.Network.Interceptor = packet => lose && packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = fixture.Call();
        fixture.Run(3);
        lose = false;
        fixture.Run(5);
        Assert.Equal("a-1/b-1", Both(fixture));
        fixture.Alice.OnSending = m => Say(m, "INVITE", "a-2");
        fixture.Bob.OnSending = m => Say(m, "200 INVITE", "b-2");
        call.ReInvite();
        fixture.Run(2);

        Assert.Equal("a-2/b-2", Both(fixture));
    }

    [Fact]
    public void A_repeated_2xx_whose_ack_is_lost_does_not_hold_up_the_next_offer()
    {
        using CallFixture fixture = Fixture();
        fixture.Alice.OnSending = m =>
        {
            Say(m, "INVITE", "a-1");
            Say(m, "UPDATE", "a-2");
        };
        fixture.Bob.OnSending = m =>
        {
            Say(m, "200 INVITE", "b-1");
            Say(m, "200 UPDATE", "b-2");
        };
        // The first ACK reaches the proxy but not bob; those of the repetitions not even the proxy.
        int acks = 0;
        fixture.Network.Interceptor = packet =>
            packet.Is("ACK") && (packet.From != fixture.Network.Hosts.First(h => h.Name == "10.0.1.1") || acks++ > 0)
                ? PacketFate.Drop
                : PacketFate.Pass;
        ScriptedCall call = fixture.Call();
        fixture.Run(2);
        Assert.True(acks > 1);
        call.SendRequest("UPDATE");
        fixture.Run(0.2);

        Assert.Equal("a-2/b-2", Both(fixture));
    }

    private static CallFixture Fixture() => new(static options => options.KeepSessionDescriptions = true);

    private static string Both(CallFixture fixture) =>
        $"{fixture.Dialog.Caller.SessionDescription}/{fixture.Dialog.Callee?.SessionDescription}";

    private static void Say(OutgoingMessage message, string label, string text)
    {
        if (message.Label == label)
            message.Body = text;
    }
}
