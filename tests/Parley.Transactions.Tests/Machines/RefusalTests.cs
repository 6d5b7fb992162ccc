using System.Text;
using Parley.Sip;

namespace Parley.Transactions.Tests.Machines;

/// <summary>Failures of our own, for which nothing is kept (RFC 3261 8.2.7), and how long they may be.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void A_refused_invite_is_answered_once_and_forgotten()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Refuse(403, "Not You"u8, "Warning: 399 here \"no\"\r\n"u8);
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        Assert.Equal("request INVITE, terminated", fixture.User.Take());
        Sent sent = Assert.Single(fixture.Transport.Sent);
        Assert.Equal("SIP/2.0 403 Not You", sent.StartLine);
        Assert.Contains("Warning: 399 here \"no\"\r\n", sent.Text, StringComparison.Ordinal);
        string tag = Encoding.UTF8.GetString(sent.Message.ToTag);
        fixture.Run(40);
        Assert.Single(fixture.Transport.Sent);

        fixture.In(Wire.Request("ACK", toTag: tag));
        Assert.Equal(("", 1), (fixture.User.Take(), (int)fixture.Layer.Statistics[TransactionCounter.AcksAbsorbed]));
        fixture.In(Wire.Request("ACK", toTag: "another"));
        Assert.Equal("ack", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.StatelessReplies]);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void A_copy_of_a_refused_invite_is_a_new_request_with_the_same_tag()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Refuse(404);
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal("request INVITE, terminated, request INVITE, terminated", fixture.User.Take());
        Assert.Equal(2, fixture.Transport.Sent.Count);
        Assert.True(fixture.Transport.Sent[0].Message.ToTag.SequenceEqual(fixture.Transport.Sent[1].Message.ToTag));
    }

    [Theory]
    [InlineData("TCP", false, false)]
    [InlineData("UDP", true, false)]
    [InlineData("UDP", false, true)]
    public void Where_the_machine_owes_more_it_goes_its_way(string transport, bool trying, bool cancelled)
    {
        using TransactionFixture fixture = new();
        fixture.In(
            Wire.Request("INVITE", via: $"SIP/2.0/{transport} 198.51.100.7:5060;branch=z9hG4bKa1"),
            TransactionFixture.Flow(transport)
        );
        ServerTransaction invite = fixture.User.Last!;
        if (trying)
            Assert.Equal("100", fixture.TakeSent());
        if (cancelled)
            fixture.In(
                Wire.Request("CANCEL", via: $"SIP/2.0/{transport} 198.51.100.7:5060;branch=z9hG4bKa1"),
                TransactionFixture.Flow(transport)
            );
        fixture.Inside(invite, () => invite.Refuse(487));
        Assert.Equal(ServerTransactionState.Completed, invite.State);
        fixture.TakeSent();
        fixture.Run(40);
        Assert.Equal(transport == "TCP" ? 0 : 10, fixture.Transport.Sent.Count);
    }

    [Fact]
    public void A_refusal_of_another_request_answers_its_copies()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Refuse(404);
        fixture.In(Wire.Request("OPTIONS"));
        fixture.In(Wire.Request("OPTIONS"));
        Assert.Equal(("404, 404", "request OPTIONS"), (fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void Wrong_use_is_refused_by_name()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        ServerTransaction t = fixture.User.Last!;
        Assert.Equal("statusCode", Assert.Throws<ArgumentOutOfRangeException>(() => t.Refuse(200)).ParamName);
        Assert.Equal("statusCode", Assert.Throws<ArgumentOutOfRangeException>(() => t.Refuse("x"u8, 700)).ParamName);
        Assert.Equal("response", Assert.Throws<ArgumentException>(() => t.Refuse(default, 400)).ParamName);
    }

    /// <summary>The shortest that can be answered, with all that an answer adds to it.</summary>
    [Theory]
    [InlineData("FOO sip:b SIP/2.0\nv:SIP/2.0/UDP h\nf:s:a\nt:s:b\ni:1\nCSeq:1 FOO\n\n")]
    [InlineData("FOO sip:b SIP/2.0\nv:SIP/2.0/UDP h;rport\nf:s:a\nt:s:b\ni:1\nCSeq:1 BAR\n\n")]
    [InlineData("INVITE sip:b SIP/2.0\nv:SIP/2.0/UDP h\nv:a\nv:b\nv:c\nv:d\nv:e\nv:f\nf:s:a\nt:s:b\ni:1\nCSeq:1 INVITE\n\n")]
    [InlineData("INVITE sip:b SIP/2.0\nv:SIP/2.0/UDP ;;;\nf:s:a\nt:s:b\ni:1\nCSeq:1 INVITE\n\n")]
    [InlineData("CANCEL sip:b SIP/2.0\nv:SIP/2.0/UDP h\nf:s:a\nt:s:b\ni:1\nCSeq:1 CANCEL\n\n")]
    public void Over_a_datagram_no_answer_is_longer_than_twice_the_request(string request)
    {
        foreach (
            (Parley.Transport.SipFlow flow, bool isBound) in (ReadOnlySpan<(Parley.Transport.SipFlow, bool)>)
                [(TransactionFixture.Udp, true), (TransactionFixture.Tcp, false)]
        )
        {
            using TransactionFixture fixture = new();
            fixture.User.WhenRequest = t =>
            {
                if (t.Method == SipMethod.Invite)
                    t.Refuse(503, "Come Back Some Time Later"u8);
                else
                    t.Reply(503, "Come Back Some Time Later"u8);
            };
            fixture.In(request, flow);
            Sent sent = Assert.Single(fixture.Transport.Sent);
            Assert.True(sent.Message.ToTag.Length == 16);
            if (isBound)
                Assert.InRange(sent.Text.Length, 1, request.Length * 2);
            else
                Assert.Contains("Content-Length: 0\r\n", sent.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_request_of_the_usual_length_is_answered_in_the_usual_form()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Refuse(404);
        fixture.In(Wire.Request("INVITE"));
        Assert.StartsWith("SIP/2.0 404 Not Found\r\nVia: ", Assert.Single(fixture.Transport.Sent).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(2_000)]
    public void Long_header_lines_that_a_clause_demands_do_not_shorten_the_rest(int length)
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(200, default, Encoding.UTF8.GetBytes($"Contact: <sip:{new string('x', length)}@h>\r\n"));
        fixture.In(Wire.Request("REGISTER"));
        Assert.StartsWith("SIP/2.0 200 OK\r\nVia: ", Assert.Single(fixture.Transport.Sent).Text, StringComparison.Ordinal);
    }
}
