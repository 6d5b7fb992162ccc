using System.Text;
using Parley.Sip;

namespace Parley.Transactions.Tests.Machines;

public sealed class InviteClientTests
{
    // RFC 3261 17.1.1 and RFC 6026 figure 6, every state and event.
    [Theory]
    [InlineData("Calling", "180", "Proceeding", "", "response 180")]
    [InlineData("Calling", "200", "Accepted", "", "response 200")]
    [InlineData("Calling", "486", "Completed", "ACK", "response 486")]
    [InlineData("Calling", "Error", "Terminated", "", "error, terminated")]
    [InlineData("Calling", "Cancel", "Calling", "", "")]
    [InlineData("Calling", "StopTrying", "Calling", "", "")]
    [InlineData("Proceeding", "180", "Proceeding", "", "response 180")]
    [InlineData("Proceeding", "200", "Accepted", "", "response 200")]
    [InlineData("Proceeding", "486", "Completed", "ACK", "response 486")]
    [InlineData("Proceeding", "Error", "Terminated", "", "error, terminated")]
    [InlineData("Proceeding", "Cancel", "Proceeding", "CANCEL", "")]
    [InlineData("Proceeding", "StopTrying", "Proceeding", "CANCEL", "")]
    [InlineData("Completed", "180", "Completed", "", "")]
    [InlineData("Completed", "200", "Completed", "", "response 200")]
    [InlineData("Completed", "486", "Completed", "ACK", "")]
    [InlineData("Completed", "Error", "Terminated", "", "error, terminated")]
    [InlineData("Completed", "Cancel", "Completed", "", "")]
    [InlineData("Completed", "StopTrying", "Completed", "", "")]
    [InlineData("Accepted", "180", "Accepted", "", "")]
    [InlineData("Accepted", "200", "Accepted", "", "response 200")]
    [InlineData("Accepted", "486", "Accepted", "", "")]
    [InlineData("Accepted", "Error", "Accepted", "", "")]
    [InlineData("Accepted", "Cancel", "Accepted", "", "")]
    [InlineData("Accepted", "StopTrying", "Accepted", "", "")]
    public void Each_state_meets_each_event(string state, string what, string after, string sent, string told)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = In(fixture, state);
        string branch = TransactionFixture.Branch(transaction);
        fixture.TakeSent();
        fixture.User.Take();
        switch (what)
        {
            case "Error":
                fixture.Layer.OnSendFailed(transaction.Token);
                break;
            case "Cancel":
                fixture.Inside(transaction, () => transaction.Cancel());
                break;
            case "StopTrying":
                fixture.Inside(transaction, transaction.StopTrying);
                break;
            default:
                fixture.In(Wire.Response(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture), branch, "INVITE"));
                break;
        }

        Assert.Equal((after, sent, told), (transaction.State.ToString(), fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void Over_udp_timer_A_doubles_without_limit_and_B_gives_up()
    {
        using TransactionFixture fixture = new();
        fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.Run(31.99);
        Assert.Equal([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500], fixture.TakeTimes());
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
        fixture.Run(100);
        Assert.Equal("", fixture.TakeSent());
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void Over_tcp_nothing_is_repeated_and_B_gives_up()
    {
        using TransactionFixture fixture = new();
        fixture.StartClient(SipMethod.Invite, TransactionFixture.Tcp);
        fixture.Run(31.99);
        Assert.Equal([0], fixture.TakeTimes());
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
    }

    [Fact]
    public void A_provisional_response_stops_A_and_B()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.Run(0.6);
        fixture.In(Wire.Response(100, TransactionFixture.Branch(transaction), "INVITE"));
        fixture.Run(600);
        Assert.Equal([0, 500], fixture.TakeTimes());
        Assert.Equal(ClientTransactionState.Proceeding, transaction.State);
        Assert.False(transaction.SentRequest.IsEmpty);
    }

    [Theory]
    [InlineData("UDP", 32.0)]
    [InlineData("TCP", 0.0)]
    public void Timer_D_acknowledges_repeated_failures(string transport, double seconds)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Flow(transport));
        string branch = TransactionFixture.Branch(transaction);
        fixture.In(Wire.Response(486, branch, "INVITE"));
        Assert.Equal("INVITE, ACK", fixture.TakeSent());
        if (seconds > 0)
        {
            fixture.Run(seconds - 0.01);
            fixture.In(Wire.Response(486, branch, "INVITE"));
            Assert.Equal(("ACK", "response 486"), (fixture.TakeSent(), fixture.User.Take()));
            fixture.Run(0.01);
            Assert.Equal("terminated", fixture.User.Take());
        }
        else
        {
            Assert.Equal("response 486, terminated", fixture.User.Take());
        }

        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void Timer_M_passes_up_every_2xx_for_64_T1_on_every_transport_and_holds_no_bytes(string transport)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Flow(transport));
        string branch = TransactionFixture.Branch(transaction);
        fixture.In(Wire.Response(200, branch, "INVITE"));
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
        fixture.Run(31.99);
        fixture.In(Wire.Response(200, branch, "INVITE", toTag: "fork"));
        Assert.Equal("response 200, response 200", fixture.User.Take());
        fixture.Run(0.01);
        Assert.Equal("terminated", fixture.User.Take());
        fixture.In(Wire.Response(200, branch, "INVITE"));
        Assert.Equal("stray 200", fixture.User.Take());
    }

    [Fact]
    public void The_ack_for_a_failure_is_made_of_the_invite_and_the_response()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(
            SipMethod.Invite,
            TransactionFixture.Udp,
            "Route: <sip:p1.example.net;lr>\r\nRoute: <sip:p2.example.net;lr>, <sip:p3.example.net;lr>\r\nRequire: foo\r\n"
        );
        string branch = TransactionFixture.Branch(transaction);
        fixture.In(Wire.Response(486, branch, "INVITE", toTag: "callee"));
        SipMessage ack = fixture.Transport.Sent[1].Message;
        Assert.Equal("ACK sip:bob@example.com SIP/2.0", fixture.Transport.Sent[1].StartLine);
        Assert.Equal(TransactionFixture.Udp, fixture.Transport.Sent[1].Flow);
        // 17.1.1.3: one Via, the topmost of the INVITE.
        int vias = 0;
        foreach (ViaView via in ack.Vias)
        {
            vias++;
            Assert.Equal(branch, Encoding.UTF8.GetString(via.Branch));
        }

        Assert.Equal(1, vias);
        Assert.Equal("callee", Encoding.UTF8.GetString(ack.ToTag));
        Assert.Equal("f1", Encoding.UTF8.GetString(ack.FromTag));
        Assert.Equal("c1@example.com", Encoding.UTF8.GetString(ack.CallId));
        Assert.Equal(1u, ack.CSeqNumber);
        Assert.Equal("ACK", Encoding.UTF8.GetString(ack.CSeqMethodText));
        Assert.Equal(3, ack.Routes.Count());
        Assert.Equal(70, ack.MaxForwards);
        Assert.Equal(-1, ack.IndexOf(SipHeaderName.Require));
        Assert.Equal(0, ack.Body.Length);
    }

    [Fact]
    public void The_cancel_is_made_of_the_invite_and_repeated_by_its_own_machine()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(
            SipMethod.Invite,
            TransactionFixture.Udp,
            "Route: <sip:p1.example.net;lr>\r\nRequire: foo\r\n"
        );
        string branch = TransactionFixture.Branch(transaction);
        fixture.In(Wire.Response(180, branch, "INVITE"));
        fixture.TakeSent();
        fixture.Inside(
            transaction,
            () =>
            {
                transaction.Cancel("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"u8);
                transaction.Cancel();
            }
        );
        SipMessage cancel = Assert.Single(fixture.Transport.Sent).Message;
        Assert.Equal("CANCEL sip:bob@example.com SIP/2.0", fixture.Transport.Sent[0].StartLine);
        Assert.Equal(SipMethod.Cancel, cancel.Method);
        Assert.Equal("CANCEL", Encoding.UTF8.GetString(cancel.CSeqMethodText));
        Assert.True(cancel.TryGetTopVia(out ViaView via));
        Assert.Equal(branch, Encoding.UTF8.GetString(via.Branch));
        Assert.Equal(0, cancel.ToTag.Length);
        Assert.Equal(1, cancel.Routes.Count());
        Assert.Equal(-1, cancel.IndexOf(SipHeaderName.Require));
        Assert.True(cancel.TryGetHeader(SipHeaderName.Reason, out _));
        fixture.Run(0.6);
        Assert.Equal([0, 500], fixture.TakeTimes());
        fixture.In(Wire.Response(200, branch, "CANCEL"));
        fixture.Run(3);
        Assert.Equal("", fixture.TakeSent());
        Assert.Equal("response 180", fixture.User.Take());
        fixture.In(Wire.Response(487, branch, "INVITE"));
        Assert.Equal(("ACK", "response 487"), (fixture.TakeSent(), fixture.User.Take()));
        fixture.Run(40);
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    /// <summary>9.1: the CANCEL waits for a provisional response; until then nothing is sent, and the transaction stays until timer B.</summary>
    [Theory]
    [InlineData(0, "", "timeout, terminated")]
    [InlineData(180, "CANCEL", "response 180")]
    [InlineData(200, "", "response 200")]
    [InlineData(486, "ACK", "response 486")]
    public void An_invite_that_is_tried_no_more_is_not_retransmitted_and_its_late_responses_count(int late, string sent, string told)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        string branch = TransactionFixture.Branch(transaction);
        fixture.Run(0.6);
        Assert.Equal([0, 500], fixture.TakeTimes());
        fixture.Inside(transaction, transaction.StopTrying);
        fixture.Run(20);
        Assert.Equal(("", ""), (fixture.TakeSent(), fixture.User.Take()));
        if (late == 0)
            fixture.Run(12);
        else
            fixture.In(Wire.Response(late, branch, "INVITE"));
        Assert.Equal((sent, told), (fixture.TakeSent(), fixture.User.Take()));
        fixture.Run(80);
        Assert.Equal((0, 0), (fixture.Layer.ClientTransactionCount, fixture.Layer.Buffers.Rented));
    }

    [Fact]
    public void A_cancel_before_any_response_waits_for_the_first_provisional_one()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.Inside(transaction, () => transaction.Cancel("Reason: SIP;cause=487\r\n"u8));
        fixture.Run(0.4);
        Assert.Equal("INVITE", fixture.TakeSent());
        fixture.In(Wire.Response(100, TransactionFixture.Branch(transaction), "INVITE"));
        Assert.Contains("Reason: SIP;cause=487", Assert.Single(fixture.Transport.Sent).Text, StringComparison.Ordinal);
        Assert.Equal("CANCEL", fixture.TakeSent());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(486)]
    public void A_final_response_first_makes_the_wish_to_cancel_void(int status)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.Inside(transaction, () => transaction.Cancel("Reason: SIP;cause=487\r\n"u8));
        fixture.In(Wire.Response(status, TransactionFixture.Branch(transaction), "INVITE"));
        fixture.Run(1);
        Assert.Equal(status == 200 ? "INVITE" : "INVITE, ACK", fixture.TakeSent());
        fixture.Run(40);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void Without_a_final_response_within_64_T1_of_the_cancel_it_times_out()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.In(Wire.Response(180, TransactionFixture.Branch(transaction), "INVITE"));
        fixture.Run(10);
        fixture.Inside(transaction, () => transaction.Cancel());
        fixture.Run(31.99);
        Assert.Equal("response 180", fixture.User.Take());
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
        fixture.Run(1);
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void A_cancel_before_the_start_ends_it()
    {
        using TransactionFixture fixture = new();
        Strand strand = new();
        ClientTransaction transaction = fixture.Layer.CreateClient(strand, SipMethod.Invite, fixture.User);
        fixture.Inside(transaction, () => transaction.Cancel());
        Assert.Equal("terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
    }

    [Fact]
    public void A_branch_with_a_suffix_of_the_users_own_finds_its_transaction()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.In(Wire.Response(180, TransactionFixture.Branch(transaction) + ".5fa3", "INVITE"));
        fixture.In(Wire.Response(180, TransactionFixture.Branch(transaction) + "x", "INVITE"));
        Assert.Equal("response 180, stray 180", fixture.User.Take());
    }

    private static ClientTransaction In(TransactionFixture fixture, string state)
    {
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        string branch = TransactionFixture.Branch(transaction);
        if (state == "Proceeding")
            fixture.In(Wire.Response(180, branch, "INVITE"));
        if (state == "Completed")
            fixture.In(Wire.Response(486, branch, "INVITE"));
        if (state == "Accepted")
            fixture.In(Wire.Response(200, branch, "INVITE"));
        Assert.Equal(state, transaction.State.ToString());
        return transaction;
    }
}
