using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>Requests within a dialog leave by the transport that the consumed Record-Route named, with no dialog known here: after a restart, or without dialogs at all.</summary>
public sealed class KeptTransportTests
{
    private static async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
            context.LooseRoute();
        else
            context.RecordRoute();
        await context.RelayAsync();
    }

    private static string Routes(SipMessage message, bool isReversed)
    {
        var set = new List<string>();
        foreach (NameAddrView route in message.RecordRoutes)
            set.Add(Peer.Text(route.Text));
        if (isReversed)
            set.Reverse();
        return string.Join(", ", set);
    }

    /// <summary>Sets up a call; bob's Contact names no transport.</summary>
    private static (SipMessage Invite, SipMessage Ok) Call(ProxyFixture fixture, Peer alice, Peer bob, SipProtocol towards)
    {
        bob.Script = request =>
        {
            if (request.Method != SipMethod.Ack)
                bob.Answer(request, 200);
        };
        string uri = towards switch
        {
            SipProtocol.Tls => "sip:bob@10.0.0.2:5061;transport=tls",
            SipProtocol.Tcp => "sip:bob@10.0.0.2;transport=tcp",
            _ => "sip:bob@10.0.0.2",
        };
        alice.Send("INVITE", uri);
        fixture.Run(100);
        return (bob.Request("INVITE"), Assert.Single(alice.Responses, r => r.StatusCode == 200));
    }

    private static SipProtocol Arrival(ProxyFixture fixture, string what, string host) =>
        Assert.Single(fixture.Recorder.Find(what, to: host)).Protocol;

    [Theory]
    [InlineData(SipProtocol.Udp, SipProtocol.Tcp, 2)]
    [InlineData(SipProtocol.Udp, SipProtocol.Tls, 2)]
    [InlineData(SipProtocol.Tcp, SipProtocol.Udp, 2)]
    [InlineData(SipProtocol.Tls, SipProtocol.Udp, 2)]
    [InlineData(SipProtocol.Tls, SipProtocol.Tcp, 2)]
    [InlineData(SipProtocol.Tcp, SipProtocol.Tcp, 1)]
    [InlineData(SipProtocol.Tls, SipProtocol.Tls, 1)]
    public void Each_side_is_reached_by_the_transport_of_its_Record_Route(SipProtocol caller, SipProtocol callee, int recordRoutes)
    {
        using var fixture = new ProxyFixture(Route);
        Peer alice = fixture.Peer("10.0.0.1", caller),
            bob = fixture.Peer("10.0.0.2", callee);
        (SipMessage invite, SipMessage ok) = Call(fixture, alice, bob, callee);
        Assert.Equal(recordRoutes, invite.RecordRoutes.Count());
        alice.Send("ACK", "sip:bob@10.0.0.2", headers: $"Route: {Routes(ok, true)}\r\n", toTag: "t10.0.0.2");
        fixture.Run(100);
        Assert.Equal(callee, Arrival(fixture, "ACK", "10.0.0.2"));
        alice.Send("INFO", "sip:bob@10.0.0.2", cseq: 2, headers: $"Route: {Routes(ok, true)}\r\n", toTag: "t10.0.0.2");
        fixture.Run(100);
        Assert.Equal(callee, Arrival(fixture, "INFO", "10.0.0.2"));
        bob.Send("BYE", "sip:alice@10.0.0.1", headers: $"Route: {Routes(invite, false)}\r\n", toTag: "f1", fromTag: "t10.0.0.2");
        fixture.Run(100);
        Assert.Equal(caller, Arrival(fixture, "BYE", "10.0.0.1"));
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("sip:bob@10.0.0.2")]
    [InlineData("sip:bob@10.0.0.2:5060;transport=udp")] // nor does a Contact that names less
    [InlineData("sip:bob@10.0.0.2:5060;transport=tcp")]
    [InlineData("sip:bob@bob.example.com")]
    public void A_call_over_TLS_never_goes_on_in_the_clear(string target)
    {
        using var fixture = new ProxyFixture(Route);
        fixture.Locator.Add("bob.example.com", "udp:10.0.0.2:5060");
        Peer alice = fixture.Peer("10.0.0.1");
        var bob = new Peer(
            fixture.Network.AddHost("10.0.0.2", "udp:10.0.0.2:5060", "tcp:10.0.0.2:5060"),
            fixture.Transport.Listener(SipProtocol.Udp).Local
        );
        const string route = "Route: <sip:10.0.0.9;r2=on;lr>, <sip:10.0.0.9:5061;transport=tls;r2=on;lr>\r\n";
        alice.Send("BYE", target, headers: route, toTag: "t");
        alice.Send("ACK", target, headers: route, toTag: "t");
        fixture.Run(40_000);
        Assert.Empty(bob.Requests);
        if (!target.Contains("example", StringComparison.Ordinal))
            Assert.InRange(Assert.Single(alice.Finals), 500, 503);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Not_even_when_the_TLS_listener_that_the_Route_names_is_gone()
    {
        using var fixture = new ProxyFixture(Route, null, 7, "udp:10.0.0.9:5060", "tcp:10.0.0.9:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send(
            "BYE",
            "sip:bob@10.0.0.2",
            headers: "Route: <sip:10.0.0.9;r2=on;lr>, <sip:10.0.0.9:5061;transport=tls;r2=on;lr>\r\n",
            toTag: "t"
        );
        fixture.Run(40_000);
        Assert.Empty(bob.Requests);
        Assert.InRange(Assert.Single(alice.Finals), 500, 503);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_TCP_listener_that_is_gone_leaves_the_way_to_the_URI()
    {
        using var fixture = new ProxyFixture(Route, null, 7, "udp:10.0.0.9:5060");
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send(
            "BYE",
            "sip:bob@10.0.0.2",
            headers: "Route: <sip:10.0.0.9;r2=on;lr>, <sip:10.0.0.9:5060;transport=tcp;r2=on;lr>\r\n",
            toTag: "t"
        );
        fixture.Run(100);
        Assert.Equal(SipProtocol.Udp, Arrival(fixture, "BYE", "10.0.0.2"));
        Assert.Equal(0, bob.Request("BYE").Routes.Count());
        bob.Answer(bob.Request("BYE"), 200);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("BYE")]
    [InlineData("ACK")]
    public void A_side_that_does_not_take_TCP_any_more_is_tried_as_its_URI_says(string method)
    {
        using var fixture = new ProxyFixture(Route);
        Peer alice = fixture.Peer("10.0.0.1");
        var bob = new Peer(fixture.Network.AddHost("10.0.0.2", "udp:10.0.0.2:5060"), fixture.Transport.Listener(SipProtocol.Udp).Local);
        alice.Send(
            method,
            "sip:bob@10.0.0.2",
            headers: "Route: <sip:10.0.0.9;r2=on;lr>, <sip:10.0.0.9;transport=tcp;r2=on;lr>\r\n",
            toTag: "t"
        );
        fixture.Run(400);
        Assert.Equal(1, bob.Count(method));
        if (method == "BYE")
            bob.Answer(bob.Request("BYE"), 200);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void One_Record_Route_for_two_transports_fixes_none()
    {
        using var fixture = new ProxyFixture(Route, static builder => builder.Proxy.DoubleRecordRoute = false);
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2", SipProtocol.Tcp);
        (SipMessage invite, _) = Call(fixture, alice, bob, SipProtocol.Tcp);
        bob.Send("BYE", "sip:alice@10.0.0.1", headers: $"Route: {Routes(invite, false)}\r\n", toTag: "f1", fromTag: "t10.0.0.2");
        fixture.Run(100);
        Assert.Equal(SipProtocol.Udp, Arrival(fixture, "BYE", "10.0.0.1"));
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("sip:b@192.0.2.1", SipProtocol.Udp, null)]
    [InlineData("sip:b@192.0.2.1", SipProtocol.Tcp, SipProtocol.Tcp)]
    [InlineData("sip:b@192.0.2.1;transport=udp", SipProtocol.Tcp, null)]
    [InlineData("sip:b@192.0.2.1", SipProtocol.Tls, SipProtocol.Tls)]
    [InlineData("sip:b@192.0.2.1;transport=udp", SipProtocol.Tls, SipProtocol.Tls)]
    [InlineData("sip:b@192.0.2.1;transport=sctp", SipProtocol.Tls, SipProtocol.Tls)]
    [InlineData("sip:b@192.0.2.1;transport=tls", SipProtocol.Tls, null)]
    [InlineData("sips:b@192.0.2.1", SipProtocol.Tcp, null)]
    [InlineData("sips:b@192.0.2.1", SipProtocol.Tls, null)]
    [InlineData("tel:+1", SipProtocol.Tls, null)]
    public void The_URI_decides_where_it_says_something_and_TLS_is_not_taken_back(string hop, SipProtocol known, SipProtocol? kept)
    {
        Assert.True(SipUriView.TryParse(System.Text.Encoding.ASCII.GetBytes(hop), out SipUriView uri));
        Assert.Equal(kept, KeptTransport.For(uri, known));
    }

    [Theory]
    [InlineData("sip:b@192.0.2.1", SipProtocol.Tls, "192.0.2.1:5061")]
    [InlineData("sip:b@192.0.2.1", SipProtocol.Tcp, "192.0.2.1:5060")]
    [InlineData("sip:b@192.0.2.1:5070", SipProtocol.Tls, "192.0.2.1:5070")]
    [InlineData("sip:b@x.example;maddr=192.0.2.7", SipProtocol.Tcp, "192.0.2.7:5060")]
    public void Without_a_port_the_transport_has_its_own(string hop, SipProtocol protocol, string place)
    {
        Assert.True(SipUriView.TryParse(System.Text.Encoding.ASCII.GetBytes(hop), out SipUriView uri));
        Assert.True(KeptTransport.TryPlace(uri, protocol, out SipTarget found));
        Assert.Equal((protocol, place), (found.Protocol, found.EndPoint.ToString()));
    }
}
