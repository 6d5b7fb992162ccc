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
        using CallBench bench = Up(out ScriptedCall call);
        uint first = bench.Dialog.Callee!.CSeq;
        Own(bench, toCaller: false);
        SentRequest info = call.SendRequest("INFO"),
            update = call.SendRequest("UPDATE");
        bench.Run(1);
        Assert.Equal([first + 1, first + 2, first + 3], Numbers(bench, BobHost, "OPTIONS", "INFO", "UPDATE"));
        Assert.Equal((200, 200), (info.Status, update.Status)); // the caller knows its own numbers only
        call.Bye();
        bench.Run(1);
        Assert.Equal(first + 4, bench.Bob.Calls[0].Requests[^1].CSeq);
        Assert.Equal(CallEnd.LocalBye, call.End);
        Assert.Empty(bench.Bob.Anomalies);
        Assert.Empty(bench.Alice.Anomalies);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Row_24_the_ACK_of_a_reINVITE_has_the_number_it_left_with(bool fromCallee)
    {
        using CallBench bench = Up(out ScriptedCall call);
        ScriptedCall sender = fromCallee ? bench.Bob.Calls[0] : call,
            other = fromCallee ? call : bench.Bob.Calls[0];
        Own(bench, toCaller: fromCallee);
        SentRequest invite = sender.ReInvite();
        bench.Run(1);
        Own(bench, toCaller: fromCallee);
        sender.SendRequest("INFO");
        bench.Run(1);
        Assert.Equal(200, invite.Status);
        string host = fromCallee ? AliceHost : BobHost;
        RecordedMessage sent = bench.Recorder.Find("INVITE", Proxy, host).Last(),
            ack = bench.Recorder.Find("ACK", Proxy, host).Last();
        Assert.Equal(sent.Message!.CSeqNumber, ack.Message!.CSeqNumber);
        Assert.NotEqual(invite.Message["CSeq"], sent.CSeq);
        Assert.Null(other.Dialog!.IsEnded ? other : null);
        Assert.Empty(bench.Bob.Anomalies);
        Assert.Empty(bench.Alice.Anomalies);
    }

    [Fact]
    public void Row_24_retransmissions_and_the_ACK_of_a_failure_have_the_number_of_their_request()
    {
        using CallBench bench = Up(out ScriptedCall call);
        Own(bench, toCaller: false);
        bench.Bob.OnRequest = static request =>
        {
            if (request.Method == "INVITE")
                request.Respond(488);
        };
        int seen = 0;
        bench.Network.Interceptor = packet =>
            packet.Label == "INVITE" && packet.To?.Name == BobHost && seen++ < 2 ? PacketFate.Drop : PacketFate.Pass;
        SentRequest invite = call.ReInvite();
        bench.Run(10);
        Assert.Equal(488, invite.Status);
        RecordedMessage[] copies = [.. bench.Recorder.Find("INVITE", Proxy, BobHost).TakeLast(3)];
        Assert.Single(copies.Select(static m => m.CSeq).Distinct());
        Assert.Equal(copies[0].Message!.CSeqNumber, bench.Recorder.Find("ACK", Proxy, BobHost).Last().Message!.CSeqNumber);
        Assert.Empty(bench.Bob.Anomalies);
    }

    [Fact]
    public void Row_24_the_ACK_of_the_first_INVITE_keeps_its_number_when_a_request_of_the_proxys_own_went_before_it()
    {
        using var bench = new CallBench();
        bench.Network.Interceptor = static packet => packet.Label == "ACK" ? PacketFate.HoldBack : PacketFate.Pass;
        bench.Network.Conditions = new LinkConditions { ReorderingDelay = TimeSpan.FromSeconds(2) };
        bench.OnCallback = static (dialog, type, _) =>
        {
            if (type == DialogCallbackTypes.Confirmed)
                dialog.SendSequentialAsync("OPTIONS", toCaller: false);
        };
        bench.Call();
        bench.Run(10);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        Assert.All(
            bench.Recorder.Find("ACK", Proxy, BobHost),
            m => Assert.Equal(bench.Recorder.Find("INVITE", Proxy, BobHost).First().Message!.CSeqNumber, m.Message!.CSeqNumber)
        );
        Assert.Empty(bench.Bob.Anomalies);
    }

    [Fact]
    public void Row_25_the_own_BYE_is_above_every_request_that_passed()
    {
        using CallBench bench = Up(out ScriptedCall call);
        call.SendRequest("INFO");
        call.SendRequest("UPDATE");
        bench.Run(1);
        uint highest = bench.Bob.Calls[0].Requests.Max(static r => r.CSeq);
        bench.Dialog.Terminate();
        bench.Run(1);
        Assert.Equal(highest + 1, bench.Recorder.Find("BYE", to: BobHost).Single().Message!.CSeqNumber);
    }

    [Fact]
    public void Row_26_a_number_that_was_changed_on_one_branch_is_that_branchs_alone()
    {
        using var bench = new CallBench();
        // As an application does that answers a challenge in the caller's place: carol's copy has another number.
        bench.Proxy.OnBranch(
            static (context, branch) =>
            {
                if (context.Method != Parley.Sip.SipMethod.Invite || context.IsInDialog || branch.Index != 1)
                    return;
                branch.Edits.Replace(context.Request.CSeqNumberText, "70000"u8);
            }
        );
        bench.Bob.OnInvite = static call => call.Ring();
        bench.Carol.OnInvite = static call =>
        {
            call.Ring();
            call.AnswerAfter(TimeSpan.FromSeconds(1));
        };
        ScriptedCall call = bench.Call("bob-carol");
        bench.Run(2);
        Assert.Equal(200, call.Status);
        ScriptedCall carol = bench.Carol.Calls[0];
        Assert.Equal(70_000u, carol.Invite!.CSeq);
        Assert.Equal(CallState.Established, carol.State); // its ACK had its number
        Assert.True(bench.Bob.Calls[0].IsCancelReceived);
        Assert.Equal(bench.Bob.Calls[0].Invite!.CSeq, bench.Recorder.Find("CANCEL", to: BobHost).First().Message!.CSeqNumber);
        SentRequest info = call.SendRequest("INFO");
        bench.Run(1);
        Assert.Equal((200, 70_001u), (info.Status, carol.Requests[^1].CSeq));
        Assert.Empty(bench.Alice.Anomalies);
        Assert.Empty(bench.Carol.Anomalies);
    }

    [Fact]
    public void Row_27_the_RAck_of_a_PRACK_names_the_INVITE_as_the_callee_got_it()
    {
        using var bench = new CallBench();
        bench.Alice.Supports100Rel = true;
        bench.Proxy.OnBranch(
            static (context, branch) =>
            {
                if (context.Method == Parley.Sip.SipMethod.Invite && !context.IsInDialog)
                    branch.Edits.Replace(context.Request.CSeqNumberText, "70000"u8);
            }
        );
        bench.Bob.OnInvite = static call =>
        {
            call.Ring(183, reliable: true);
            call.Ring(180, reliable: true);
            call.AnswerAfter(TimeSpan.FromSeconds(2));
        };
        ScriptedCall call = bench.Call();
        bench.Run(3);
        Assert.Equal(CallState.Established, call.State);
        RecordedMessage[] pracks = [.. bench.Recorder.Find("PRACK", to: BobHost)];
        Assert.Equal([70_001u, 70_002u], pracks.Select(static m => m.Message!.CSeqNumber));
        Assert.All(pracks, static m => Assert.EndsWith(" 70000 INVITE", m.Header("RAck")!, StringComparison.Ordinal));
        Assert.Empty(bench.Bob.Anomalies);
        Assert.Empty(bench.Alice.Anomalies);
    }

    [Fact]
    public void Rows_28_and_29_the_caller_has_a_space_of_its_own_that_begins_at_1()
    {
        using CallBench bench = Up(out ScriptedCall call);
        bench.Dialog.Terminate();
        bench.Run(1);
        Assert.Equal(1u, bench.Recorder.Find("BYE", to: AliceHost).Single().Message!.CSeqNumber);
        Assert.Equal(bench.Bob.Calls[0].Invite!.CSeq + 1, bench.Recorder.Find("BYE", to: BobHost).Single().Message!.CSeqNumber);
        Assert.Equal(CallEnd.RemoteBye, call.End);
    }

    [Fact]
    public void Validation_compares_with_what_the_other_party_sent_and_not_with_the_proxys_own()
    {
        var seen = new List<DialogValidation>();
        CallBench? made = null;
        using CallBench bench = made = new(route: async context =>
        {
            if (context.IsInDialog && context.LooseRoute())
                seen.Add(context.ValidateDialog());
            if (context.IsInDialog)
                await context.RelayAsync();
            else
                await made!.Route(context);
        });
        ScriptedCall call = bench.Call();
        bench.Run(1);
        Own(bench, toCaller: false);
        Own(bench, toCaller: false);
        call.SendRequest("INFO");
        bench.Run(1);
        Assert.Equal([DialogValidation.Valid, DialogValidation.Valid], seen);
    }

    [Fact]
    public void What_each_leg_sees_only_grows_on_a_bad_network()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using var bench = new CallBench(seed: seed);
            bench.Network.Conditions = LinkConditions.Bad(0.1);
            ScriptedCall call = bench.Call();
            bench.Run(20);
            for (int i = 0; i < 10 && bench.All.Count > 0; i++)
            {
                _ = bench.Dialog.SendSequentialAsync("OPTIONS", toCaller: i % 2 == 0);
                if (call.IsUp)
                    call.SendRequest(i % 3 == 0 ? "UPDATE" : "INFO");
                if (i == 5 && call.IsUp)
                    call.ReInvite();
                if (bench.Bob.Calls.Count > 0 && bench.Bob.Calls[0].IsUp)
                    bench.Bob.Calls[0].SendRequest("INFO");
                bench.Run(40);
            }

            bench.Dialog.Terminate();
            bench.Run(100);
            Assert.DoesNotContain(bench.Alice.Anomalies.Concat(bench.Bob.Anomalies), static a => a.Kind == AnomalyKind.UnexpectedAck);
            foreach (string host in new[] { AliceHost, BobHost })
            {
                uint[] sent =
                [
                    .. bench
                        .Recorder.Messages.Where(m => m.IsRequest && m.From == Proxy && m.To == host && m.Method is not ("ACK" or "CANCEL"))
                        .Select(static m => m.Message!.CSeqNumber)
                        .Distinct(),
                ];
                Assert.Equal(sent.Order(), sent); // by the first time each was sent
            }

            Assert.Empty(bench.Dialogs.Dialogs(includeDeleted: true));
        }
    }

    private static CallBench Up(out ScriptedCall call)
    {
        var bench = new CallBench();
        call = bench.Call();
        bench.Run(1);
        Assert.Equal(DialogState.Confirmed, bench.Dialog.State);
        return bench;
    }

    private static void Own(CallBench bench, bool toCaller)
    {
        Task<SequentialReply> reply = bench.Dialog.SendSequentialAsync("OPTIONS", toCaller);
        bench.Run(1);
        Assert.Equal(200, reply.Result.StatusCode);
    }

    private static uint[] Numbers(CallBench bench, string host, params string[] methods) =>
        [.. methods.Select(method => bench.Recorder.Find(method, Proxy, host).Last().Message!.CSeqNumber)];
}
