using System.Text;
using Parley.Sip;

namespace Parley.Transactions.Tests.Matching;

public sealed class RequestMatchingTests
{
    private const string OldVia = "SIP/2.0/UDP 198.51.100.7:5060;branch=1";

    [Fact]
    public void A_retransmission_never_reaches_the_user()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        rig.In(Wire.Request("INVITE"));
        rig.In(Wire.Request("INVITE"));
        Assert.Equal("request INVITE", rig.User.Take());
        Assert.Equal(1, rig.Layer.ServerTransactionCount);
        Assert.Equal(2, rig.Layer.Statistics[TransactionCounter.RequestsAbsorbed]);
        Assert.Equal(2, rig.Layer.Statistics[TransactionCounter.ResponsesRetransmitted]);
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.InviteServerCreated]);
    }

    [Theory]
    [InlineData("another branch", "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKb2")]
    [InlineData("another sent-by host", "SIP/2.0/UDP 198.51.100.8:5060;branch=z9hG4bKa1")]
    [InlineData("another sent-by port", "SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bKa1")]
    public void With_the_cookie_branch_and_sent_by_tell_transactions_apart(string what, string via)
    {
        using Rig rig = new(limits: new TransactionOptions { RejectMerged = false });
        rig.In(Wire.Request("INVITE"));
        rig.In(Wire.Request("INVITE", via: via));
        Assert.True(rig.Layer.ServerTransactionCount == 2, what);
    }

    [Fact]
    public void With_the_cookie_nothing_else_matters_but_method_and_number()
    {
        using Rig rig = new();
        rig.In(Wire.Request("OPTIONS"));
        rig.In(Wire.Request("OPTIONS", callId: "other", fromTag: "other", toTag: "x"));
        Assert.Equal("request OPTIONS", rig.User.Take());
        rig.In(Wire.Request("INFO"));
        Assert.Equal("request INFO", rig.User.Take());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OldVia)]
    public void A_branch_used_again_with_a_new_number_is_a_new_request(string? via)
    {
        using Rig rig = new();
        rig.User.WhenRequest = t => t.Reply(200);
        for (int number = 1; number <= 3; number++)
        {
            rig.In(Wire.Request("REGISTER", via: via, cseq: number));
            Assert.Equal("request REGISTER", rig.User.Take());
            Assert.Equal((uint)number, Assert.Single(rig.Transport.Sent).Message.CSeqNumber);
            rig.TakeSent();
        }

        rig.In(Wire.Request("REGISTER", via: via, cseq: 2));
        Assert.Equal("", rig.User.Take());
        Assert.Equal(2u, Assert.Single(rig.Transport.Sent).Message.CSeqNumber);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OldVia)]
    public void A_branch_used_again_with_a_new_method_is_a_new_request_also_when_both_are_unknown(string? via)
    {
        using Rig rig = new();
        foreach (string method in (string[])["FOO", "BAR", "FOO"])
            rig.In(Wire.Request(method, via: via));
        Assert.Equal("request FOO, request BAR", rig.User.Take());
    }

    [Fact]
    public void An_ack_and_a_cancel_find_the_invite_of_their_number()
    {
        using Rig rig = new();
        rig.In(Wire.Request("OPTIONS", cseq: 1));
        rig.In(Wire.Request("INVITE", cseq: 1));
        ServerTransaction first = rig.User.Last!;
        rig.In(Wire.Request("INVITE", cseq: 2));
        ServerTransaction second = rig.User.Last!;
        rig.Inside(second, () => second.Reply(486));
        rig.In(Wire.Request("ACK", cseq: 2, toTag: "x"));
        Assert.Equal((ServerTransactionState.Proceeding, ServerTransactionState.Confirmed), (first.State, second.State));
        rig.User.Take();
        rig.In(Wire.Request("CANCEL", cseq: 1));
        Assert.Equal("cancel", rig.User.Take());
        rig.TakeSent();
        rig.In(Wire.Request("CANCEL", cseq: 3));
        Assert.Equal(("481", ""), (rig.TakeSent(), rig.User.Take()));
    }

    [Fact]
    public void A_cancel_whose_CSeq_names_its_invite_answers_nothing_of_the_invite()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        rig.TakeSent();
        rig.User.Take();
        rig.In(Wire.Request("CANCEL", cseqMethod: "INVITE"));
        Sent sent = Assert.Single(rig.Transport.Sent);
        Assert.Equal(("400", SipMethod.Cancel), (sent.Label, sent.Message.Method));
        Assert.Equal("", rig.User.Take());
        Assert.Equal((ServerTransactionState.Proceeding, 1), (rig.User.Last!.State, rig.Layer.ServerTransactionCount));
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.Malformed]);
    }

    [Theory]
    [InlineData("From: <sip:alice", "From: <<sip:alice")]
    [InlineData("Call-ID: c1", "Call-ID: c 1")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: x")]
    [InlineData("Max-Forwards: 70", "Route: <nonsense")]
    [InlineData("Max-Forwards: 70", "To: <sip:another@example.com>")]
    public void A_cancel_is_looked_at_like_other_requests(string good, string bad)
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        rig.TakeSent();
        rig.User.Take();
        rig.In(Wire.Request("CANCEL").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(("400", ""), (rig.TakeSent(), rig.User.Take()));
    }

    [Theory]
    [InlineData("CSeq: 1 ACK", "CSeq: 1 INVITE")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: x")]
    [InlineData("Max-Forwards: 70", "Call-ID: again")]
    public void An_ack_that_ends_here_is_looked_at_like_other_requests(string good, string bad)
    {
        using Rig rig = new();
        rig.User.WhenRequest = t => t.Reply(486);
        rig.In(Wire.Request("INVITE"));
        rig.User.Take();
        rig.TakeSent();
        rig.In(Wire.Request("ACK", toTag: "x").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal((ServerTransactionState.Completed, "", ""), (rig.User.Last!.State, rig.User.Take(), rig.TakeSent()));
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.Malformed]);
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void A_request_whose_Via_cannot_be_read_is_answered_to_its_source(string transport)
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE", via: $"SIP/2.0/{transport} 192.0.2.15;;,;,,"), Rig.Flow(transport));
        Sent sent = Assert.Single(rig.Transport.Sent);
        Assert.Equal(("400", Rig.Flow(transport).Remote), (sent.Label, sent.Flow.Remote));
        Assert.Contains($"Via: SIP/2.0/{transport} 192.0.2.15;;,;,,\r\n", sent.Text, StringComparison.Ordinal);
        rig.In(Wire.Request("INVITE").Replace("Via: ", "X: ", StringComparison.Ordinal));
        Assert.Equal(("400", ""), (rig.TakeSent(), rig.User.Take()));
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060;branch=1")]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060")]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK")]
    public void Without_the_cookie_a_request_with_the_same_fields_is_the_same(string via)
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE", via: via));
        rig.In(Wire.Request("INVITE", via: via));
        Assert.Equal("request INVITE", rig.User.Take());
        Assert.Equal(1, rig.Layer.ServerTransactionCount);
    }

    [Theory]
    [InlineData("uri")]
    [InlineData("to tag")]
    [InlineData("from tag")]
    [InlineData("call id")]
    [InlineData("cseq")]
    [InlineData("via")]
    public void Without_the_cookie_every_field_of_17_2_3_counts(string field)
    {
        using Rig rig = new(limits: new TransactionOptions { RejectMerged = false });
        rig.In(Wire.Request("INVITE", via: OldVia));
        rig.In(
            field switch
            {
                "uri" => Wire.Request("INVITE", via: OldVia, uri: "sip:carol@example.com"),
                "to tag" => Wire.Request("INVITE", via: OldVia, toTag: "x"),
                "from tag" => Wire.Request("INVITE", via: OldVia, fromTag: "x"),
                "call id" => Wire.Request("INVITE", via: OldVia, callId: "x"),
                "cseq" => Wire.Request("INVITE", via: OldVia, cseq: 2),
                _ => Wire.Request("INVITE", via: OldVia + ";x=y"),
            }
        );
        Assert.Equal(2, rig.Layer.ServerTransactionCount);
    }

    [Fact]
    public void Without_the_cookie_the_ack_has_the_to_tag_of_the_response()
    {
        using Rig rig = new();
        rig.User.WhenRequest = t => t.Reply(486);
        rig.In(Wire.Request("INVITE", via: OldVia));
        string tag = Encoding.UTF8.GetString(rig.Transport.Sent.Single().Message.ToTag);
        rig.In(Wire.Request("ACK", via: OldVia, toTag: "another"));
        Assert.Equal("request INVITE, ack", rig.User.Take());
        Assert.Equal(ServerTransactionState.Completed, rig.User.Last!.State);
        rig.In(Wire.Request("ACK", via: OldVia, toTag: tag));
        Assert.Equal(ServerTransactionState.Confirmed, rig.User.Last!.State);
        Assert.Equal("", rig.User.Take());
    }

    [Fact]
    public void An_ack_of_no_transaction_goes_to_the_user()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        rig.User.Take();
        rig.In(Wire.Request("ACK", branch: "z9hG4bKnew", toTag: "t"));
        Assert.Equal("ack", rig.User.Take());
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.AcksPassed]);
    }

    [Fact]
    public void An_ack_does_not_match_a_transaction_of_another_method()
    {
        using Rig rig = new();
        rig.In(Wire.Request("OPTIONS"));
        rig.User.Take();
        rig.In(Wire.Request("ACK"));
        Assert.Equal("ack", rig.User.Take());
    }

    [Fact]
    public void A_cancel_is_answered_200_at_once_and_told_once()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        rig.TakeSent();
        rig.User.Take();
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", "cancel"), (rig.TakeSent(), rig.User.Take()));
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", ""), (rig.TakeSent(), rig.User.Take()));
        Assert.Equal(2, rig.Layer.ServerTransactionCount);
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.CancelsMatched]);
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.NonInviteServerCreated]);
    }

    [Fact]
    public void The_answer_to_a_cancel_has_the_to_tag_of_the_invites_answers()
    {
        using Rig rig = new();
        rig.User.WhenCancel = invite => invite.Reply(487);
        rig.In(Wire.Request("INVITE"));
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal(["100", "200", "487"], rig.Transport.Sent.Select(s => s.Label));
        SipMessage cancelled = rig.Transport.Sent[1].Message,
            terminated = rig.Transport.Sent[2].Message;
        Assert.Equal(SipMethod.Cancel, cancelled.Method);
        Assert.Equal(SipMethod.Invite, terminated.Method);
        Assert.True(cancelled.ToTag.Length > 0 && cancelled.ToTag.SequenceEqual(terminated.ToTag));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(486)]
    public void After_a_final_response_a_cancel_is_answered_and_has_no_effect(int status)
    {
        using Rig rig = new();
        rig.User.WhenRequest = t => t.Reply(status);
        rig.In(Wire.Request("INVITE"));
        rig.TakeSent();
        rig.User.Take();
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", ""), (rig.TakeSent(), rig.User.Take()));
    }

    [Fact]
    public void A_cancel_of_a_non_invite_request_is_answered_and_has_no_effect()
    {
        using Rig rig = new();
        rig.In(Wire.Request("OPTIONS"));
        rig.User.Take();
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", ""), (rig.TakeSent(), rig.User.Take()));
    }

    [Fact]
    public void A_cancel_of_nothing_gets_481_without_a_transaction()
    {
        using Rig rig = new();
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal(("481", ""), (rig.TakeSent(), rig.User.Take()));
        Assert.Equal(0, rig.Layer.ServerTransactionCount);
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.CancelsUnmatched]);
    }

    [Fact]
    public void Without_the_cookie_a_cancel_finds_its_invite_too()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE", via: OldVia));
        rig.User.Take();
        rig.In(Wire.Request("CANCEL", via: OldVia));
        Assert.Equal("cancel", rig.User.Take());
    }

    [Fact]
    public void The_same_request_by_another_way_is_told_from_the_first_and_is_for_the_user()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        Assert.False(rig.User.Last!.IsMerged);
        rig.In(Wire.Request("INVITE", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforked"));
        Assert.True(rig.User.Last!.IsMerged);
        Assert.Equal(("100, 100", "request INVITE, request INVITE"), (rig.TakeSent(), rig.User.Take()));
        Assert.Equal((2, 1), (rig.Layer.ServerTransactionCount, (int)rig.Layer.Statistics[TransactionCounter.Merged]));
    }

    [Theory]
    [InlineData("to another user")]
    [InlineData("with a To tag")]
    [InlineData("with another CSeq")]
    [InlineData("that came through here before")]
    [InlineData("when the first is over")]
    [InlineData("when the first was refused")]
    [InlineData("when merging is let through")]
    public void A_second_copy_is_not_merged(string how)
    {
        const string OtherWay = "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforked";
        using Rig rig = new(limits: new TransactionOptions { RejectMerged = how != "when merging is let through" });
        rig.In(Wire.Request("REGISTER", toTag: how == "with a To tag" ? "x" : null));
        if (how.StartsWith("when the first", StringComparison.Ordinal))
        {
            rig.Inside(rig.User.Last!, () => rig.User.Last!.Reply(how == "when the first is over" ? 200 : 401));
            rig.Run(how == "when the first is over" ? 40 : 1);
        }

        rig.User.Take();
        rig.In(
            how switch
            {
                "to another user" => Wire.Request("REGISTER", via: OtherWay, uri: "sip:carol@example.com"),
                "with a To tag" => Wire.Request("REGISTER", via: OtherWay, toTag: "x"),
                "with another CSeq" => Wire.Request("REGISTER", via: OtherWay, cseq: 2),
                "that came through here before" => Wire.Request(
                    "REGISTER",
                    via: OtherWay + "\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKours"
                ),
                _ => Wire.Request("REGISTER", via: OtherWay),
            }
        );
        Assert.Equal("request REGISTER", rig.User.Take());
        Assert.False(rig.User.Last!.IsMerged);
        Assert.Equal(0, rig.Layer.Statistics[TransactionCounter.Merged]);
    }

    [Fact]
    public void Each_further_copy_is_merged_with_the_first_or_with_the_last_that_was_tried_again()
    {
        using Rig rig = new();
        rig.In(Wire.Request("REGISTER"));
        ServerTransaction first = rig.User.Last!;
        for (int i = 0; i < 3; i++)
            rig.In(Wire.Request("REGISTER", via: $"SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforked{i}"));
        Assert.Equal(3, rig.Layer.Statistics[TransactionCounter.Merged]);
        rig.Inside(first, () => first.Reply(401));
        rig.In(Wire.Request("REGISTER", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKagain"));
        Assert.False(rig.User.Last!.IsMerged);
        rig.In(Wire.Request("REGISTER", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforkedAgain"));
        Assert.True(rig.User.Last!.IsMerged);
        rig.Run(40);
        rig.In(Wire.Request("REGISTER", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKmuchLater"));
        Assert.True(rig.User.Last!.IsMerged); // "again" is not answered yet
    }

    [Fact]
    public void Ten_thousand_transactions_are_all_found_and_all_forgotten()
    {
        using Rig rig = new();
        for (int i = 0; i < 10_000; i++)
            rig.In(Wire.Request("OPTIONS", branch: $"z9hG4bK{i}", callId: $"c{i}"));
        Assert.Equal(10_000, rig.Layer.ServerTransactionCount);
        rig.User.Take();
        rig.User.WhenRequest = _ => Assert.Fail("known");
        for (int i = 0; i < 10_000; i += 7)
            rig.In(Wire.Request("OPTIONS", branch: $"z9hG4bK{i}", callId: $"c{i}"));
        Assert.Equal("", rig.User.Take());
    }
}
