using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests.Machines;

/// <summary>A connection that dies under client transactions, and ICMP errors of their datagrams.</summary>
public class ConnectionLossTests
{
    // To an address, by whatever connection there is; and by one connection and no other.
    private static readonly SipFlow Anyhow = TransactionFixture.Tcp with { ConnectionId = 0 };

    [Theory]
    [InlineData(SipMethod.Invite)]
    [InlineData(SipMethod.Options)]
    [InlineData(SipMethod.Bye)]
    public void A_request_that_nobody_answered_goes_once_more_over_a_new_connection_with_the_same_branch(SipMethod method)
    {
        using var fixture = new TransactionFixture();
        fixture.Transport.Connection = 5;
        ClientTransaction transaction = fixture.StartClient(method, Anyhow);
        string sent = fixture.Transport.Sent.Single().Text;
        fixture.Transport.Clear();
        fixture.Transport.Connection = 6;
        fixture.Layer.OnFlowClosed(Anyhow with { ConnectionId = 5 });
        Assert.Equal(sent, fixture.Transport.Sent.Single().Text);
        Assert.Empty(fixture.User.Take());
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.RequestsReconnected]);

        // Once: the second time the user hears of it.
        fixture.Layer.OnFlowClosed(Anyhow with { ConnectionId = 6 });
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Equal(2, fixture.Layer.Statistics[TransactionCounter.ConnectionsLost]);
        Assert.Equal(0, fixture.Layer.ClientTransactionCount);
        Assert.Equal(0, fixture.Layer.Carried.Count);
        Assert.NotNull(transaction);
    }

    [Fact]
    public void Over_a_connection_that_was_opened_for_it_there_is_no_second_try()
    {
        using var fixture = new TransactionFixture();
        fixture.Transport.Connection = 5;
        fixture.Transport.State = SipConnectionState.Opening;
        fixture.StartClient(SipMethod.Invite, Anyhow);
        fixture.Layer.OnFlowClosed(Anyhow with { ConnectionId = 5 });
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Equal("INVITE", fixture.TakeSent());
    }

    [Fact]
    public void Where_only_one_connection_leads_to_the_far_end_its_end_is_the_end()
    {
        using var fixture = new TransactionFixture();
        fixture.StartClient(SipMethod.Options, TransactionFixture.Tcp);
        fixture.Layer.OnFlowClosed(TransactionFixture.Tcp);
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Equal("OPTIONS", fixture.TakeSent());
    }

    [Fact]
    public void An_INVITE_that_got_a_provisional_response_is_not_repeated_but_cancelled_over_a_new_connection()
    {
        using var fixture = new TransactionFixture();
        fixture.Transport.Connection = 5;
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, Anyhow);
        string branch = TransactionFixture.Branch(transaction);
        fixture.In(Wire.Response(180, branch, "INVITE"), Anyhow with { ConnectionId = 5 });
        fixture.TakeSent();
        fixture.User.Take();
        fixture.Layer.OnFlowClosed(Anyhow with { ConnectionId = 5 });
        Assert.Equal("error, terminated", fixture.User.Take());
        Sent cancel = fixture.Transport.Sent.Single();
        Assert.Equal("CANCEL", cancel.Label);
        Assert.Contains(branch, cancel.Text, StringComparison.Ordinal);
        Assert.Equal(0, cancel.Flow.ConnectionId);
    }

    [Fact]
    public void An_INVITE_that_got_a_provisional_response_by_its_only_connection_just_ends()
    {
        using var fixture = new TransactionFixture();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Tcp);
        fixture.In(Wire.Response(180, TransactionFixture.Branch(transaction), "INVITE"), TransactionFixture.Tcp);
        fixture.TakeSent();
        fixture.User.Take();
        fixture.Layer.OnFlowClosed(TransactionFixture.Tcp);
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Empty(fixture.TakeSent());
    }

    [Theory]
    [InlineData(SipMethod.Invite, 200)]
    [InlineData(SipMethod.Invite, 404)]
    [InlineData(SipMethod.Options, 200)]
    public void After_a_final_response_the_connection_may_go(SipMethod method, int status)
    {
        using var fixture = new TransactionFixture();
        ClientTransaction transaction = fixture.StartClient(method, TransactionFixture.Tcp);
        fixture.In(
            Wire.Response(status, TransactionFixture.Branch(transaction), Encoding.ASCII.GetString(SipText.Method(method))),
            TransactionFixture.Tcp
        );
        fixture.User.Take();
        Assert.Equal(0, fixture.Layer.Carried.Count);
        fixture.Layer.OnFlowClosed(TransactionFixture.Tcp);
        Assert.Empty(fixture.User.Take());
        Assert.Equal(0, fixture.Layer.Statistics[TransactionCounter.ConnectionsLost]);
    }

    [Fact]
    public void All_that_a_connection_carries_hear_and_no_others()
    {
        using var fixture = new TransactionFixture();
        var others = new List<ClientTransaction>();
        for (int i = 0; i < 50; i++)
        {
            fixture.StartClient(i % 2 == 0 ? SipMethod.Invite : SipMethod.Options, TransactionFixture.Tcp);
            others.Add(fixture.StartClient(SipMethod.Options, TransactionFixture.Tcp with { ConnectionId = 77 + 16 }));
            if (i % 5 == 0)
            {
                ClientTransaction abandoned = fixture.StartClient(SipMethod.Options, TransactionFixture.Tcp);
                fixture.Inside(abandoned, abandoned.Abandon);
            }
        }

        fixture.User.Take();
        fixture.Layer.OnFlowClosed(TransactionFixture.Tcp);
        Assert.Equal(50, fixture.User.Told.Count(static t => t == "error"));
        Assert.All(others, static t => Assert.Equal(ClientTransactionState.Trying, t.State));
        Assert.Equal(50, fixture.Layer.ClientTransactionCount);
        fixture.Run(40);
        Assert.Equal(0, fixture.Layer.Carried.Count);
    }

    [Fact]
    public void A_connection_that_closed_before_the_request_was_listed_is_noticed()
    {
        using var fixture = new TransactionFixture();
        fixture.Transport.State = SipConnectionState.Gone;
        fixture.StartClient(SipMethod.Options, TransactionFixture.Tcp);
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Equal(0, fixture.Layer.Carried.Count);
    }

    [Theory]
    [InlineData(SipMethod.Invite)]
    [InlineData(SipMethod.Options)]
    public void An_ICMP_error_that_quotes_the_branch_ends_a_request_that_nobody_answered(SipMethod method)
    {
        using var fixture = new TransactionFixture();
        fixture.StartClient(method, TransactionFixture.Udp);
        byte[] sent = Encoding.UTF8.GetBytes(fixture.Transport.Sent.Single().Text);
        fixture.Layer.OnUnreachable(TransactionFixture.Udp, sent.AsSpan(0, 200));
        Assert.Equal("error, terminated", fixture.User.Take());
        Assert.Equal(1, fixture.Layer.Statistics[TransactionCounter.Unreachable]);
        fixture.Layer.OnUnreachable(TransactionFixture.Udp, sent);
        Assert.Empty(fixture.User.Take());
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
        using var fixture = new TransactionFixture();
        fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        fixture.Layer.OnUnreachable(TransactionFixture.Udp, Encoding.Latin1.GetBytes(quoted));
        Assert.Empty(fixture.User.Take());
        Assert.Equal(0, fixture.Layer.Statistics[TransactionCounter.Unreachable]);
    }

    [Fact]
    public void After_a_response_an_ICMP_error_changes_nothing()
    {
        using var fixture = new TransactionFixture();
        ClientTransaction transaction = fixture.StartClient(SipMethod.Invite, TransactionFixture.Udp);
        byte[] sent = Encoding.UTF8.GetBytes(fixture.Transport.Sent.Single().Text);
        fixture.In(Wire.Response(100, TransactionFixture.Branch(transaction), "INVITE"));
        fixture.User.Take();
        fixture.Layer.OnUnreachable(TransactionFixture.Udp, sent);
        Assert.Empty(fixture.User.Take());
    }
}
