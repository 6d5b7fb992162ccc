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
        using Rig rig = new();
        ClientTransaction transaction = In(rig, state);
        string branch = Rig.Branch(transaction);
        rig.TakeSent();
        rig.User.Take();
        switch (what)
        {
            case "Error":
                rig.Layer.OnSendFailed(transaction.Token);
                break;
            case "Cancel":
                rig.Inside(transaction, () => transaction.Cancel());
                break;
            case "StopTrying":
                rig.Inside(transaction, transaction.StopTrying);
                break;
            default:
                rig.In(Wire.Response(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture), branch, "INVITE"));
                break;
        }

        Assert.Equal((after, sent, told), (transaction.State.ToString(), rig.TakeSent(), rig.User.Take()));
    }

    [Fact]
    public void Over_udp_timer_A_doubles_without_limit_and_B_gives_up()
    {
        using Rig rig = new();
        rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.Run(31.99);
        Assert.Equal([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500], rig.TakeTimes());
        rig.Run(0.01);
        Assert.Equal("timeout, terminated", rig.User.Take());
        rig.Run(100);
        Assert.Equal("", rig.TakeSent());
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Fact]
    public void Over_tcp_nothing_is_repeated_and_B_gives_up()
    {
        using Rig rig = new();
        rig.StartClient(SipMethod.Invite, Rig.Tcp);
        rig.Run(31.99);
        Assert.Equal([0], rig.TakeTimes());
        rig.Run(0.01);
        Assert.Equal("timeout, terminated", rig.User.Take());
    }

    [Fact]
    public void A_provisional_response_stops_A_and_B()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.Run(0.6);
        rig.In(Wire.Response(100, Rig.Branch(transaction), "INVITE"));
        rig.Run(600);
        Assert.Equal([0, 500], rig.TakeTimes());
        Assert.Equal(ClientTransactionState.Proceeding, transaction.State);
        Assert.False(transaction.SentRequest.IsEmpty);
    }

    [Theory]
    [InlineData("UDP", 32.0)]
    [InlineData("TCP", 0.0)]
    public void Timer_D_acknowledges_repeated_failures(string transport, double seconds)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Flow(transport));
        string branch = Rig.Branch(transaction);
        rig.In(Wire.Response(486, branch, "INVITE"));
        Assert.Equal("INVITE, ACK", rig.TakeSent());
        if (seconds > 0)
        {
            rig.Run(seconds - 0.01);
            rig.In(Wire.Response(486, branch, "INVITE"));
            Assert.Equal(("ACK", "response 486"), (rig.TakeSent(), rig.User.Take()));
            rig.Run(0.01);
            Assert.Equal("terminated", rig.User.Take());
        }
        else
        {
            Assert.Equal("response 486, terminated", rig.User.Take());
        }

        Assert.Equal(0, rig.Layer.ClientTransactionCount);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void Timer_M_passes_up_every_2xx_for_64_T1_on_every_transport_and_holds_no_bytes(string transport)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Flow(transport));
        string branch = Rig.Branch(transaction);
        rig.In(Wire.Response(200, branch, "INVITE"));
        Assert.Equal(0, rig.Layer.Buffers.Rented);
        rig.Run(31.99);
        rig.In(Wire.Response(200, branch, "INVITE", toTag: "fork"));
        Assert.Equal("response 200, response 200", rig.User.Take());
        rig.Run(0.01);
        Assert.Equal("terminated", rig.User.Take());
        rig.In(Wire.Response(200, branch, "INVITE"));
        Assert.Equal("stray 200", rig.User.Take());
    }

    [Fact]
    public void The_ack_for_a_failure_is_made_of_the_invite_and_the_response()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(
            SipMethod.Invite,
            Rig.Udp,
            "Route: <sip:p1.example.net;lr>\r\nRoute: <sip:p2.example.net;lr>, <sip:p3.example.net;lr>\r\nRequire: foo\r\n"
        );
        string branch = Rig.Branch(transaction);
        rig.In(Wire.Response(486, branch, "INVITE", toTag: "callee"));
        SipMessage ack = rig.Transport.Sent[1].Message;
        Assert.Equal("ACK sip:bob@example.com SIP/2.0", rig.Transport.Sent[1].StartLine);
        Assert.Equal(Rig.Udp, rig.Transport.Sent[1].Flow);
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
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp, "Route: <sip:p1.example.net;lr>\r\nRequire: foo\r\n");
        string branch = Rig.Branch(transaction);
        rig.In(Wire.Response(180, branch, "INVITE"));
        rig.TakeSent();
        rig.Inside(
            transaction,
            () =>
            {
                transaction.Cancel("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"u8);
                transaction.Cancel();
            }
        );
        SipMessage cancel = Assert.Single(rig.Transport.Sent).Message;
        Assert.Equal("CANCEL sip:bob@example.com SIP/2.0", rig.Transport.Sent[0].StartLine);
        Assert.Equal(SipMethod.Cancel, cancel.Method);
        Assert.Equal("CANCEL", Encoding.UTF8.GetString(cancel.CSeqMethodText));
        Assert.True(cancel.TryGetTopVia(out ViaView via));
        Assert.Equal(branch, Encoding.UTF8.GetString(via.Branch));
        Assert.Equal(0, cancel.ToTag.Length);
        Assert.Equal(1, cancel.Routes.Count());
        Assert.Equal(-1, cancel.IndexOf(SipHeaderName.Require));
        Assert.True(cancel.TryGetHeader(SipHeaderName.Reason, out _));
        rig.Run(0.6);
        Assert.Equal([0, 500], rig.TakeTimes());
        rig.In(Wire.Response(200, branch, "CANCEL"));
        rig.Run(3);
        Assert.Equal("", rig.TakeSent());
        Assert.Equal("response 180", rig.User.Take());
        rig.In(Wire.Response(487, branch, "INVITE"));
        Assert.Equal(("ACK", "response 487"), (rig.TakeSent(), rig.User.Take()));
        rig.Run(40);
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    /// <summary>9.1: the CANCEL waits for a provisional response; until then nothing is sent, and the transaction stays until timer B.</summary>
    [Theory]
    [InlineData(0, "", "timeout, terminated")]
    [InlineData(180, "CANCEL", "response 180")]
    [InlineData(200, "", "response 200")]
    [InlineData(486, "ACK", "response 486")]
    public void An_invite_that_is_tried_no_more_is_not_retransmitted_and_its_late_responses_count(int late, string sent, string told)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        string branch = Rig.Branch(transaction);
        rig.Run(0.6);
        Assert.Equal([0, 500], rig.TakeTimes());
        rig.Inside(transaction, transaction.StopTrying);
        rig.Run(20);
        Assert.Equal(("", ""), (rig.TakeSent(), rig.User.Take()));
        if (late == 0)
            rig.Run(12);
        else
            rig.In(Wire.Response(late, branch, "INVITE"));
        Assert.Equal((sent, told), (rig.TakeSent(), rig.User.Take()));
        rig.Run(80);
        Assert.Equal((0, 0), (rig.Layer.ClientTransactionCount, rig.Layer.Buffers.Rented));
    }

    [Fact]
    public void A_cancel_before_any_response_waits_for_the_first_provisional_one()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.Inside(transaction, () => transaction.Cancel("Reason: SIP;cause=487\r\n"u8));
        rig.Run(0.4);
        Assert.Equal("INVITE", rig.TakeSent());
        rig.In(Wire.Response(100, Rig.Branch(transaction), "INVITE"));
        Assert.Contains("Reason: SIP;cause=487", Assert.Single(rig.Transport.Sent).Text, StringComparison.Ordinal);
        Assert.Equal("CANCEL", rig.TakeSent());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(486)]
    public void A_final_response_first_makes_the_wish_to_cancel_void(int status)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.Inside(transaction, () => transaction.Cancel("Reason: SIP;cause=487\r\n"u8));
        rig.In(Wire.Response(status, Rig.Branch(transaction), "INVITE"));
        rig.Run(1);
        Assert.Equal(status == 200 ? "INVITE" : "INVITE, ACK", rig.TakeSent());
        rig.Run(40);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Fact]
    public void Without_a_final_response_within_64_T1_of_the_cancel_it_times_out()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.In(Wire.Response(180, Rig.Branch(transaction), "INVITE"));
        rig.Run(10);
        rig.Inside(transaction, () => transaction.Cancel());
        rig.Run(31.99);
        Assert.Equal("response 180", rig.User.Take());
        rig.Run(0.01);
        Assert.Equal("timeout, terminated", rig.User.Take());
        rig.Run(1);
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Fact]
    public void A_cancel_before_the_start_ends_it()
    {
        using Rig rig = new();
        Strand strand = new();
        ClientTransaction transaction = rig.Layer.CreateClient(strand, SipMethod.Invite, rig.User);
        rig.Inside(transaction, () => transaction.Cancel());
        Assert.Equal("terminated", rig.User.Take());
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
    }

    [Fact]
    public void A_branch_with_a_suffix_of_the_users_own_finds_its_transaction()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.In(Wire.Response(180, Rig.Branch(transaction) + ".5fa3", "INVITE"));
        rig.In(Wire.Response(180, Rig.Branch(transaction) + "x", "INVITE"));
        Assert.Equal("response 180, stray 180", rig.User.Take());
    }

    private static ClientTransaction In(Rig rig, string state)
    {
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        string branch = Rig.Branch(transaction);
        if (state == "Proceeding")
            rig.In(Wire.Response(180, branch, "INVITE"));
        if (state == "Completed")
            rig.In(Wire.Response(486, branch, "INVITE"));
        if (state == "Accepted")
            rig.In(Wire.Response(200, branch, "INVITE"));
        Assert.Equal(state, transaction.State.ToString());
        return transaction;
    }
}
