using System.Text;
using Parley.Sip;

namespace Parley.Transactions.Tests.Matching;

public sealed class RequestMatchingTests
{
    private const string OldVia = "SIP/2.0/UDP 198.51.100.7:5060;branch=1";

    [Fact]
    public void A_retransmission_never_reaches_the_user()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal("request INVITE", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.ServerTransactionCount);
        Assert.Equal(2, fixture.Layer.Statistics[TransactionCounter.RequestsAbsorbed]);
        Assert.Equal(2, fixture.Layer.Statistics[TransactionCounter.ResponsesRetransmitted]);
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.InviteServerCreated]);
    }

    [Theory]
    [InlineData("another branch", "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKb2")]
    [InlineData("another sent-by host", "SIP/2.0/UDP 198.51.100.8:5060;branch=z9hG4bKa1")]
    [InlineData("another sent-by port", "SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bKa1")]
    public void With_the_cookie_branch_and_sent_by_tell_transactions_apart(string what, string via)
    {
        using TransactionFixture fixture = new(limits: new TransactionOptions { RejectMerged = false });
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("INVITE", via: via));
        Assert.True(fixture.Layer.ServerTransactionCount == 2, what);
    }

    [Fact]
    public void With_the_cookie_nothing_else_matters_but_method_and_number()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("OPTIONS"));
        fixture.In(Wire.Request("OPTIONS", callId: "other", fromTag: "other", toTag: "x"));
        Assert.Equal("request OPTIONS", fixture.User.Take());
        fixture.In(Wire.Request("INFO"));
        Assert.Equal("request INFO", fixture.User.Take());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OldVia)]
    public void A_branch_used_again_with_a_new_number_is_a_new_request(string? via)
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(200);
        for (int number = 1; number <= 3; number++)
        {
            fixture.In(Wire.Request("REGISTER", via: via, cseq: number));
            Assert.Equal("request REGISTER", fixture.User.Take());
            Assert.Equal((uint)number, Assert.Single(fixture.Transport.Sent).Message.CSeqNumber);
            fixture.TakeSent();
        }

        fixture.In(Wire.Request("REGISTER", via: via, cseq: 2));
        Assert.Equal("", fixture.User.Take());
        Assert.Equal(2u, Assert.Single(fixture.Transport.Sent).Message.CSeqNumber);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(OldVia)]
    public void A_branch_used_again_with_a_new_method_is_a_new_request_also_when_both_are_unknown(string? via)
    {
        using TransactionFixture fixture = new();
        foreach (string method in (string[])["FOO", "BAR", "FOO"])
            fixture.In(Wire.Request(method, via: via));
        Assert.Equal("request FOO, request BAR", fixture.User.Take());
    }

    [Fact]
    public void An_ack_and_a_cancel_find_the_invite_of_their_number()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("OPTIONS", cseq: 1));
        fixture.In(Wire.Request("INVITE", cseq: 1));
        ServerTransaction first = fixture.User.Last!;
        fixture.In(Wire.Request("INVITE", cseq: 2));
        ServerTransaction second = fixture.User.Last!;
        fixture.Inside(second, () => second.Reply(486));
        fixture.In(Wire.Request("ACK", cseq: 2, toTag: "x"));
        Assert.Equal((ServerTransactionState.Proceeding, ServerTransactionState.Confirmed), (first.State, second.State));
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL", cseq: 1));
        Assert.Equal("cancel", fixture.User.Take());
        fixture.TakeSent();
        fixture.In(Wire.Request("CANCEL", cseq: 3));
        Assert.Equal(("481", ""), (fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void A_cancel_whose_CSeq_names_its_invite_answers_nothing_of_the_invite()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        fixture.TakeSent();
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL", cseqMethod: "INVITE"));
        Sent sent = Assert.Single(fixture.Transport.Sent);
        Assert.Equal(("400", SipMethod.Cancel), (sent.Label, sent.Message.Method));
        Assert.Equal("", fixture.User.Take());
        Assert.Equal((ServerTransactionState.Proceeding, 1), (fixture.User.Last!.State, fixture.Layer.ServerTransactionCount));
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.Malformed]);
    }

    [Theory]
    [InlineData("From: <sip:alice", "From: <<sip:alice")]
    [InlineData("Call-ID: c1", "Call-ID: c 1")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: x")]
    [InlineData("Max-Forwards: 70", "Route: <nonsense")]
    [InlineData("Max-Forwards: 70", "To: <sip:another@example.com>")]
    public void A_cancel_is_looked_at_like_other_requests(string good, string bad)
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        fixture.TakeSent();
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(("400", ""), (fixture.TakeSent(), fixture.User.Take()));
    }

    [Theory]
    [InlineData("CSeq: 1 ACK", "CSeq: 1 INVITE")]
    [InlineData("Max-Forwards: 70", "Max-Forwards: x")]
    [InlineData("Max-Forwards: 70", "Call-ID: again")]
    public void An_ack_that_ends_here_is_looked_at_like_other_requests(string good, string bad)
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(486);
        fixture.In(Wire.Request("INVITE"));
        fixture.User.Take();
        fixture.TakeSent();
        fixture.In(Wire.Request("ACK", toTag: "x").Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal((ServerTransactionState.Completed, "", ""), (fixture.User.Last!.State, fixture.User.Take(), fixture.TakeSent()));
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.Malformed]);
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void A_request_whose_Via_cannot_be_read_is_answered_to_its_source(string transport)
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE", via: $"SIP/2.0/{transport} 192.0.2.15;;,;,,"), TransactionFixture.Flow(transport));
        Sent sent = Assert.Single(fixture.Transport.Sent);
        Assert.Equal(("400", TransactionFixture.Flow(transport).Remote), (sent.Label, sent.Flow.Remote));
        Assert.Contains($"Via: SIP/2.0/{transport} 192.0.2.15;;,;,,\r\n", sent.Text, StringComparison.Ordinal);
        fixture.In(Wire.Request("INVITE").Replace("Via: ", "X: ", StringComparison.Ordinal));
        Assert.Equal(("400", ""), (fixture.TakeSent(), fixture.User.Take()));
    }

    [Theory]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060;branch=1")]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060")]
    [InlineData("SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK")]
    public void Without_the_cookie_a_request_with_the_same_fields_is_the_same(string via)
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE", via: via));
        fixture.In(Wire.Request("INVITE", via: via));
        Assert.Equal("request INVITE", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.ServerTransactionCount);
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
        using TransactionFixture fixture = new(limits: new TransactionOptions { RejectMerged = false });
        fixture.In(Wire.Request("INVITE", via: OldVia));
        fixture.In(
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
        Assert.Equal(2, fixture.Layer.ServerTransactionCount);
    }

    [Fact]
    public void Without_the_cookie_the_ack_has_the_to_tag_of_the_response()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(486);
        fixture.In(Wire.Request("INVITE", via: OldVia));
        string tag = Encoding.UTF8.GetString(fixture.Transport.Sent.Single().Message.ToTag);
        fixture.In(Wire.Request("ACK", via: OldVia, toTag: "another"));
        Assert.Equal("request INVITE, ack", fixture.User.Take());
        Assert.Equal(ServerTransactionState.Completed, fixture.User.Last!.State);
        fixture.In(Wire.Request("ACK", via: OldVia, toTag: tag));
        Assert.Equal(ServerTransactionState.Confirmed, fixture.User.Last!.State);
        Assert.Equal("", fixture.User.Take());
    }

    [Fact]
    public void An_ack_of_no_transaction_goes_to_the_user()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        fixture.User.Take();
        fixture.In(Wire.Request("ACK", branch: "z9hG4bKnew", toTag: "t"));
        Assert.Equal("ack", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.AcksPassed]);
    }

    [Fact]
    public void An_ack_does_not_match_a_transaction_of_another_method()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("OPTIONS"));
        fixture.User.Take();
        fixture.In(Wire.Request("ACK"));
        Assert.Equal("ack", fixture.User.Take());
    }

    [Fact]
    public void A_cancel_is_answered_200_at_once_and_told_once()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        fixture.TakeSent();
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", "cancel"), (fixture.TakeSent(), fixture.User.Take()));
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", ""), (fixture.TakeSent(), fixture.User.Take()));
        Assert.Equal(2, fixture.Layer.ServerTransactionCount);
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.CancelsMatched]);
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.NonInviteServerCreated]);
    }

    [Fact]
    public void The_answer_to_a_cancel_has_the_to_tag_of_the_invites_answers()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenCancel = invite => invite.Reply(487);
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal(["100", "200", "487"], fixture.Transport.Sent.Select(s => s.Label));
        SipMessage cancelled = fixture.Transport.Sent[1].Message,
            terminated = fixture.Transport.Sent[2].Message;
        Assert.Equal(SipMethod.Cancel, cancelled.Method);
        Assert.Equal(SipMethod.Invite, terminated.Method);
        Assert.True(cancelled.ToTag.Length > 0 && cancelled.ToTag.SequenceEqual(terminated.ToTag));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(486)]
    public void After_a_final_response_a_cancel_is_answered_and_has_no_effect(int status)
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(status);
        fixture.In(Wire.Request("INVITE"));
        fixture.TakeSent();
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", ""), (fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void A_cancel_of_a_non_invite_request_is_answered_and_has_no_effect()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("OPTIONS"));
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal(("200", ""), (fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void A_cancel_of_nothing_gets_481_without_a_transaction()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal(("481", ""), (fixture.TakeSent(), fixture.User.Take()));
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.CancelsUnmatched]);
    }

    [Fact]
    public void Without_the_cookie_a_cancel_finds_its_invite_too()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE", via: OldVia));
        fixture.User.Take();
        fixture.In(Wire.Request("CANCEL", via: OldVia));
        Assert.Equal("cancel", fixture.User.Take());
    }

    [Fact]
    public void The_same_request_by_another_way_is_told_from_the_first_and_is_for_the_user()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        Assert.False(fixture.User.Last!.IsMerged);
        fixture.In(Wire.Request("INVITE", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforked"));
        Assert.True(fixture.User.Last!.IsMerged);
        Assert.Equal(("100, 100", "request INVITE, request INVITE"), (fixture.TakeSent(), fixture.User.Take()));
        Assert.Equal((2, 1), (fixture.Layer.ServerTransactionCount, (int)fixture.Layer.Statistics[TransactionCounter.Merged]));
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
        using TransactionFixture fixture = new(limits: new TransactionOptions { RejectMerged = how != "when merging is let through" });
        fixture.In(Wire.Request("REGISTER", toTag: how == "with a To tag" ? "x" : null));
        if (how.StartsWith("when the first", StringComparison.Ordinal))
        {
            fixture.Inside(fixture.User.Last!, () => fixture.User.Last!.Reply(how == "when the first is over" ? 200 : 401));
            fixture.Run(how == "when the first is over" ? 40 : 1);
        }

        fixture.User.Take();
        fixture.In(
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
        Assert.Equal("request REGISTER", fixture.User.Take());
        Assert.False(fixture.User.Last!.IsMerged);
        Assert.Equal(0, fixture.Layer.Statistics[TransactionCounter.Merged]);
    }

    [Fact]
    public void Each_further_copy_is_merged_with_the_first_or_with_the_last_that_was_tried_again()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("REGISTER"));
        ServerTransaction first = fixture.User.Last!;
        for (int i = 0; i < 3; i++)
            fixture.In(Wire.Request("REGISTER", via: $"SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforked{i}"));
        Assert.Equal(3, fixture.Layer.Statistics[TransactionCounter.Merged]);
        fixture.Inside(first, () => first.Reply(401));
        fixture.In(Wire.Request("REGISTER", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKagain"));
        Assert.False(fixture.User.Last!.IsMerged);
        fixture.In(Wire.Request("REGISTER", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKforkedAgain"));
        Assert.True(fixture.User.Last!.IsMerged);
        fixture.Run(40);
        fixture.In(Wire.Request("REGISTER", via: "SIP/2.0/UDP 203.0.113.5;branch=z9hG4bKmuchLater"));
        Assert.True(fixture.User.Last!.IsMerged); // "again" is not answered yet
    }

    [Fact]
    public void Ten_thousand_transactions_are_all_found_and_all_forgotten()
    {
        using TransactionFixture fixture = new();
        for (int i = 0; i < 10_000; i++)
            fixture.In(Wire.Request("OPTIONS", branch: $"z9hG4bK{i}", callId: $"c{i}"));
        Assert.Equal(10_000, fixture.Layer.ServerTransactionCount);
        fixture.User.Take();
        fixture.User.WhenRequest = _ => Assert.Fail("known");
        for (int i = 0; i < 10_000; i += 7)
            fixture.In(Wire.Request("OPTIONS", branch: $"z9hG4bK{i}", callId: $"c{i}"));
        Assert.Equal("", fixture.User.Take());
    }
}
