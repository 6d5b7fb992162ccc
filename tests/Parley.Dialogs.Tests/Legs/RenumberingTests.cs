using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests;

/// <summary>CSeq on the wire, once the proxy has sent requests of its own.</summary>
public class RenumberingTests
{
    private const string Proxy = "10.0.0.1",
        AliceHost = "10.0.1.1",
        BobHost = "10.0.2.1";

    [Fact]
    public void Requests_after_an_own_one_are_renumbered_and_their_replies_have_the_callers_number()
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        uint first = fixture.Dialog.Callee!.CSeq;
        Own(fixture, toCaller: false);
        SentRequest info = call.SendRequest("INFO"),
            update = call.SendRequest("UPDATE");
        fixture.Run(1);
        Assert.Equal([first + 1, first + 2, first + 3], Numbers(fixture, BobHost, "OPTIONS", "INFO", "UPDATE"));
        Assert.Equal((200, 200), (info.Status, update.Status)); // the caller knows its own numbers only
        call.Bye();
        fixture.Run(1);
        Assert.Equal(first + 4, fixture.Bob.Calls[0].Requests[^1].CSeq);
        Assert.Equal(CallEnd.LocalBye, call.End);
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Row_24_the_ACK_of_a_reINVITE_has_the_number_it_left_with(bool fromCallee)
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        ScriptedCall sender = fromCallee ? fixture.Bob.Calls[0] : call,
            other = fromCallee ? call : fixture.Bob.Calls[0];
        Own(fixture, toCaller: fromCallee);
        SentRequest invite = sender.ReInvite();
        fixture.Run(1);
        Own(fixture, toCaller: fromCallee);
        sender.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal(200, invite.Status);
        string host = fromCallee ? AliceHost : BobHost;
        RecordedMessage sent = fixture.Recorder.Find("INVITE", Proxy, host).Last(),
            ack = fixture.Recorder.Find("ACK", Proxy, host).Last();
        Assert.Equal(sent.Message!.CSeqNumber, ack.Message!.CSeqNumber);
        Assert.NotEqual(invite.Message["CSeq"], sent.CSeq);
        Assert.Null(other.Dialog!.IsEnded ? other : null);
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Fact]
    public void Row_24_retransmissions_and_the_ACK_of_a_failure_have_the_number_of_their_request()
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        Own(fixture, toCaller: false);
        fixture.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        int seen = 0;
        fixture.Network.Interceptor = packet =>
            packet.Label == "INVITE" && packet.To?.Name == BobHost && seen++ < 2 ? PacketFate.Drop : PacketFate.Pass;
        SentRequest invite = call.ReInvite();
        fixture.Run(10);
        Assert.Equal(488, invite.Status);
        RecordedMessage[] copies = [.. fixture.Recorder.Find("INVITE", Proxy, BobHost).TakeLast(3)];
        Assert.Single(copies.Select(static m => m.CSeq).Distinct());
        Assert.Equal(copies[0].Message!.CSeqNumber, fixture.Recorder.Find("ACK", Proxy, BobHost).Last().Message!.CSeqNumber);
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void Row_24_the_ACK_of_the_first_INVITE_keeps_its_number_when_a_request_of_the_proxys_own_went_before_it()
    {
        using var fixture = new CallFixture();
        fixture.Network.Interceptor = static packet => packet.Label == "ACK" ? PacketFate.HoldBack : PacketFate.Pass;
        fixture.Network.Conditions = new LinkConditions { ReorderingDelay = TimeSpan.FromSeconds(2) };
        fixture.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                dialog.SendSequentialAsync("OPTIONS", toCaller: false);
        };
        fixture.Call();
        fixture.Run(10);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        Assert.All(
            fixture.Recorder.Find("ACK", Proxy, BobHost),
            m => Assert.Equal(fixture.Recorder.Find("INVITE", Proxy, BobHost).First().Message!.CSeqNumber, m.Message!.CSeqNumber)
        );
        Assert.Empty(fixture.Bob.Anomalies);
    }

    [Fact]
    public void Row_25_the_own_BYE_is_above_every_request_that_passed()
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        call.SendRequest("INFO");
        call.SendRequest("UPDATE");
        fixture.Run(1);
        uint highest = fixture.Bob.Calls[0].Requests.Max(static r => r.CSeq);
        fixture.Dialog.Terminate();
        fixture.Run(1);
        Assert.Equal(highest + 1, fixture.Recorder.Find("BYE", to: BobHost).Single().Message!.CSeqNumber);
    }

    [Fact]
    public void Row_26_a_number_that_was_changed_on_one_branch_is_that_branchs_alone()
    {
        using var fixture = new CallFixture();
        // As an application does that answers a challenge in the caller's place: carol's copy has another number.
        fixture.Proxy.OnBranch(
            static (context, branch) =>
            {
                if (context.Method != Parley.Sip.SipMethod.Invite || context.IsInDialog || branch.Index != 1)
                    return;
                branch.Edits.Replace(context.Request.CSeqNumberText, "70000"u8);
            }
        );
        fixture.Bob.OnInvite = static call => call.Ring();
        fixture.Carol.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = fixture.Call("bob-carol");
        fixture.Run(2);
        Assert.Equal(200, call.Status);
        ScriptedCall carol = fixture.Carol.Calls[0];
        Assert.Equal(70_000u, carol.Invite!.CSeq);
        Assert.Equal(CallState.Established, carol.State); // its ACK had its number
        Assert.True(fixture.Bob.Calls[0].IsCancelReceived);
        Assert.Equal(fixture.Bob.Calls[0].Invite!.CSeq, fixture.Recorder.Find("CANCEL", to: BobHost).First().Message!.CSeqNumber);
        SentRequest info = call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal((200, 70_001u), (info.Status, carol.Requests[^1].CSeq));
        Assert.Empty(fixture.Alice.Anomalies);
        Assert.Empty(fixture.Carol.Anomalies);
    }

    [Fact]
    public void Row_27_the_RAck_of_a_PRACK_names_the_INVITE_as_the_callee_got_it()
    {
        using var fixture = new CallFixture();
        fixture.Alice.Supports100Rel = true;
        fixture.Proxy.OnBranch(
            static (context, branch) =>
            {
                if (context.Method == Parley.Sip.SipMethod.Invite && !context.IsInDialog)
                    branch.Edits.Replace(context.Request.CSeqNumberText, "70000"u8);
            }
        );
        fixture.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.Ring(180, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        ScriptedCall call = fixture.Call();
        fixture.Run(3);
        Assert.Equal(CallState.Established, call.State);
        RecordedMessage[] pracks = [.. fixture.Recorder.Find("PRACK", to: BobHost)];
        Assert.Equal([70_001u, 70_002u], pracks.Select(static m => m.Message!.CSeqNumber));
        Assert.All(pracks, static m => Assert.EndsWith(" 70000 INVITE", m.Header("RAck")!, StringComparison.Ordinal));
        Assert.Empty(fixture.Bob.Anomalies);
        Assert.Empty(fixture.Alice.Anomalies);
    }

    [Fact]
    public void Rows_28_and_29_the_caller_has_a_space_of_its_own_that_begins_at_1()
    {
        using CallFixture fixture = Up(out ScriptedCall call);
        fixture.Dialog.Terminate();
        fixture.Run(1);
        Assert.Equal(1u, fixture.Recorder.Find("BYE", to: AliceHost).Single().Message!.CSeqNumber);
        Assert.Equal(fixture.Bob.Calls[0].Invite!.CSeq + 1, fixture.Recorder.Find("BYE", to: BobHost).Single().Message!.CSeqNumber);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Fact]
    public void Validation_compares_with_what_the_other_party_sent_and_not_with_the_proxys_own()
    {
        var seen = new List<DialogValidation>();
        CallFixture? made = null;
        using CallFixture fixture = made = new(route: async context =>
        {
            if (context.IsInDialog && context.LooseRoute())
                seen.Add(context.ValidateDialog());
            if (context.IsInDialog)
                await context.RelayAsync();
            else
                await made!.Route(context);
        });
        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        Own(fixture, toCaller: false);
        Own(fixture, toCaller: false);
        call.SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal([DialogValidation.Valid, DialogValidation.Valid], seen);
    }

    [Fact]
    public void What_each_leg_sees_only_grows_on_a_bad_network()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using var fixture = new CallFixture(seed: seed);
            fixture.Network.Conditions = LinkConditions.Bad(0.1);
            ScriptedCall call = fixture.Call();
            fixture.Run(20);
            for (int i = 0; i < 10 && fixture.All.Count > 0; i++)
            {
                _ = fixture.Dialog.SendSequentialAsync("OPTIONS", toCaller: i % 2 == 0);
                if (call.IsUp)
                    call.SendRequest(i % 3 == 0 ? "UPDATE" : "INFO");
                if (i == 5 && call.IsUp)
                    call.ReInvite();
                if (fixture.Bob.Calls.Count > 0 && fixture.Bob.Calls[0].IsUp)
                    fixture.Bob.Calls[0].SendRequest("INFO");
                fixture.Run(40);
            }

            fixture.Dialog.Terminate();
            fixture.Run(100);
            Assert.DoesNotContain(fixture.Alice.Anomalies.Concat(fixture.Bob.Anomalies), static a => a.Kind == AnomalyKind.UnexpectedAck);
            foreach (string host in new[] { AliceHost, BobHost })
            {
                uint[] sent =
                [
                    .. fixture
                        .Recorder.Messages.Where(m => m.IsRequest && m.From == Proxy && m.To == host && m.Method is not ("ACK" or "CANCEL"))
                        .Select(static m => m.Message!.CSeqNumber)
                        .Distinct(),
                ];
                Assert.Equal(sent.Order(), sent); // by the first time each was sent
            }

            Assert.Empty(fixture.Dialogs.Dialogs(includeDeleted: true));
        }
    }

    private static CallFixture Up(out ScriptedCall call)
    {
        var fixture = new CallFixture();
        call = fixture.Call();
        fixture.Run(1);
        Assert.Equal(DialogState.Confirmed, fixture.Dialog.State);
        return fixture;
    }

    private static void Own(CallFixture fixture, bool toCaller)
    {
        Task<SequentialReply> reply = fixture.Dialog.SendSequentialAsync("OPTIONS", toCaller);
        fixture.Run(1);
        Assert.Equal(200, reply.Result.StatusCode);
    }

    private static uint[] Numbers(CallFixture fixture, string host, params string[] methods) =>
        [.. methods.Select(method => fixture.Recorder.Find(method, Proxy, host).Last().Message!.CSeqNumber)];
}
