using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

public sealed class LooseRouteTests
{
    private const string Own = "sip:192.0.2.1:5060;lr";

    private static readonly RoutingTransport Transport = RoutingTransport.Create("proxy.example.com");

    private static Hop Bye(string uri, string routes, int listener = 0) => new(Hop.Of("BYE", uri, routes), Transport, listener);

    [Fact]
    public void Without_Route_there_is_nothing_to_do()
    {
        var hop = Bye("sip:b@203.0.113.5", "");
        Assert.False(hop.Result);
        Assert.Equal(RouteKind.None, hop.Kind);
        Assert.Equal(Hop.Of("BYE", "sip:b@203.0.113.5"), hop.Forward());
    }

    [Theory]
    [InlineData("Route: <sip:192.0.2.1;lr>\r\n")]
    [InlineData("Route: <sip:proxy.example.com;lr;ftag=x>\r\n")]
    [InlineData("route: \"This proxy\" <sip:someone@PROXY.example.com:5060;lr=on>;x=y\r\n")]
    [InlineData("Route: <sip:far.example;maddr=192.0.2.1;lr>\r\n")]
    [InlineData("Route: <sips:192.0.2.1;lr>\r\n")]
    public void An_own_top_Route_is_taken_off_in_any_form(string route)
    {
        var hop = Bye("sip:b@203.0.113.5", route);
        Assert.True(hop.Result);
        Assert.Equal("sip:b@203.0.113.5", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:b@203.0.113.5"), hop.Forward());
    }

    [Theory] // request-URI, Routes; then what leaves
    [InlineData(
        RouteKind.LooseToLoose,
        "sip:b@203.0.113.5",
        "<" + Own + ">, <sip:p2.example;lr>",
        "sip:b@203.0.113.5",
        "sip:p2.example;lr",
        "sip:p2.example;lr"
    )]
    [InlineData(
        RouteKind.LooseToLoose,
        "sip:b@203.0.113.5",
        "<sip:p2.example;lr>",
        "sip:b@203.0.113.5",
        "sip:p2.example;lr",
        "sip:p2.example;lr"
    )]
    [InlineData(
        RouteKind.LooseToStrict,
        "sip:b@203.0.113.5",
        "<" + Own + ">, <sip:p2.example>",
        "sip:p2.example",
        "sip:b@203.0.113.5",
        "sip:p2.example"
    )]
    [InlineData(
        RouteKind.LooseToStrict,
        "sip:b@203.0.113.5",
        "<" + Own + ">, <sip:p2.example>, <sip:p3.example;lr>",
        "sip:p2.example",
        "sip:p3.example;lr sip:b@203.0.113.5",
        "sip:p2.example"
    )]
    [InlineData(RouteKind.StrictToLoose, Own, "<sip:b@203.0.113.5>", "sip:b@203.0.113.5", "", "sip:b@203.0.113.5")]
    [InlineData(
        RouteKind.StrictToLoose,
        Own,
        "<sip:p2.example;lr>, <sip:b@203.0.113.5>",
        "sip:b@203.0.113.5",
        "sip:p2.example;lr",
        "sip:p2.example;lr"
    )]
    [InlineData(
        RouteKind.StrictToStrict,
        Own,
        "<sip:p2.example>, <sip:b@203.0.113.5>",
        "sip:p2.example",
        "sip:b@203.0.113.5",
        "sip:p2.example"
    )]
    [InlineData(
        RouteKind.StrictToStrict,
        Own,
        "<sip:p2.example>, <sip:p3.example;lr>, <sip:b@203.0.113.5>",
        "sip:p2.example",
        "sip:p3.example;lr sip:b@203.0.113.5",
        "sip:p2.example"
    )]
    public void The_four_combinations_of_loose_and_strict(
        RouteKind kind,
        string uri,
        string routes,
        string leavesAs,
        string leavesWith,
        string nextHop
    )
    {
        foreach (
            var lines in new[] { $"Route: {routes}\r\n", $"Route: {routes.Replace(", ", "\r\nRoute: ", StringComparison.Ordinal)}\r\n" }
        )
        {
            var hop = Bye(uri, lines);
            Assert.True(hop.Result);
            Assert.Equal(kind, hop.Kind);
            Assert.Equal(nextHop, hop.NextHop());
            var (sentUri, sentRoutes) = Hop.RoutingOf(hop.Forward());
            Assert.Equal(leavesAs, sentUri);
            Assert.Equal(leavesWith, string.Join(' ', sentRoutes));
        }
    }

    [Theory]
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sip:[2001:db8::1]:5060;r2=on;lr>", 2, 3)] // IPv4 to IPv6
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sip:192.0.2.1:5060;transport=tcp;r2=on;lr>", 2, 1)] // UDP to TCP
    [InlineData("<sip:192.0.2.1;transport=tcp;r2=on;lr>, <sip:192.0.2.1:5060;r2=on;lr>", 2, 0)]
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sips:192.0.2.1:5061;r2=on;lr>", 2, 2)]
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sips:192.0.2.1:443;transport=ws;r2=on;lr>", 2, 5)]
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sip:203.0.113.77;r2=on;lr>", 1, -1)] // the second one is somebody else's
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sip:[2001:db8::1]:5060;lr>", 1, -1)] // a spiral, not a pair
    [InlineData("<sip:192.0.2.1;lr>, <sip:192.0.2.1;lr>", 1, 0)] // the same proxy twice on the way: one at a time
    [InlineData("<sip:192.0.2.1;r2=on;lr>, <sip:[2001:db8::1];r2=on;lr>, <sip:192.0.2.1;r2=on;lr>, <sip:[2001:db8::1];r2=on;lr>", 2, 3)]
    public void A_double_pair_goes_as_one_and_only_when_both_are_own(string routes, int consumed, int listener)
    {
        var hop = Bye("sip:b@203.0.113.5", $"Route: {routes}\r\n");
        Assert.Equal(consumed, hop.State.Consumed);
        Assert.Equal(routes.Split(", ").Length - consumed, Hop.RoutingOf(hop.Forward()).Routes.Count);
        if (listener < 0)
            Assert.Null(hop.State.SendListener);
        else
            Assert.Same(Transport.Listeners[listener], hop.State.SendListener);
    }

    [Fact]
    public void A_strict_router_leaves_the_second_half_of_our_pair_on_top()
    {
        var hop = Bye("sip:192.0.2.1;r2=on;lr;did=1.a", "Route: <sip:[2001:db8::1]:5060;r2=on;lr;did=1.b>, <sip:b@203.0.113.5>\r\n");
        Assert.Equal(RouteKind.StrictToLoose, hop.Kind);
        Assert.Equal(Hop.Of("BYE", "sip:b@203.0.113.5"), hop.Forward());
        Assert.Same(Transport.Listeners[3], hop.State.SendListener);
        Assert.Equal(["1.a", "1.b"], [hop.Parameter("did"), hop.Parameter("did", 1)]);
    }

    [Fact]
    public void A_did_is_found_in_every_own_URI_and_never_in_a_foreign_one()
    {
        var pair = Bye(
            "sip:b@203.0.113.5",
            "Route: <sip:192.0.2.1;r2=on;lr>, <sip:[2001:db8::1]:5060;r2=on;lr;did=5.77>, <sip:p2.example;lr;did=9.9>\r\n"
        );
        Assert.Equal("5.77", pair.Parameter("did"));
        Assert.Null(pair.Parameter("did", 1));

        var strict = Bye("sip:192.0.2.1;lr;DID=5.77", "Route: <sip:p2.example;lr;did=9.9>, <sip:b@203.0.113.5;did=8.8>\r\n");
        Assert.Equal("5.77", strict.Parameter("did"));
        Assert.Null(strict.Parameter("did", 1));

        Assert.Null(
            Bye("sip:b@203.0.113.5;did=1.1", "Route: <sip:p2.example;lr;did=9.9>, <sip:192.0.2.1;lr;did=7.7>\r\n").Parameter("did")
        );
    }

    [Fact]
    public void An_own_request_uri_with_gr_is_a_contact_not_a_strict_routers_work()
    {
        var hop = Bye("sip:b@proxy.example.com;gr=urn:uuid:1", "Route: <sip:p2.example;lr>\r\n");
        Assert.Equal(RouteKind.LooseToLoose, hop.Kind);
        Assert.Equal("sip:b@proxy.example.com;gr=urn:uuid:1", hop.RequestUri);
    }

    [Fact]
    public void A_contact_that_bears_the_proxys_domain_is_not_a_strict_routers_work_when_the_top_Route_is_ours()
    {
        var hop = Bye("sip:b@proxy.example.com", $"Route: <{Own};did=5.1>\r\n");
        Assert.Equal(RouteKind.LooseToLoose, hop.Kind);
        Assert.Equal("sip:b@proxy.example.com", hop.RequestUri);
        Assert.Equal("5.1", hop.Parameter("did"));
    }

    [Theory]
    [InlineData("<" + Own + ">", false, "")] // only this proxy: the handler decides
    [InlineData("<" + Own + ">, <sip:p2.example;lr>", true, "sip:p2.example;lr")]
    [InlineData("<sip:p2.example;lr>", true, "sip:p2.example;lr")]
    public void Preloaded_Routes_are_followed_when_one_is_left(string routes, bool result, string left)
    {
        var hop = new Hop(Hop.Of("INVITE", "sip:b@proxy.example.com", $"Route: {routes}\r\n", inDialog: false), Transport);
        Assert.Equal(result, hop.Result);
        Assert.Equal("sip:b@proxy.example.com", hop.RequestUri);
        Assert.Equal(left, string.Join(' ', Hop.RoutingOf(hop.Forward()).Routes));
        Assert.Null(hop.State.SendListener); // nothing says yet by which side it leaves
    }

    [Fact]
    public void A_single_own_Route_keeps_the_listener_it_came_in_by() =>
        Assert.Same(Transport.Listeners[1], Bye("sip:b@203.0.113.5", $"Route: <{Own}>\r\n", listener: 1).State.SendListener);

    [Theory]
    [InlineData("sip:b@far.example:5060;maddr=192.0.2.1;user=phone", "sip:b@far.example;user=phone")]
    [InlineData("sip:b@far.example;transport=udp;maddr=192.0.2.1", "sip:b@far.example")]
    [InlineData("sip:b@far.example;maddr=192.0.2.1;transport=tcp", "sip:b@far.example;maddr=192.0.2.1;transport=tcp")] // not received over TCP
    [InlineData("sip:b@far.example:5070;maddr=192.0.2.1", "sip:b@far.example:5070;maddr=192.0.2.1")] // not received on 5070
    [InlineData("sip:b@far.example;maddr=203.0.113.9", "sip:b@far.example;maddr=203.0.113.9")] // not ours
    public void An_own_maddr_is_stripped_with_port_and_transport(string uri, string becomes)
    {
        Assert.Equal(becomes, Bye(uri, "").RequestUri);
        Assert.Equal(becomes, Hop.RoutingOf(Bye(uri, $"Route: <{Own}>\r\n").Forward()).Uri);
        Assert.Equal(becomes, Bye(Own, $"Route: <{uri}>\r\n").RequestUri); // restored first, stripped then
    }

    [Theory]
    [InlineData("ft", "ft", true)]
    [InlineData("other", "ft", false)]
    [InlineData("a%25b", "a%b", true)]
    public void Ftag_tells_the_direction(string ftag, string fromTag, bool downstream)
    {
        var hop = new Hop(Hop.Of("BYE", "sip:b@203.0.113.5", $"Route: <sip:192.0.2.1;lr;ftag={ftag}>\r\n", fromTag: fromTag), Transport);
        Assert.Equal(downstream, hop.State.IsDownstream(hop.Request));
    }

    [Fact]
    public void Without_ftag_the_direction_is_unknown()
    {
        var hop = Bye("sip:b@203.0.113.5", $"Route: <{Own}>, <sip:p2.example;lr;ftag=ft>\r\n");
        Assert.Null(hop.State.IsDownstream(hop.Request));
    }

    [Fact]
    public void Running_twice_consumes_once()
    {
        var hop = Bye("sip:b@203.0.113.5", $"Route: <{Own}>, <{Own}>\r\n");
        RoutePreprocessing.Process(hop.State, hop.Request, Transport.From(0), Transport);
        Assert.Equal(1, hop.State.Consumed);
    }

    [Fact]
    public void A_reset_state_knows_nothing_of_the_last_request()
    {
        var hop = Bye(Own, "Route: <sip:p2.example;lr>, <sip:b@203.0.113.5>\r\n");
        hop.State.SetRequestUri("sip:x@y"u8);
        hop.State.SetRoutes([Hop.Bytes("sip:z;lr")]);
        hop.State.Parameters.Set("did"u8, "1.2"u8);
        hop.State.IsRecordRouting = true;
        hop.State.Reset();
        Assert.Equal(
            (0, 0, 0, false, false),
            (hop.State.Count, hop.State.Consumed, hop.State.OwnCount, hop.State.IsRestored, hop.State.IsReplaced)
        );
        Assert.Equal((RouteKind.None, false, false), (hop.State.Kind, hop.State.IsProcessed, hop.State.IsRecordRouting));
        Assert.True(hop.State.Parameters.Text.IsEmpty);
        Assert.Equal(Own, hop.RequestUri);
    }

    [Fact]
    public void What_was_found_stays_right_in_a_retained_copy()
    {
        var hop = Bye(Own, "Route: <sip:p2.example;lr>, <sip:b@203.0.113.5>\r\n");
        var copy = hop.Request.Retain();
        Assert.Equal("sip:b@203.0.113.5", Hop.Text(hop.State.RequestUri(copy)));
        Assert.Equal("<sip:p2.example;lr>", Hop.Text(hop.State.Remaining(copy).TextAt(0)));
        copy.Release();
    }

    [Fact]
    public void Routing_and_forwarding_allocate_nothing_once_warm()
    {
        var hop = Bye(
            "sip:b@203.0.113.5",
            "Route: <sip:192.0.2.1;r2=on;lr;ftag=ft>, <sip:192.0.2.1;transport=tcp;r2=on;lr;ftag=ft;did=1.2>, <sip:p2.example>\r\n"
        );
        var edits = new Parley.Sip.SipEdits();
        var options = new ProxyOptions();
        var source = Transport.From(0);
        long allocated = 0;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            hop.State.Reset();
            edits.Reset(hop.Request);
            RoutePreprocessing.Process(hop.State, hop.Request, source, Transport);
            hop.State.Parameters.Set("did"u8, "1.2"u8);
            hop.State.TryGetParameter(hop.Request, "did"u8, 0, out _);
            RouteForwarding.Write(edits, hop.State, hop.State.RequestUri(hop.Request), []);
            RecordRouteWriter.Push(edits, Transport.Listeners[0], Transport.Listeners[1], false, options, hop.State.Parameters);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }
}
