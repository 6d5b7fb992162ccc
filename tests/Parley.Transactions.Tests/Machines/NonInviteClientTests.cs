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
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Options, TransactionFixture.Udp);
        string branch = TransactionFixture.Branch(transaction);
        if (state == "Proceeding")
            fixture.In(Wire.Response(100, branch, "OPTIONS"));
        if (state == "Completed")
            fixture.In(Wire.Response(200, branch, "OPTIONS"));
        Assert.Equal(state, transaction.State.ToString());
        fixture.TakeSent();
        fixture.User.Take();
        if (what == "Error")
            fixture.Layer.OnSendFailed(transaction.Token);
        else
            fixture.In(Wire.Response(int.Parse(what, System.Globalization.CultureInfo.InvariantCulture), branch, "OPTIONS"));
        Assert.Equal((after, sent, told), (transaction.State.ToString(), fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void Over_udp_timer_E_doubles_up_to_T2_and_F_gives_up()
    {
        using TransactionFixture fixture = new();
        fixture.StartClient(SipMethod.Bye, TransactionFixture.Udp);
        fixture.Run(31.99);
        Assert.Equal([0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500], fixture.TakeTimes());
        Assert.Equal("", fixture.User.Take());
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
        fixture.Run(100);
        Assert.Equal("", fixture.TakeSent());
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void In_proceeding_timer_E_repeats_every_T2_until_F()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Bye, TransactionFixture.Udp);
        fixture.Run(0.7);
        fixture.In(Wire.Response(100, TransactionFixture.Branch(transaction), "BYE"));
        fixture.Run(20);
        // The timer that runs already (due at 1.5 s) fires; then every 4 s.
        Assert.Equal([0, 500, 1_500, 5_500, 9_500, 13_500, 17_500], fixture.TakeTimes());
        fixture.Run(12);
        Assert.Equal("response 100, timeout, terminated", fixture.User.Take());
    }

    [Fact]
    public void Over_tcp_nothing_is_repeated_and_F_gives_up()
    {
        using TransactionFixture fixture = new();
        fixture.StartClient(SipMethod.Bye, TransactionFixture.Tcp);
        fixture.Run(31.99);
        Assert.Equal([0], fixture.TakeTimes());
        fixture.Run(0.01);
        Assert.Equal("timeout, terminated", fixture.User.Take());
    }

    [Theory]
    [InlineData("UDP", 5.0)]
    [InlineData("TCP", 0.0)]
    public void Timer_K_absorbs_repeated_answers(string transport, double seconds)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Bye, TransactionFixture.Flow(transport));
        string branch = TransactionFixture.Branch(transaction);
        fixture.In(Wire.Response(200, branch, "BYE"));
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
        Assert.True(transaction.SentRequest.IsEmpty);
        if (seconds > 0)
        {
            fixture.Run(seconds - 0.01);
            fixture.In(Wire.Response(200, branch, "BYE"));
            Assert.Equal("response 200", fixture.User.Take());
            fixture.Run(0.01);
            Assert.Equal("terminated", fixture.User.Take());
        }
        else
        {
            Assert.Equal("response 200, terminated", fixture.User.Take());
        }

        fixture.In(Wire.Response(200, branch, "BYE"));
        Assert.Equal("stray 200", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
    }

    [Fact]
    public void A_response_to_another_method_is_a_stray()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Bye, TransactionFixture.Udp);
        fixture.In(Wire.Response(200, TransactionFixture.Branch(transaction), "INFO"));
        Assert.Equal("stray 200", fixture.User.Take());
        Assert.Equal(ClientTransactionState.Trying, transaction.State);
    }

    [Fact]
    public void A_failure_known_at_once_is_told_after_start_returned()
    {
        using TransactionFixture fixture = new();
        fixture.Transport.Refuse = _ => true;
        Strand strand = new();
        ClientTransaction transaction = fixture.Layer.CreateClient(strand, SipMethod.Bye, fixture.User);
        strand.TryEnter();
        transaction.Start("BYE sip:x SIP/2.0\r\n\r\n"u8, TransactionFixture.Udp);
        Assert.Equal("", fixture.User.Take());
        strand.Leave();
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_connection_of_a_response_is_known_also_when_the_response_had_to_wait_for_the_strand(bool mustWait)
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Options, TransactionFixture.Tcp with { ConnectionId = 0 });
        string response = Wire.Response(180, TransactionFixture.Branch(transaction), "OPTIONS");
        if (mustWait)
            fixture.Inside(transaction, () => fixture.In(response, TransactionFixture.Tcp));
        else
            fixture.In(response, TransactionFixture.Tcp);
        Assert.Equal(TransactionFixture.Tcp.ConnectionId, transaction.ConnectionId);
        Assert.Equal(ClientTransactionState.Proceeding, transaction.State);
    }

    [Fact]
    public void Abandoning_ends_it_after_the_present_work()
    {
        using TransactionFixture fixture = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Bye, TransactionFixture.Udp);
        fixture.Inside(
            transaction,
            () =>
            {
                transaction.Abandon();
                transaction.Abandon();
                Assert.Equal("", fixture.User.Take());
            }
        );
        Assert.Equal("terminated", fixture.User.Take());
        fixture.Run(40);
        Assert.Equal("BYE", fixture.TakeSent());
    }

    [Fact]
    public void Wrong_use_is_refused()
    {
        using TransactionFixture fixture = new();
        Strand strand = new();
        Assert.Equal(
            "method",
            Assert.Throws<ArgumentException>(() => fixture.Layer.CreateClient(strand, SipMethod.Ack, fixture.User)).ParamName
        );
        ClientTransaction transaction = fixture.Layer.CreateClient(strand, SipMethod.Bye, fixture.User);
        Assert.Equal("request", Assert.Throws<ArgumentException>(() => transaction.Start(default, TransactionFixture.Udp)).ParamName);
        Assert.Equal("flow", Assert.Throws<ArgumentException>(() => transaction.Start("x"u8, default)).ParamName);
        transaction.Start("BYE sip:x SIP/2.0\r\n\r\n"u8, TransactionFixture.Udp);
        Assert.Throws<InvalidOperationException>(() => transaction.Start("BYE sip:x SIP/2.0\r\n\r\n"u8, TransactionFixture.Udp));
    }
}
