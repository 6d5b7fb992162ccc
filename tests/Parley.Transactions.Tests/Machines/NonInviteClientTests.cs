using Parley.Sip;

namespace Parley.Transactions.Tests.Machines;

public sealed class NonInviteClientTests
{
    // RFC 3261 17.1.2 figure 6, every state and event.
    [Theory]
    [InlineData("Trying", "100", "Proceeding", "", "response 100")]
    [InlineData("Trying", "200", "Completed", "", "response 200")]
    [InlineData("Trying", "404", "Completed", "", "response 404")]
    [InlineData("Trying", "Error", "Terminated", "", "error, terminated")]
    [InlineData("Proceeding", "100", "Proceeding", "", "response 100")]
    [InlineData("Proceeding", "200", "Completed", "", "response 200")]
    [InlineData("Proceeding", "404", "Completed", "", "response 404")]
    [InlineData("Proceeding", "Error", "Terminated", "", "error, terminated")]
    [InlineData("Completed", "100", "Completed", "", "")]
    [InlineData("Completed", "200", "Completed", "", "")]
    [InlineData("Completed", "404", "Completed", "", "")]
    [InlineData("Completed", "Error", "Completed", "", "")]
    public void Each_state_meets_each_event(string state, string what, string after, string sent, string told)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Options, Rig.Udp);
        string branch = Rig.Branch(transaction);
        if (state == "Proceeding")
            rig.In(Wire.Response(100, branch, "OPTIONS"));
        if (state == "Completed")
            rig.In(Wire.Response(200, branch, "OPTIONS"));
        Assert.Equal(state, transaction.State.ToString());
        rig.TakeSent();
        rig.User.Take();
        if (what == "Error")
            rig.Layer.OnSendFailed(transaction.Token);
        else
            rig.In(Wire.Response(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture), branch, "OPTIONS"));
        Assert.Equal((after, sent, told), (transaction.State.ToString(), rig.TakeSent(), rig.User.Take()));
    }

    [Fact]
    public void Over_udp_timer_E_doubles_up_to_T2_and_F_gives_up()
    {
        using Rig rig = new();
        rig.StartClient(SipMethod.Bye, Rig.Udp);
        rig.Run(31.99);
        Assert.Equal([0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500], rig.TakeTimes());
        Assert.Equal("", rig.User.Take());
        rig.Run(0.01);
        Assert.Equal("timeout, terminated", rig.User.Take());
        rig.Run(100);
        Assert.Equal("", rig.TakeSent());
        Assert.Equal(0, rig.Layer.Buffers.Rented);
    }

    [Fact]
    public void In_proceeding_timer_E_repeats_every_T2_until_F()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Bye, Rig.Udp);
        rig.Run(0.7);
        rig.In(Wire.Response(100, Rig.Branch(transaction), "BYE"));
        rig.Run(20);
        // The timer that runs already (due at 1.5 s) fires; then every 4 s.
        Assert.Equal([0, 500, 1_500, 5_500, 9_500, 13_500, 17_500], rig.TakeTimes());
        rig.Run(12);
        Assert.Equal("response 100, timeout, terminated", rig.User.Take());
    }

    [Fact]
    public void Over_tcp_nothing_is_repeated_and_F_gives_up()
    {
        using Rig rig = new();
        rig.StartClient(SipMethod.Bye, Rig.Tcp);
        rig.Run(31.99);
        Assert.Equal([0], rig.TakeTimes());
        rig.Run(0.01);
        Assert.Equal("timeout, terminated", rig.User.Take());
    }

    [Theory]
    [InlineData("UDP", 5.0)]
    [InlineData("TCP", 0.0)]
    public void Timer_K_absorbs_repeated_answers(string transport, double seconds)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Bye, Rig.Flow(transport));
        string branch = Rig.Branch(transaction);
        rig.In(Wire.Response(200, branch, "BYE"));
        Assert.Equal(0, rig.Layer.Buffers.Rented);
        Assert.True(transaction.SentRequest.IsEmpty);
        if (seconds > 0)
        {
            rig.Run(seconds - 0.01);
            rig.In(Wire.Response(200, branch, "BYE"));
            Assert.Equal("response 200", rig.User.Take());
            rig.Run(0.01);
            Assert.Equal("terminated", rig.User.Take());
        }
        else
        {
            Assert.Equal("response 200, terminated", rig.User.Take());
        }

        rig.In(Wire.Response(200, branch, "BYE"));
        Assert.Equal("stray 200", rig.User.Take());
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
    }

    [Fact]
    public void A_response_to_another_method_is_a_stray()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Bye, Rig.Udp);
        rig.In(Wire.Response(200, Rig.Branch(transaction), "INFO"));
        Assert.Equal("stray 200", rig.User.Take());
        Assert.Equal(ClientTransactionState.Trying, transaction.State);
    }

    [Fact]
    public void A_failure_known_at_once_is_told_after_start_returned()
    {
        using Rig rig = new();
        rig.Transport.Refuse = _ => true;
        Strand strand = new();
        ClientTransaction transaction = rig.Layer.CreateClient(strand, SipMethod.Bye, rig.User);
        strand.TryEnter();
        transaction.Start("BYE sip:x SIP/2.0\r\n\r\n"u8, Rig.Udp);
        Assert.Equal("", rig.User.Take());
        strand.Leave();
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_connection_of_a_response_is_known_also_when_the_response_had_to_wait_for_the_strand(bool mustWait)
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Options, Rig.Tcp with { ConnectionId = 0 });
        string response = Wire.Response(180, Rig.Branch(transaction), "OPTIONS");
        if (mustWait)
            rig.Inside(transaction, () => rig.In(response, Rig.Tcp));
        else
            rig.In(response, Rig.Tcp);
        Assert.Equal(Rig.Tcp.ConnectionId, transaction.ConnectionId);
        Assert.Equal(ClientTransactionState.Proceeding, transaction.State);
    }

    [Fact]
    public void Abandoning_ends_it_after_the_present_work()
    {
        using Rig rig = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Bye, Rig.Udp);
        rig.Inside(
            transaction,
            () =>
            {
                transaction.Abandon();
                transaction.Abandon();
                Assert.Equal("", rig.User.Take());
            }
        );
        Assert.Equal("terminated", rig.User.Take());
        rig.Run(40);
        Assert.Equal("BYE", rig.TakeSent());
    }

    [Fact]
    public void Wrong_use_is_refused()
    {
        using Rig rig = new();
        Strand strand = new();
        Assert.Equal("method", Assert.Throws<ArgumentException>(() => rig.Layer.CreateClient(strand, SipMethod.Ack, rig.User)).ParamName);
        ClientTransaction transaction = rig.Layer.CreateClient(strand, SipMethod.Bye, rig.User);
        Assert.Equal("request", Assert.Throws<ArgumentException>(() => transaction.Start(default, Rig.Udp)).ParamName);
        Assert.Equal("flow", Assert.Throws<ArgumentException>(() => transaction.Start("x"u8, default)).ParamName);
        transaction.Start("BYE sip:x SIP/2.0\r\n\r\n"u8, Rig.Udp);
        Assert.Throws<InvalidOperationException>(() => transaction.Start("BYE sip:x SIP/2.0\r\n\r\n"u8, Rig.Udp));
    }
}
