using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests.Machines;

/// <summary>A connection that dies under client transactions, and ICMP errors of their datagrams.</summary>
public class ConnectionLossTests
{
    // To an address, by whatever connection there is; and by one connection and no other.
    private static readonly SipFlow Anyhow = Rig.Tcp with { ConnectionId = 0 };

    [Theory]
    [InlineData(SipMethod.Invite)]
    [InlineData(SipMethod.Options)]
    [InlineData(SipMethod.Bye)]
    public void A_request_that_nobody_answered_goes_once_more_over_a_new_connection_with_the_same_branch(SipMethod method)
    {
        using var rig = new Rig();
        rig.Transport.Connection = 5;
        ClientTransaction transaction = rig.StartClient(method, Anyhow);
        string sent = rig.Transport.Sent.Single().Text;
        rig.Transport.Clear();
        rig.Transport.Connection = 6;
        rig.Layer.OnFlowClosed(Anyhow with { ConnectionId = 5 });
        Assert.Equal(sent, rig.Transport.Sent.Single().Text);
        Assert.Empty(rig.User.Take());
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.RequestsReconnected]);

        // Once: the second time the user hears of it.
        rig.Layer.OnFlowClosed(Anyhow with { ConnectionId = 6 });
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Equal(2, rig.Layer.Statistics[TransactionCounter.ConnectionsLost]);
        Assert.Equal(0, rig.Layer.ClientTransactionCount);
        Assert.Equal(0, rig.Layer.Carried.Count);
        Assert.NotNull(transaction);
    }

    [Fact]
    public void Over_a_connection_that_was_opened_for_it_there_is_no_second_try()
    {
        using var rig = new Rig();
        rig.Transport.Connection = 5;
        rig.Transport.State = SipConnectionState.Opening;
        rig.StartClient(SipMethod.Invite, Anyhow);
        rig.Layer.OnFlowClosed(Anyhow with { ConnectionId = 5 });
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Equal("INVITE", rig.TakeSent());
    }

    [Fact]
    public void Where_only_one_connection_leads_to_the_far_end_its_end_is_the_end()
    {
        using var rig = new Rig();
        rig.StartClient(SipMethod.Options, Rig.Tcp);
        rig.Layer.OnFlowClosed(Rig.Tcp);
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Equal("OPTIONS", rig.TakeSent());
    }

    [Fact]
    public void An_INVITE_that_got_a_provisional_response_is_not_repeated_but_cancelled_over_a_new_connection()
    {
        using var rig = new Rig();
        rig.Transport.Connection = 5;
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Anyhow);
        string branch = Rig.Branch(transaction);
        rig.In(Wire.Response(180, branch, "INVITE"), Anyhow with { ConnectionId = 5 });
        rig.TakeSent();
        rig.User.Take();
        rig.Layer.OnFlowClosed(Anyhow with { ConnectionId = 5 });
        Assert.Equal("error, terminated", rig.User.Take());
        Sent cancel = rig.Transport.Sent.Single();
        Assert.Equal("CANCEL", cancel.Label);
        Assert.Contains(branch, cancel.Text, StringComparison.Ordinal);
        Assert.Equal(0, cancel.Flow.ConnectionId);
    }

    [Fact]
    public void An_INVITE_that_got_a_provisional_response_by_its_only_connection_just_ends()
    {
        using var rig = new Rig();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Tcp);
        rig.In(Wire.Response(180, Rig.Branch(transaction), "INVITE"), Rig.Tcp);
        rig.TakeSent();
        rig.User.Take();
        rig.Layer.OnFlowClosed(Rig.Tcp);
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Empty(rig.TakeSent());
    }

    [Theory]
    [InlineData(SipMethod.Invite, 200)]
    [InlineData(SipMethod.Invite, 404)]
    [InlineData(SipMethod.Options, 200)]
    public void After_a_final_response_the_connection_may_go(SipMethod method, int status)
    {
        using var rig = new Rig();
        ClientTransaction transaction = rig.StartClient(method, Rig.Tcp);
        rig.In(Wire.Response(status, Rig.Branch(transaction), Encoding.ASCII.GetString(SipText.Method(method))), Rig.Tcp);
        rig.User.Take();
        Assert.Equal(0, rig.Layer.Carried.Count);
        rig.Layer.OnFlowClosed(Rig.Tcp);
        Assert.Empty(rig.User.Take());
        Assert.Equal(0, rig.Layer.Statistics[TransactionCounter.ConnectionsLost]);
    }

    [Fact]
    public void All_that_a_connection_carries_hear_and_no_others()
    {
        using var rig = new Rig();
        var others = new List<ClientTransaction>();
        for (int i = 0; i < 50; i++)
        {
            rig.StartClient(i % 2 == 0 ? SipMethod.Invite : SipMethod.Options, Rig.Tcp);
            others.Add(rig.StartClient(SipMethod.Options, Rig.Tcp with { ConnectionId = 77 + 16 }));
            if (i % 5 == 0)
            {
                ClientTransaction abandoned = rig.StartClient(SipMethod.Options, Rig.Tcp);
                rig.Inside(abandoned, abandoned.Abandon);
            }
        }

        rig.User.Take();
        rig.Layer.OnFlowClosed(Rig.Tcp);
        Assert.Equal(50, rig.User.Told.Count(static t => t == "error"));
        Assert.All(others, static t => Assert.Equal(ClientTransactionState.Trying, t.State));
        Assert.Equal(50, rig.Layer.ClientTransactionCount);
        rig.Run(40);
        Assert.Equal(0, rig.Layer.Carried.Count);
    }

    [Fact]
    public void A_connection_that_closed_before_the_request_was_listed_is_noticed()
    {
        using var rig = new Rig();
        rig.Transport.State = SipConnectionState.Gone;
        rig.StartClient(SipMethod.Options, Rig.Tcp);
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Equal(0, rig.Layer.Carried.Count);
    }

    [Theory]
    [InlineData(SipMethod.Invite)]
    [InlineData(SipMethod.Options)]
    public void An_ICMP_error_that_quotes_the_branch_ends_a_request_that_nobody_answered(SipMethod method)
    {
        using var rig = new Rig();
        rig.StartClient(method, Rig.Udp);
        byte[] sent = Encoding.UTF8.GetBytes(rig.Transport.Sent.Single().Text);
        rig.Layer.OnUnreachable(Rig.Udp, sent.AsSpan(0, 200));
        Assert.Equal("error, terminated", rig.User.Take());
        Assert.Equal(1, rig.Layer.Statistics[TransactionCounter.Unreachable]);
        rig.Layer.OnUnreachable(Rig.Udp, sent);
        Assert.Empty(rig.User.Take());
    }

    [Theory]
    [InlineData("")]
    [InlineData("INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK")]
    [InlineData(
        "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKz9hG4bKz9hG4bKz9hG4bKz9hG4bKz9hG4bKz9hG4bK"
    )]
    [InlineData("INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK00000001000000010000000000000000\r\n")]
    [InlineData("\0\u00ff\0z9hG4bK")]
    public void An_ICMP_error_that_proves_nothing_changes_nothing(string quoted)
    {
        using var rig = new Rig();
        rig.StartClient(SipMethod.Invite, Rig.Udp);
        rig.Layer.OnUnreachable(Rig.Udp, Encoding.Latin1.GetBytes(quoted));
        Assert.Empty(rig.User.Take());
        Assert.Equal(0, rig.Layer.Statistics[TransactionCounter.Unreachable]);
    }

    [Fact]
    public void After_a_response_an_ICMP_error_changes_nothing()
    {
        using var rig = new Rig();
        ClientTransaction transaction = rig.StartClient(SipMethod.Invite, Rig.Udp);
        byte[] sent = Encoding.UTF8.GetBytes(rig.Transport.Sent.Single().Text);
        rig.In(Wire.Response(100, Rig.Branch(transaction), "INVITE"));
        rig.User.Take();
        rig.Layer.OnUnreachable(Rig.Udp, sent);
        Assert.Empty(rig.User.Take());
    }
}
