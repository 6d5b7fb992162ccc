using Parley.Dialogs.Tests.FailureCatalogue;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.Sdp;

public class SessionDescriptionTests
{
    [Fact]
    public void The_answered_call_has_what_both_sides_said()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        bench.Call();
        bench.Run(2);

        Assert.Equal("a-1/b-1", Both(bench));
    }

    [Fact]
    public async Task Row_36_an_offer_under_way_at_a_restart_is_neither_in_force_nor_lost()
    {
        var store = new MemoryDialogStore();
        using CallBench bench = Bench();
        string alice = "a-1",
            bob = "b-1";
        bench.Alice.OnSending = m => Say(m, "INVITE", alice);
        bench.Bob.OnSending = m => Say(m, "200 INVITE", bob);
        ScriptedCall call = bench.Call();
        bench.Run(2);
        using var kept = new DialogPersistence(bench.Dialogs, store, bench.Proxy.Transport.Listeners);
        // What the proxy sends is lost until it is gone: the caller repeats its re-INVITE.
        bench.Network.Interceptor = static packet => packet.From.Name == "10.0.0.1" ? PacketFate.Drop : PacketFate.Pass;
        (alice, bob) = ("a-2", "b-2");
        call.ReInvite();
        bench.Run(0.3);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        Assert.Contains("a-2", Assert.Single(store.Rows).GetText(DialogColumn.Details), StringComparison.Ordinal);
        using Node next = Node.Restart(bench, static options => options.KeepSessionDescriptions = true);
        using DialogPersistence again = next.Keep(store);
        Assert.Equal((1, 0), await again.LoadAsync(TestContext.Current.CancellationToken));
        Dialog dialog = next.All[0];
        Assert.Equal(("a-1", "b-1"), (dialog.Caller.SessionDescription, dialog.Callee!.SessionDescription));
        SdpPending pending = dialog.Callee.Exchange!.Pending;
        Assert.Equal("a-2", System.Text.Encoding.ASCII.GetString(SdpBody.BodyOf(pending.OfCaller!)));
        // The caller's repetition comes, and the new process sees the answer.
        bench.Network.Interceptor = null;
        bench.Run(8);
        Assert.Equal(("a-2", "b-2"), (dialog.Caller.SessionDescription, dialog.Callee.SessionDescription));
        Assert.False(dialog.Callee.Exchange.IsPending);
        await again.SaveAllAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("pending", Assert.Single(store.Rows).GetText(DialogColumn.Details), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_36_an_offer_that_is_refused_leaves_the_row_too()
    {
        var store = new MemoryDialogStore();
        using CallBench bench = Bench();
        string alice = "a-1";
        bench.Alice.OnSending = m => Say(m, "INVITE", alice);
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        ScriptedCall call = bench.Call();
        bench.Run(2);
        using var kept = new DialogPersistence(bench.Dialogs, store, bench.Proxy.Transport.Listeners);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        alice = "a-2";
        call.ReInvite();
        bench.Run(2);
        while (await kept.FlushAsync(TestContext.Current.CancellationToken)) { }

        string details = Assert.Single(store.Rows).GetText(DialogColumn.Details)!;
        Assert.DoesNotContain("a-2", details, StringComparison.Ordinal);
        Assert.Contains("a-1", details, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_kept_unless_asked_for()
    {
        using var bench = new CallBench();
        bench.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        bench.Call();
        bench.Run(2);
        Assert.Equal("/", Both(bench));

        using var pinged = new CallBench(flags: DialogFlags.ReinvitePingCallee);
        pinged.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        pinged.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        pinged.Call();
        pinged.Run(2);
        Assert.Equal("a-1/b-1", Both(pinged));
    }

    [Fact]
    public void Catalogue_36_an_offer_that_is_refused_is_forgotten_and_an_accepted_one_is_current_at_once()
    {
        using CallBench bench = Bench();
        string alice = "a-1",
            bob = "b-1";
        bench.Alice.OnSending = m => Say(m, "INVITE", alice);
        bench.Bob.OnSending = m => Say(m, "200 INVITE", bob);
        ScriptedCall call = bench.Call();
        bench.Run(2);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        alice = "a-2";
        call.ReInvite();
        bench.Run(2);
        Assert.Equal("a-1/b-1", Both(bench));
        bench.Bob.OnRequest = null;
        (alice, bob) = ("a-3", "b-3");
        call.ReInvite();
        bench.Run(2);

        Assert.Equal("a-3/b-3", Both(bench));
    }

    [Fact]
    public void The_callee_may_offer_too()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m => Say(m, m.IsRequest ? "INVITE" : "200 INVITE", m.IsRequest ? "a-1" : "a-2");
        bench.Bob.OnSending = m => Say(m, m.IsRequest ? "INVITE" : "200 INVITE", m.IsRequest ? "b-2" : "b-1");
        bench.Call();
        bench.Run(2);
        bench.Bob.Calls[0].ReInvite();
        bench.Run(2);

        Assert.Equal("a-2/b-2", Both(bench));
    }

    [Fact]
    public void An_offer_in_the_2xx_waits_for_its_answer_in_the_ack()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m =>
        {
            if (m is { IsRequest: true, Method: "INVITE" })
                m.Body = "";
            Say(m, "ACK", "a-1");
        };
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        string? atConfirmed = null;
        bench.OnCallback = (_, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                atConfirmed = Both(bench);
        };
        bench.Call();
        bench.Run(2);

        Assert.Equal("/", atConfirmed);
        Assert.Equal("a-1/b-1", Both(bench));
    }

    [Fact]
    public void An_answer_in_a_reliable_provisional_counts_at_the_2xx_and_an_update_after_it_wins()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m =>
        {
            Say(m, "INVITE", "a-1");
            Say(m, "UPDATE", "a-2");
        };
        bench.Bob.OnSending = m =>
        {
            Say(m, "183 INVITE", "b-1");
            Say(m, "200 UPDATE", "b-2");
            if (m.Label == "200 INVITE")
                m.Body = "";
        };
        ScriptedCall? ringing = null;
        bench.Bob.OnInvite = c =>
        {
            ringing = c;
            c.Ring(183, reliable: true);
        };
        ScriptedCall call = bench.Call();
        bench.Run(2);
        Assert.Equal("/", Both(bench));
        call.SendRequest("UPDATE");
        bench.Run(1);
        Assert.Equal("a-2/b-2", Both(bench));
        ringing!.Answer();
        bench.Run(2);

        Assert.True(call.IsUp);
        Assert.Equal("a-2/b-2", Both(bench));
    }

    [Fact]
    public void An_update_that_is_refused_leaves_the_answer_before_it()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m =>
        {
            Say(m, "INVITE", "a-1");
            Say(m, "UPDATE", "a-2");
        };
        bench.Bob.OnSending = m =>
        {
            Say(m, "183 INVITE", "b-1");
            if (m.Label == "200 INVITE")
                m.Body = "";
        };
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "UPDATE")
                request.Respond(488);
        };
        ScriptedCall? ringing = null;
        bench.Bob.OnInvite = c =>
        {
            ringing = c;
            c.Ring(183, reliable: true);
        };
        ScriptedCall call = bench.Call();
        bench.Run(2);
        call.SendRequest("UPDATE");
        bench.Run(1);
        ringing!.Answer();
        bench.Run(2);

        Assert.Equal("a-1/b-1", Both(bench));
    }

    [Fact]
    public void Of_a_fork_the_winners_answer_counts()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        bench.Bob.OnSending = m => Say(m, "183 INVITE", "b-1");
        bench.Carol.OnSending = m => Say(m, "200 INVITE", "c-1");
        bench.Bob.OnInvite = static c => c.Ring(183, reliable: true);
        bench.Carol.OnInvite = static c => c.AnswerAfter(TimeSpan.FromSeconds(1));
        bench.Call("bob-carol");
        bench.Run(4);

        Assert.Equal("a-1/c-1", Both(bench));
    }

    [Fact]
    public void A_description_counts_as_it_leaves()
    {
        CallBench? self = null;
        using var bench = new CallBench(
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
        self = bench;
        bench.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        bench.Call();
        bench.Run(2);

        Assert.Equal("relayed/b-1", Both(bench));
    }

    [Fact]
    public void A_repeated_2xx_begins_no_new_exchange()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m => Say(m, "INVITE", "a-1");
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-1");
        bool lose = true;
        bench.Network.Interceptor = packet => lose && packet.Is("ACK") ? PacketFate.Drop : PacketFate.Pass;
        ScriptedCall call = bench.Call();
        bench.Run(3);
        lose = false;
        bench.Run(5);
        Assert.Equal("a-1/b-1", Both(bench));
        bench.Alice.OnSending = m => Say(m, "INVITE", "a-2");
        bench.Bob.OnSending = m => Say(m, "200 INVITE", "b-2");
        call.ReInvite();
        bench.Run(2);

        Assert.Equal("a-2/b-2", Both(bench));
    }

    [Fact]
    public void A_repeated_2xx_whose_ack_is_lost_does_not_hold_up_the_next_offer()
    {
        using CallBench bench = Bench();
        bench.Alice.OnSending = m =>
        {
            Say(m, "INVITE", "a-1");
            Say(m, "UPDATE", "a-2");
        };
        bench.Bob.OnSending = m =>
        {
            Say(m, "200 INVITE", "b-1");
            Say(m, "200 UPDATE", "b-2");
        };
        // The first ACK reaches the proxy but not bob; those of the repetitions not even the proxy.
        int acks = 0;
        bench.Network.Interceptor = packet =>
            packet.Is("ACK") && (packet.From != bench.Network.Hosts.First(h => h.Name == "10.0.1.1") || acks++ > 0)
                ? PacketFate.Drop
                : PacketFate.Pass;
        ScriptedCall call = bench.Call();
        bench.Run(2);
        Assert.True(acks > 1);
        call.SendRequest("UPDATE");
        bench.Run(0.2);

        Assert.Equal("a-2/b-2", Both(bench));
    }

    private static CallBench Bench() => new(static options => options.KeepSessionDescriptions = true);

    private static string Both(CallBench bench) => $"{bench.Dialog.Caller.SessionDescription}/{bench.Dialog.Callee?.SessionDescription}";

    private static void Say(OutgoingMessage message, string label, string text)
    {
        if (message.Label == label)
            message.Body = text;
    }
}
