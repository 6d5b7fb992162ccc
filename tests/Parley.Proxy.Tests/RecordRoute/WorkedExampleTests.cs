using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>The examples of RFC 3261 16.12, byte for byte.</summary>
public sealed class WorkedExampleTests
{
    private static RoutingTransport At(string name) => new([RoutingTransport.Listener(0, SipProtocol.Udp, "192.0.2.9", 5060)], name);

    [Fact]
    public void Trapezoid_16_12_1_1_the_first_proxy_takes_itself_off()
    {
        var hop = new Hop(
            Hop.Of("BYE", "sip:callee@u2.domain.com", "Route: <sip:p1.example.com;lr>,<sip:p2.domain.com;lr>\r\n"),
            At("p1.example.com")
        );
        Assert.True(hop.Result);
        Assert.Equal(RouteKind.LooseToLoose, hop.Kind);
        Assert.Equal("sip:p2.domain.com;lr", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:callee@u2.domain.com", "Route: <sip:p2.domain.com;lr>\r\n"), hop.Forward());
    }

    [Fact]
    public void Trapezoid_16_12_1_1_the_second_proxy_follows_the_request_uri()
    {
        var hop = new Hop(Hop.Of("BYE", "sip:callee@u2.domain.com", "Route: <sip:p2.domain.com;lr>\r\n"), At("p2.domain.com"));
        Assert.True(hop.Result);
        Assert.Equal("sip:callee@u2.domain.com", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:callee@u2.domain.com"), hop.Forward());
    }

    [Fact]
    public void Strict_router_16_12_1_2_P4_prepares_the_request_for_P3()
    {
        var hop = new Hop(
            Hop.Of(
                "BYE",
                "sip:caller@u1.example.com",
                "Route: <sip:p4.domain.com;lr>\r\nRoute: <sip:p3.middle.com>\r\nRoute: <sip:p2.example.com;lr>\r\nRoute: <sip:p1.example.com;lr>\r\n"
            ),
            At("p4.domain.com")
        );
        Assert.Equal(RouteKind.LooseToStrict, hop.Kind);
        Assert.Equal("sip:p3.middle.com", hop.NextHop());
        Assert.Equal(
            Hop.Of(
                "BYE",
                "sip:p3.middle.com",
                "Route: <sip:p2.example.com;lr>\r\nRoute: <sip:p1.example.com;lr>\r\nRoute: <sip:caller@u1.example.com>\r\n"
            ),
            hop.Forward()
        );
    }

    [Fact]
    public void Strict_router_16_12_1_2_P2_restores_the_request_uri()
    {
        var hop = new Hop(
            Hop.Of("BYE", "sip:p2.example.com;lr", "Route: <sip:p1.example.com;lr>\r\nRoute: <sip:caller@u1.example.com>\r\n"),
            At("p2.example.com")
        );
        Assert.Equal(RouteKind.StrictToLoose, hop.Kind);
        Assert.Equal("sip:caller@u1.example.com", hop.RequestUri);
        Assert.Equal("sip:p1.example.com;lr", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:caller@u1.example.com", "Route: <sip:p1.example.com;lr>\r\n"), hop.Forward());
    }

    [Fact]
    public void Strict_router_16_12_1_2_P1_is_the_last()
    {
        var hop = new Hop(Hop.Of("BYE", "sip:caller@u1.example.com", "Route: <sip:p1.example.com;lr>\r\n"), At("p1.example.com"));
        Assert.Equal("sip:caller@u1.example.com", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:caller@u1.example.com"), hop.Forward());
    }

    [Theory] // the proxy between two name spaces, 16.12.1.3: each side names it as it knows it
    [InlineData("sip:callee@u2.rightprivatespace.com", "sip:gateway.leftprivatespace.com;lr")]
    [InlineData("sip:caller@u1.leftprivatespace.com", "sip:gateway.rightprivatespace.com;lr")]
    public void Two_name_spaces_16_12_1_3_either_name_is_own(string target, string route)
    {
        var gateway = new RoutingTransport(
            [RoutingTransport.Listener(0, SipProtocol.Udp, "192.0.2.9", 5060)],
            "gateway.leftprivatespace.com",
            "gateway.rightprivatespace.com"
        );
        var hop = new Hop(Hop.Of("BYE", target, $"Route: <{route}>\r\n"), gateway);
        Assert.Equal(Hop.Of("BYE", target), hop.Forward());
        Assert.Equal(target, hop.NextHop());
    }

    [Fact]
    public void Two_name_spaces_16_12_1_3_the_pair_of_RFC_5658_gives_each_side_its_name()
    {
        var gateway = new RoutingTransport([
            RoutingTransport.Listener(0, SipProtocol.Udp, "10.0.0.1", 5060, "gateway.leftprivatespace.com"),
            RoutingTransport.Listener(1, SipProtocol.Udp, "10.1.0.1", 5060, "gateway.rightprivatespace.com"),
        ]);
        var invite = new Hop(Hop.Of("INVITE", "sip:callee@gateway.leftprivatespace.com", inDialog: false), gateway).Forward(
            recordRoute: new ProxyOptions(),
            outbound: 1
        );
        var set = Hop.RecordRoutesOf(invite);
        Assert.Equal(
            ["<sip:gateway.rightprivatespace.com:5060;r2=on;lr;ftag=ft>", "<sip:gateway.leftprivatespace.com:5060;r2=on;lr;ftag=ft>"],
            set
        );

        set.Reverse(); // the caller's route set (12.1.2)
        var bye = new Hop(Hop.Of("BYE", "sip:callee@u2.rightprivatespace.com", $"Route: {string.Join(",", set)}\r\n"), gateway);
        Assert.Equal(Hop.Of("BYE", "sip:callee@u2.rightprivatespace.com"), bye.Forward());
        Assert.Same(gateway.Listeners[1], bye.State.SendListener);
    }
}
