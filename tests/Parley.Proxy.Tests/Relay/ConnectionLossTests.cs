using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>A next hop whose connection dies, or whose datagrams are refused, under a request: heard of at once, and the next one tried where that is right.</summary>
public sealed class ConnectionLossTests
{
    private static readonly SipRequestHandler Relay = static async context => await context.RelayAsync();

    [Theory]
    [InlineData("INVITE")]
    [InlineData("OPTIONS")]
    [InlineData("MESSAGE")]
    public void A_request_whose_connection_was_reset_goes_once_more_over_a_new_one(string method)
    {
        using var fixture = new ProxyFixture(Relay);
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2", SipProtocol.Tcp);
        Warm(fixture, alice, bob);
        bob.Requests.Clear();
        bob.Script = request =>
        {
            // The first is read, and the connection dies.
            if (bob.Requests.Count == 1)
                bob.Host.ResetConnections();
            else
                bob.Answer(request, 200);
        };
        alice.Send(method, "sip:bob@10.0.0.2;transport=tcp", "c2");
        fixture.Run(200);
        Assert.Equal(2, bob.Count(method));
        // The same transaction to it (17.2.3), so that it cannot happen twice.
        Assert.Single(bob.Requests.Select(Branch).Distinct());
        Assert.Equal([200], alice.Finals.Skip(1));
        Assert.True(fixture.Clock.Elapsed < TimeSpan.FromSeconds(2));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void When_the_new_one_dies_too_the_next_server_is_tried()
    {
        using var fixture = new ProxyFixture(Relay);
        fixture.Locator.Add("example.com", "tcp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "tcp:10.0.0.3:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            dying = fixture.Peer("10.0.0.2", SipProtocol.Tcp),
            bob = fixture.Peer("10.0.0.3", SipProtocol.Tcp);
        dying.Script = _ => dying.Host.ResetConnections();
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.InRange(dying.Count("INVITE"), 1, 2);
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.Failovers]);
        Assert.Single(fixture.Locator.Failed);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_connection_that_is_refused_goes_to_the_next_server()
    {
        using var fixture = new ProxyFixture(Relay);
        fixture.Locator.Add("example.com", "tcp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "tcp:10.0.0.3:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.3", SipProtocol.Tcp);
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Who_was_ringing_is_cancelled_and_the_caller_hears_at_once()
    {
        using var fixture = new ProxyFixture(Relay);
        fixture.Locator.Add("example.com", "tcp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "tcp:10.0.0.3:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2", SipProtocol.Tcp),
            other = fixture.Peer("10.0.0.3", SipProtocol.Tcp);
        bob.ObeysCancel = false;
        bob.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                bob.Answer(request, 180);
        };
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(200);
        Assert.Contains(180, alice.Statuses);
        bob.Host.ResetConnections();
        fixture.Run(300);
        Assert.Equal([500], alice.Finals); // 16.7 step 6: a 503 of a next hop is none of ours
        Assert.Equal(1, bob.Count("CANCEL"));
        Assert.Empty(other.Requests);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_caller_whose_connection_died_gets_the_answer_over_a_new_one()
    {
        using var fixture = new ProxyFixture(Relay);
        Peer alice = fixture.Peer("10.0.0.1", SipProtocol.Tcp),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                bob.Answer(request, 180);
        };
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(200);
        alice.Host.ResetConnections();
        fixture.Run(100);
        bob.Answer(bob.Request("INVITE"), 200);
        fixture.Run(200);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(548, true)]
    [InlineData(0, false)]
    public void A_refused_datagram_goes_to_the_next_server_when_the_report_proves_itself(int quote, bool atOnce)
    {
        using var fixture = new ProxyFixture(Relay);
        fixture.Network.ReportsUnreachable = true;
        fixture.Network.UnreachableQuote = quote;
        fixture.Locator.Add("example.com", "udp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "udp:10.0.0.3:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.3");
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(300);
        Assert.Equal(atOnce ? [200] : [], alice.Finals);
        fixture.Run(33_000);
        Assert.Equal([200], alice.Finals.Distinct());
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_request_of_our_own_hears_of_its_connection_too()
    {
        using var fixture = new ProxyFixture(Relay);
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2", SipProtocol.Tcp);
        Warm(fixture, alice, bob);
        bob.Script = _ => bob.Host.ResetConnections();
        var user = new User();
        fixture.App.LocalRequests.Send(
            "OPTIONS sip:bob@10.0.0.2;transport=tcp SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <sip:p@10.0.0.9>;tag=1\r\nTo: <sip:bob@10.0.0.2>\r\nCall-ID: own\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"u8,
            null,
            user
        );
        fixture.Run(1_000);
        Assert.Equal(503, user.Failed);
        Assert.Equal(1, fixture.App.Transactions.Statistics[TransactionCounter.RequestsReconnected]);
        fixture.RunToTheEnd();
    }

    private static void Warm(ProxyFixture fixture, Peer alice, Peer bob)
    {
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("OPTIONS", "sip:bob@10.0.0.2;transport=tcp", "warm");
        fixture.Run(100);
        Assert.Equal([200], alice.Finals);
    }

    private static string Branch(SipMessage message) => message.TryGetTopVia(out ViaView via) ? Peer.Text(via.Branch) : "";

    private sealed class User : ILocalRequestUser
    {
        public int Failed { get; private set; }

        public void OnResponse(LocalRequest request, SipMessage response) { }

        public void OnFailed(LocalRequest request, int statusCode) => Failed = statusCode;
    }
}
