using System.Text;
using Parley.Sip;

namespace Parley.Transactions.Tests.Machines;

public sealed class InviteServerTests
{
    // RFC 3261 17.2.1 and RFC 6026 figure 5, every state and event: what the machine sends, what it tells, where it stands.
    [Theory]
    [InlineData("Proceeding", "Request", "Proceeding", "100", "")]
    [InlineData("Proceeding", "Ack", "Proceeding", "", "")]
    [InlineData("Proceeding", "183", "Proceeding", "183", "")]
    [InlineData("Proceeding", "200", "Accepted", "200", "")]
    [InlineData("Proceeding", "302", "Completed", "302", "")]
    [InlineData("Proceeding", "486", "Completed", "486", "")]
    [InlineData("Proceeding", "603", "Completed", "603", "")]
    [InlineData("Proceeding", "Error", "Proceeding", "", "error")]
    [InlineData("Completed", "Request", "Completed", "486", "")]
    [InlineData("Completed", "Ack", "Confirmed", "", "")]
    [InlineData("Completed", "183", "Completed", "", "")]
    [InlineData("Completed", "200", "Completed", "", "")]
    [InlineData("Completed", "603", "Completed", "", "")]
    [InlineData("Completed", "Error", "Completed", "", "error")]
    [InlineData("Confirmed", "Request", "Confirmed", "", "")]
    [InlineData("Confirmed", "Ack", "Confirmed", "", "")]
    [InlineData("Confirmed", "183", "Confirmed", "", "")]
    [InlineData("Confirmed", "200", "Confirmed", "", "")]
    [InlineData("Confirmed", "486", "Confirmed", "", "")]
    [InlineData("Confirmed", "Error", "Confirmed", "", "")]
    [InlineData("Accepted", "Request", "Accepted", "", "")]
    [InlineData("Accepted", "Ack", "Accepted", "", "ack")]
    [InlineData("Accepted", "183", "Accepted", "", "")]
    [InlineData("Accepted", "200", "Accepted", "200", "")]
    [InlineData("Accepted", "486", "Accepted", "", "")]
    [InlineData("Accepted", "Error", "Accepted", "", "error")]
    public void Each_state_meets_each_event(string state, string what, string after, string sent, string told)
    {
        using TransactionFixture fixture = new();
        ServerTransaction transaction = In(fixture, state);
        ulong token = transaction.Token;
        fixture.TakeSent();
        fixture.User.Take();
        switch (what)
        {
            case "Request":
                fixture.In(Wire.Request("INVITE"));
                break;
            case "Ack":
                fixture.In(Wire.Request("ACK", toTag: "t"));
                break;
            case "Error":
                fixture.Layer.OnSendFailed(token);
                break;
            default:
                Answer(fixture, transaction, int.Parse(what, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }

        Assert.Equal((after, sent, told), (transaction.State.ToString(), fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void The_last_provisional_response_answers_a_retransmission()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        Answer(fixture, fixture.User.Last!, 180);
        Answer(fixture, fixture.User.Last!, 183);
        fixture.TakeSent();
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal("183", fixture.TakeSent());
        Assert.Equal("request INVITE", fixture.User.Take());
    }

    [Fact]
    public void A_hundred_leaves_at_once_when_the_user_returns_without_an_answer()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal("100", fixture.Transport.Sent.Single().Label);
        Assert.Equal(0, fixture.Transport.Sent.Single().At);
        Assert.DoesNotContain("To: <sip:bob@example.com>;tag", fixture.Transport.Sent.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_hundred_follows_an_answer_of_the_user()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(404);
        fixture.In(Wire.Request("INVITE"));
        Assert.Equal("404", fixture.TakeSent());
    }

    [Fact]
    public void With_a_delay_the_hundred_waits_200_ms_unless_the_user_answers()
    {
        using TransactionFixture fixture = new(new SipTimerOptions { TryingDelay = TimeSpan.FromMilliseconds(200) });
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("INVITE", branch: "z9hG4bKother", callId: "other"));
        fixture.Run(0.1);
        Assert.Equal("", fixture.TakeSent());
        Answer(fixture, fixture.User.Last!, 180);
        Assert.Equal("180", fixture.TakeSent());
        fixture.Run(5);
        Assert.Equal(200, Assert.Single(fixture.Transport.Sent).At);
        Assert.Equal("100", fixture.TakeSent());
    }

    [Fact]
    public void Over_udp_timer_G_repeats_the_failure_doubling_up_to_T2_and_H_ends_it()
    {
        using TransactionFixture fixture = new();
        ServerTransaction transaction = In(fixture, "Completed");
        fixture.User.Take();
        Assert.Equal("100, 486", fixture.TakeSent());
        fixture.Run(31.99);
        Assert.Equal([500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500], fixture.TakeTimes());
        Assert.Equal(ServerTransactionState.Completed, transaction.State);
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        fixture.Run(100);
        Assert.Equal("", fixture.TakeSent());
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void Over_tcp_nothing_is_repeated_and_H_still_ends_it()
    {
        using TransactionFixture fixture = new();
        In(fixture, "Completed", "TCP");
        fixture.User.Take();
        fixture.TakeSent();
        fixture.Run(31.99);
        Assert.Equal(("", ""), (fixture.TakeSent(), fixture.User.Take()));
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
    }

    [Theory]
    [InlineData("UDP", 5_000)]
    [InlineData("TCP", 0)]
    public void The_ack_stops_the_repetitions_and_timer_I_ends_the_transaction(string transport, long after)
    {
        using TransactionFixture fixture = new();
        In(fixture, "Completed", transport);
        fixture.Run(1);
        fixture.In(Ack(transport), TransactionFixture.Flow(transport));
        fixture.TakeSent();
        fixture.User.Take();
        Assert.Equal(after == 0 ? 0 : 1, fixture.Layer.ServerTransactionCount);
        fixture.Run(after / 1000.0 - 0.01 > 0 ? after / 1000.0 - 0.01 : 0);
        Assert.Equal(after == 0 ? 0 : 1, fixture.Layer.ServerTransactionCount);
        fixture.Run(0.01);
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        Assert.Equal("", fixture.TakeSent());
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void After_a_2xx_timer_L_absorbs_repeated_invites_for_64_T1_on_every_transport(string transport)
    {
        using TransactionFixture fixture = new();
        ServerTransaction transaction = In(fixture, "Accepted", transport);
        fixture.TakeSent();
        fixture.User.Take();
        Assert.Equal(0, transaction.KeptLength);
        Assert.Null(transaction.Request);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
        fixture.Run(31.99);
        fixture.In(Invite(transport), TransactionFixture.Flow(transport));
        Assert.Equal(("", ""), (fixture.TakeSent(), fixture.User.Take()));
        fixture.Run(0.01);
        Assert.Equal("terminated", fixture.User.Take());
    }

    [Fact]
    public void The_request_is_let_go_with_the_final_response_unless_it_is_to_be_kept()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        ServerTransaction transaction = fixture.User.Last!;
        transaction.KeepRequest = true;
        Answer(fixture, transaction, 486);
        Assert.NotNull(transaction.Request);
        fixture.Run(40);
        Assert.Null(transaction.Request);
    }

    [Fact]
    public void The_kept_response_is_of_the_size_of_the_last_one()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        byte[] big = new byte[3_000];
        Encoding.UTF8.GetBytes("SIP/2.0 183 Session Progress\r\n").CopyTo(big, 0);
        fixture.Inside(fixture.User.Last!, () => fixture.User.Last!.Send(big, 183));
        Assert.Equal(3_000, fixture.User.Last!.KeptLength);
        Answer(fixture, fixture.User.Last!, 486);
        Assert.InRange(fixture.User.Last!.KeptLength, 1, 400);
        Assert.Equal(1, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void A_reply_has_a_stable_tag_and_the_extra_lines()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t =>
        {
            t.Reply(180);
            t.Reply(486, "Busy Now"u8, "Retry-After: 9\r\n"u8);
        };
        fixture.In(Wire.Request("INVITE"));
        SipMessage first = fixture.Transport.Sent[0].Message,
            second = fixture.Transport.Sent[1].Message;
        Assert.True(first.ToTag.Length == 16 && first.ToTag.SequenceEqual(second.ToTag));
        Assert.Equal("SIP/2.0 486 Busy Now", fixture.Transport.Sent[1].StartLine);
        Assert.True(second.TryGetHeader("Retry-After"u8, out ReadOnlySpan<byte> value) && value.SequenceEqual("9"u8));
    }

    [Fact]
    public void A_response_with_an_impossible_status_is_refused_by_name()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        ServerTransaction transaction = fixture.User.Last!;
        Assert.Equal("statusCode", Assert.Throws<ArgumentOutOfRangeException>(() => transaction.Send("x"u8, 99)).ParamName);
        Assert.Equal("statusCode", Assert.Throws<ArgumentOutOfRangeException>(() => transaction.Reply(700)).ParamName);
        Assert.Equal("response", Assert.Throws<ArgumentException>(() => transaction.Send(default, 200)).ParamName);
    }

    private static string Invite(string transport) =>
        Wire.Request("INVITE", via: $"SIP/2.0/{transport} 198.51.100.7:5060;branch=z9hG4bKa1");

    private static string Ack(string transport) =>
        Wire.Request("ACK", via: $"SIP/2.0/{transport} 198.51.100.7:5060;branch=z9hG4bKa1", toTag: "t");

    private static void Answer(TransactionFixture fixture, ServerTransaction transaction, int status) =>
        fixture.Inside(transaction, () => transaction.Send(Encoding.UTF8.GetBytes($"SIP/2.0 {status} X\r\nTo: x\r\n\r\n"), status));

    private static ServerTransaction In(TransactionFixture fixture, string state, string transport = "UDP")
    {
        fixture.In(Invite(transport), TransactionFixture.Flow(transport));
        ServerTransaction transaction = fixture.User.Last!;
        if (state is "Completed" or "Confirmed")
            Answer(fixture, transaction, 486);
        if (state == "Confirmed")
            fixture.In(Ack(transport), TransactionFixture.Flow(transport));
        if (state == "Accepted")
            Answer(fixture, transaction, 200);
        Assert.Equal(state, transaction.State.ToString());
        return transaction;
    }
}
