using Parley.Sip;

namespace Parley.Transactions.Tests.Layer;

public sealed class ContainmentTests
{
    [Theory]
    [InlineData("INVITE")]
    [InlineData("OPTIONS")]
    public void A_request_handler_that_throws_is_logged_with_its_call_and_answered_500(string method)
    {
        using Rig rig = new();
        rig.User.WhenRequest = _ => throw new InvalidOperationException("on purpose");
        rig.In(Wire.Request(method));
        Assert.Equal("500", rig.TakeSent());
        Assert.Equal("2102 Error OnRequest failed in the call c1@example.com", Assert.Single(rig.Loggers.Lines));
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.CallbackErrors]);
        rig.Run(60);
        Assert.Equal(0, rig.Layer.ServerTransactionCount);
    }

    [Fact]
    public void After_a_final_response_there_is_no_500()
    {
        using Rig rig = new();
        rig.User.WhenRequest = t =>
        {
            t.Reply(404);
            throw new InvalidOperationException("on purpose");
        };
        rig.In(Wire.Request("OPTIONS"));
        Assert.Equal("404", rig.TakeSent());
    }

    [Fact]
    public void A_cancel_handler_that_throws_ends_the_invite_with_500()
    {
        using Rig rig = new();
        rig.User.WhenCancel = _ => throw new InvalidOperationException("on purpose");
        rig.In(Wire.Request("INVITE"));
        rig.In(Wire.Request("CANCEL"));
        Assert.Equal("100, 200, 500", rig.TakeSent());
    }

    [Fact]
    public void An_admission_that_throws_is_answered_500_without_a_transaction()
    {
        using Rig rig = new();
        rig.User.Admits = _ => throw new InvalidOperationException("on purpose");
        rig.In(Wire.Request("OPTIONS"));
        Assert.Equal("500", rig.TakeSent());
        Assert.Equal(0, rig.Layer.ServerTransactionCount);
    }

    [Fact]
    public void Whatever_a_user_throws_the_machines_reach_their_end()
    {
        using Rig rig = new();
        rig.User.WhenAny = () => throw new InvalidOperationException("on purpose");
        ClientTransaction bye = rig.StartClient(SipMethod.Bye, Rig.Udp);
        ClientTransaction invite = rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.StartClient(SipMethod.Options, Rig.Udp);
        rig.In(Wire.Response(200, Rig.Branch(bye), "BYE"));
        rig.In(Wire.Response(486, Rig.Branch(invite), "INVITE"));
        rig.In(Wire.Response(200, "z9hG4bKunknown", "BYE"));
        rig.In(Wire.Request("ACK"));
        rig.In(Wire.Request("INVITE"));
        rig.Run(120);
        Assert.Equal(0, rig.Layer.ClientTransactionCount + rig.Layer.ServerTransactionCount);
        Assert.Equal(0, rig.Layer.Buffers.Rented);
        Assert.All(rig.Loggers.Lines, line => Assert.StartsWith("2102 Error", line, StringComparison.Ordinal));
    }

    [Fact]
    public void A_user_that_abandons_or_cancels_inside_its_own_callback_is_safe()
    {
        using Rig rig = new();
        rig.User.WhenResponse = (t, r) =>
        {
            if (r.StatusCode >= 200)
                t.Abandon();
            else
                t.Cancel();
        };
        ClientTransaction invite = rig.StartClient(SipMethod.Invite, Rig.Tcp);
        string branch = Rig.Branch(invite);
        rig.In(Wire.Response(180, branch, "INVITE"));
        rig.In(Wire.Response(487, branch, "INVITE"));
        Assert.Equal("INVITE, CANCEL, ACK", rig.TakeSent());
        Assert.Equal("response 180, response 487, terminated", rig.User.Take());
        ClientTransaction bye = rig.StartClient(SipMethod.Bye, Rig.Udp);
        rig.In(Wire.Response(200, Rig.Branch(bye), "BYE"));
        Assert.Equal("response 200, terminated", rig.User.Take());
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
    }

    [Fact]
    public void Messages_for_a_busy_strand_wait_in_their_own_buffer()
    {
        using Rig rig = new();
        Strand strand = new();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp, strand: strand);
        string branch = Rig.Branch(transaction);
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(Wire.Response(180, branch, "INVITE"));
        SipMessage message = new();
        message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        strand.TryEnter();
        rig.Layer.OnMessage(message, Rig.Udp);
        Array.Fill(bytes, (byte)'?');
        Assert.Equal("", rig.User.Take());
        strand.Leave();
        Assert.Equal("response 180", rig.User.Take());
    }

    [Fact]
    public void A_cancel_for_a_busy_strand_is_answered_at_once_and_told_later()
    {
        using Rig rig = new();
        rig.In(Wire.Request("INVITE"));
        rig.TakeSent();
        rig.User.Take();
        rig.Inside(
            rig.User.Last!,
            () =>
            {
                rig.In(Wire.Request("CANCEL"));
                rig.In(Wire.Request("INVITE"));
                Assert.Equal(("200", ""), (rig.TakeSent(), rig.User.Take()));
            }
        );
        Assert.Equal(("100", "cancel"), (rig.TakeSent(), rig.User.Take()));
    }
}
