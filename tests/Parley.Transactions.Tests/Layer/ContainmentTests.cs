using Parley.Sip;

namespace Parley.Transactions.Tests.Layer;

public sealed class ContainmentTests
{
    [Theory]
    [InlineData("INVITE")]
    [InlineData("OPTIONS")]
    public void A_request_handler_that_throws_is_logged_with_its_call_and_answered_500(string method)
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = _ => throw new InvalidOperationException("on purpose");
        fixture.In(Wire.Request(method));
        Assert.Equal("500", fixture.TakeSent());
        Assert.Equal("Error 2102 OnRequest failed in the call c1@example.com on purpose", Assert.Single(fixture.Loggers.Lines));
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.CallbackErrors]);
        fixture.Run(60);
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
    }

    [Fact]
    public void After_a_final_response_there_is_no_500()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenRequest = t =>
        {
            t.Reply(404);
            throw new InvalidOperationException("on purpose");
        };
        fixture.In(Wire.Request("OPTIONS"));
        Assert.Equal("404", fixture.TakeSent());
    }

    [Fact]
    public void A_cancel_handler_that_throws_ends_the_invite_with_500()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenCancel = _ => throw new InvalidOperationException("on purpose");
        fixture.In(Wire.Request("INVITE"));
        fixture.In(Wire.Request("CANCEL"));
        Assert.Equal("100, 200, 500", fixture.TakeSent());
    }

    [Fact]
    public void An_admission_that_throws_is_answered_500_without_a_transaction()
    {
        using TransactionFixture fixture = new();
        fixture.User.Admits = _ => throw new InvalidOperationException("on purpose");
        fixture.In(Wire.Request("OPTIONS"));
        Assert.Equal("500", fixture.TakeSent());
        Assert.Equal(0, fixture.Layer.ServerTransactionCount);
    }

    [Fact]
    public void Whatever_a_user_throws_the_machines_reach_their_end()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenAny = () => throw new InvalidOperationException("on purpose");
        ClientTransaction bye = fixture.StartClient(SipMethod.Bye, TransactionFixture.Udp);
        ClientTransaction invite = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.StartClient(SipMethod.Options, TransactionFixture.Udp);
        fixture.In(Wire.Response(200, TransactionFixture.Branch(bye), "BYE"));
        fixture.In(Wire.Response(486, TransactionFixture.Branch(invite), "INVITE"));
        fixture.In(Wire.Response(200, "z9hG4bKunknown", "BYE"));
        fixture.In(Wire.Request("ACK"));
        fixture.In(Wire.Request("INVITE"));
        fixture.Run(120);
        Assert.Equal(0, fixture.Layer.ClientTransactionCount + fixture.Layer.ServerTransactionCount);
        Assert.Equal(0, fixture.Layer.Buffers.Rented);
        Assert.All(fixture.Loggers.Lines, line => Assert.StartsWith("Error 2102", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_user_that_abandons_or_cancels_inside_its_own_callback_is_safe()
    {
        using TransactionFixture fixture = new();
        fixture.User.WhenResponse = (t, r) =>
        {
            if (r.StatusCode >= 200)
                t.Abandon();
            else
                t.Cancel();
        };
        ClientTransaction invite = fixture.StartClient(SipMethod.Invite, TransactionFixture.Tcp);
        string branch = TransactionFixture.Branch(invite);
        fixture.In(Wire.Response(180, branch, "INVITE"));
        fixture.In(Wire.Response(487, branch, "INVITE"));
        Assert.Equal("INVITE, CANCEL, ACK", fixture.TakeSent());
        Assert.Equal("response 180, response 487, terminated", fixture.User.Take());
        ClientTransaction bye = fixture.StartClient(SipMethod.Bye, TransactionFixture.Udp);
        fixture.In(Wire.Response(200, TransactionFixture.Branch(bye), "BYE"));
        Assert.Equal("response 200, terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
    }

    [Fact]
    public void Messages_for_a_busy_strand_wait_in_their_own_buffer()
    {
        using TransactionFixture fixture = new();
        Strand strand = new();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp, strand: strand);
        string branch = TransactionFixture.Branch(transaction);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(Wire.Response(180, branch, "INVITE"));
        SipMessage message = new();
        message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        strand.TryEnter();
        fixture.Layer.OnMessage(message, TransactionFixture.Udp);
        Array.Fill(bytes, (byte)'?');
        Assert.Equal("", fixture.User.Take());
        strand.Leave();
        Assert.Equal("response 180", fixture.User.Take());
    }

    [Fact]
    public void A_cancel_for_a_busy_strand_is_answered_at_once_and_told_later()
    {
        using TransactionFixture fixture = new();
        fixture.In(Wire.Request("INVITE"));
        fixture.TakeSent();
        fixture.User.Take();
        fixture.Inside(
            fixture.User.Last!,
            () =>
            {
                fixture.In(Wire.Request("CANCEL"));
                fixture.In(Wire.Request("INVITE"));
                Assert.Equal(("200", ""), (fixture.TakeSent(), fixture.User.Take()));
            }
        );
        Assert.Equal(("100", "cancel"), (fixture.TakeSent(), fixture.User.Take()));
    }
}
