using System.Text;

namespace Parley.Transactions.Tests.Machines;

public sealed class NonInviteServerTests
{
    // RFC 3261 17.2.2 figure 8, every state and event.
    [Theory]
    [InlineData("Trying", "Request", "Trying", "", "")]
    [InlineData("Trying", "100", "Proceeding", "100", "")]
    [InlineData("Trying", "200", "Completed", "200", "")]
    [InlineData("Trying", "404", "Completed", "404", "")]
    [InlineData("Trying", "Error", "Trying", "", "error")]
    [InlineData("Proceeding", "Request", "Proceeding", "100", "")]
    [InlineData("Proceeding", "183", "Proceeding", "183", "")]
    [InlineData("Proceeding", "200", "Completed", "200", "")]
    [InlineData("Proceeding", "404", "Completed", "404", "")]
    [InlineData("Proceeding", "Error", "Proceeding", "", "error")]
    [InlineData("Completed", "Request", "Completed", "200", "")]
    [InlineData("Completed", "183", "Completed", "", "")]
    [InlineData("Completed", "200", "Completed", "", "")]
    [InlineData("Completed", "404", "Completed", "", "")]
    [InlineData("Completed", "Error", "Completed", "", "error")]
    public void Each_state_meets_each_event(string state, string what, string after, string sent, string told)
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("OPTIONS"));
        ServerTransaction transaction = fixture.User.Last!;
        if (state == "Proceeding")
            Answer(fixture, transaction, 100);
        if (state == "Completed")
            Answer(fixture, transaction, 200);
        Assert.Equal(state, transaction.State.ToString());
        fixture.TakeSent();
        fixture.User.Take();
        if (what == "Request")
            fixture.In(Wire.Request("OPTIONS"));
        else if (what == "Error")
            fixture.Layer.OnSendFailed(transaction.Token);
        else
            Answer(fixture, transaction, int.Parse(what, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal((after, sent, told), (transaction.State.ToString(), fixture.TakeSent(), fixture.User.Take()));
    }

    [Fact]
    public void Over_udp_timer_J_keeps_the_answer_for_64_T1()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(200);
        fixture.In(Wire.Request("BYE", toTag: "t"));
        fixture.Run(31.98);
        fixture.In(Wire.Request("BYE", toTag: "t"));
        Assert.Equal("200, 200", fixture.TakeSent());
        fixture.Run(0.02);
        Assert.Equal("request BYE, terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    [Fact]
    public void Over_tcp_the_final_response_ends_it()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t => t.Reply(200);
        fixture.In(Wire.Request("BYE", via: "SIP/2.0/TCP 198.51.100.7;branch=z9hG4bKa1", toTag: "t"), TransactionFixture.Tcp);
        Assert.Equal("request BYE, terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
    }

    // RFC 4320 4.1: not before Timer E of the sender has reached T2 (0.5 + 1 + 2 s), and then it must.
    [Theory]
    [InlineData("UDP")]
    [InlineData("TCP")]
    public void A_slow_request_gets_100_once_timer_E_has_reached_T2(string transport)
    {
        using TransactionFixture fixture = new();
        string request = Wire.Request("MESSAGE", via: $"SIP/2.0/{transport} 198.51.100.7:5060;branch=z9hG4bKa1");
        fixture.In(request, TransactionFixture.Flow(transport));
        fixture.Inside(fixture.User.Last!, () => fixture.User.Last!.SendTrying());
        fixture.Run(3.49);
        Assert.Equal("", fixture.TakeSent());
        fixture.Run(0.02);
        Assert.Equal("100", fixture.TakeSent());
        fixture.Run(20);
        Assert.Equal("", fixture.TakeSent());
        fixture.Inside(fixture.User.Last!, () => fixture.User.Last!.Reply(200));
        Assert.Equal("200", fixture.TakeSent());
        fixture.Run(40);
        Assert.Equal(("", 0), (fixture.TakeSent(), fixture.Layer.ServerTransactionCount));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(100)]
    [InlineData(0)]
    public void One_that_was_answered_or_given_up_gets_none(int status)
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("MESSAGE"));
        ServerTransaction transaction = fixture.User.Last!;
        fixture.Run(1);
        fixture.Inside(
            transaction,
            () =>
            {
                if (status == 0)
                    transaction.Abandon();
                else
                    transaction.Reply(status);
            }
        );
        fixture.TakeSent();
        fixture.Run(30);
        Assert.Equal("", fixture.TakeSent());
    }

    [Theory]
    [InlineData(500, 4000, null, 3500)]
    [InlineData(500, 500, null, 500)]
    [InlineData(500, 3000, null, 3500)]
    [InlineData(100, 1000, 200, 1400)]
    public void That_moment_follows_from_E_and_T2(int t1, int t2, int? e, int expected)
    {
        TimeSpan? timerE = e is { } value ? TimeSpan.FromMilliseconds(value) : null;
        SipTimerOptions options = new()
        {
            T1 = TimeSpan.FromMilliseconds(t1),
            T2 = TimeSpan.FromMilliseconds(t2),
            TimerE = timerE,
        };
        using TransactionFixture fixture = new(options);
        fixture.In(Wire.Request("MESSAGE"));
        fixture.Run(30);
        Assert.Equal([expected], fixture.TakeTimes());
    }

    private static void Answer(TransactionFixture fixture, ServerTransaction transaction, int status) =>
        fixture.Inside(transaction, () => transaction.Send(Encoding.UTF8.GetBytes($"SIP/2.0 {status} X\r\nTo: x\r\n\r\n"), status));
}
