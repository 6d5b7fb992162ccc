using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>RFC 3261 18.2.2: what no transaction takes any more goes back over the connection that its request came by.</summary>
public sealed class ResponseConnectionTests
{
    // sent-by is where nobody hears: a response that went there would be lost.
    private static string Over(SipProtocol protocol, string method, string branch, string target = "sip:bob@10.0.0.2") =>
        $"{method} {target} SIP/2.0\r\nVia: SIP/2.0/{Peer.Text(protocol.ViaText())} 10.0.0.1:5999;branch={branch}\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=f1\r\n"
        + $"To: <sip:bob@example.com>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\nContact: <sip:alice@10.0.0.1>\r\nContent-Length: 0\r\n\r\n";

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void A_2xx_after_the_final_response(SipProtocol protocol)
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            await context.RelayAsync();
            context.Reply(480);
        });
        Peer alice = fixture.Peer("10.0.0.1", protocol),
            bob = fixture.Peer("10.0.0.2");
        bob.ObeysCancel = false;
        alice.SendText(Over(protocol, "INVITE", "z9hG4bKlate"));
        fixture.Run(100);
        Assert.Equal([480], alice.Finals);
        long connections = fixture.Network.Counters.Connections;
        bob.Answer(bob.Request("INVITE"), 200);
        fixture.Run(100);
        Assert.Equal([480, 200], alice.Finals);
        Assert.Equal(connections, fixture.Network.Counters.Connections);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp)]
    [InlineData(SipProtocol.Tls)]
    public void An_answer_to_a_stateless_copy(SipProtocol protocol)
    {
        using ProxyFixture fixture = Stateless();
        Peer alice = fixture.Peer("10.0.0.1", protocol),
            bob = fixture.Peer("10.0.0.2");
        alice.SendText(Over(protocol, "INVITE", "z9hG4bKless"));
        fixture.Run(100);
        bob.Answer(bob.Request("INVITE"), 180);
        bob.Answer(bob.Request("INVITE"), 200);
        fixture.Run(100);
        Assert.Equal([180, 200], alice.Statuses);
        Assert.DoesNotContain("back=", alice.Responses[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_connection_leaves_received_and_the_port_of_sent_by()
    {
        using ProxyFixture fixture = Stateless();
        Peer alice = fixture.Peer("10.0.0.1", SipProtocol.Tcp),
            bob = fixture.Peer("10.0.0.2");
        alice.SendText(
            Over(SipProtocol.Tcp, "OPTIONS", "z9hG4bKgone").Replace("10.0.0.1:5999", "alice.example.com:5060", StringComparison.Ordinal)
        );
        fixture.Run(100);
        for (long id = 0; id < 10; id++)
            fixture.Transport.CloseConnection(id);
        fixture.Run(100);
        bob.Answer(bob.Request("OPTIONS"), 200);
        fixture.Run(100);
        Assert.Equal([200], alice.Statuses);
    }

    [Theory]
    [InlineData("back=1..1-0000000000000000")]
    [InlineData("back=1..1")]
    [InlineData("back=ffff..1-0000000000000000")]
    [InlineData("back=")]
    [InlineData("back=-")]
    public void A_way_that_we_did_not_write_is_not_gone(string forged)
    {
        using ProxyFixture fixture = Stateless();
        Peer alice = fixture.Peer("10.0.0.1", SipProtocol.Tcp),
            victim = fixture.Peer("10.0.0.3", SipProtocol.Tcp),
            bob = fixture.Peer("10.0.0.2");
        victim.Send("OPTIONS", "sip:bob@10.0.0.2", callId: "c2"); // the first connection
        fixture.Run(100);
        alice.SendText(Over(SipProtocol.Tcp, "INVITE", "z9hG4bKforged"));
        fixture.Run(100);
        SipMessage invite = bob.Request("INVITE");
        string text = invite.ToString();
        Assert.Matches("back=1\\.\\.[0-9a-f]+-[0-9a-f]{16}", Peer.Text(invite.Bytes));
        string changed = System.Text.RegularExpressions.Regex.Replace(Peer.Text(invite.Bytes), "back=[^\\r]*", forged);
        Assert.True(SipMessage.TryParse(System.Text.Encoding.UTF8.GetBytes(changed), out SipMessage? copy), text);
        bob.Answer(copy, 200);
        fixture.Run(100);
        Assert.Empty(victim.Responses);
        Assert.Empty(alice.Finals); // sent-by leads nowhere here
    }

    [Fact]
    public void The_branch_is_the_same_over_whichever_connection()
    {
        using ProxyFixture fixture = Stateless();
        Peer alice = fixture.Peer("10.0.0.1", SipProtocol.Tcp),
            bob = fixture.Peer("10.0.0.2");
        for (int round = 0; round < 2; round++)
        {
            alice.SendText(Over(SipProtocol.Tcp, "INVITE", "z9hG4bKtwo"));
            fixture.Run(100);
            for (long id = 0; id < 10; id++)
                alice.Host.CloseConnection(id);
            fixture.Run(100);
        }

        Assert.True(bob.Requests[0].TryGetTopVia(out ViaView first) & bob.Requests[1].TryGetTopVia(out ViaView second));
        Assert.Equal(Peer.Text(first.Branch), Peer.Text(second.Branch));
        Assert.NotEqual(Peer.Text(first.Text), Peer.Text(second.Text));
    }

    private static ProxyFixture Stateless() =>
        new(static async context => await context.RelayAsync(), static builder => builder.Proxy.Stateless = true);
}
