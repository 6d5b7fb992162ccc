using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

public sealed class SetRoutesTests
{
    private const string Routes = "Route: <sip:192.0.2.1;lr>, <sip:wrong.example;lr>\r\n";

    private static readonly RoutingTransport Transport = RoutingTransport.Create();

    private static Hop Fixed(params string[] routes)
    {
        var hop = new Hop(Hop.Of("BYE", "sip:b@203.0.113.5", Routes), Transport);
        hop.State.SetRoutes([.. routes.Select(Hop.Bytes)]);
        return hop;
    }

    [Fact]
    public void A_loose_first_hop_stays_in_the_Route()
    {
        var hop = Fixed("<sip:p2.example;lr>", "sip:p3.example;lr");
        Assert.Equal(["sip:p2.example;lr", "sip:p3.example;lr"], hop.Remaining());
        Assert.Equal("sip:p2.example;lr", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:b@203.0.113.5", "Route: <sip:p2.example;lr>, <sip:p3.example;lr>\r\n"), hop.Forward());
    }

    [Fact]
    public void A_strict_first_hop_becomes_the_request_uri_and_the_target_the_last_Route()
    {
        var hop = Fixed("sip:p2.example", "<sip:p3.example;lr>");
        Assert.Equal("sip:p2.example", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:p2.example", "Route: <sip:p3.example;lr>, <sip:b@203.0.113.5>\r\n"), hop.Forward());
    }

    [Fact]
    public void An_empty_set_removes_all()
    {
        var hop = Fixed();
        Assert.Equal("sip:b@203.0.113.5", hop.NextHop());
        Assert.Equal(Hop.Of("BYE", "sip:b@203.0.113.5"), hop.Forward());
    }

    [Fact]
    public void With_another_request_uri_a_request_is_wholly_fixed()
    {
        var hop = Fixed("<sip:p2.example;lr>");
        hop.State.SetRequestUri("sip:b@203.0.113.99:5099;method=INVITE?Subject=x"u8);
        var (uri, routes) = Hop.RoutingOf(hop.Forward());
        Assert.Equal("sip:b@203.0.113.99:5099", uri); // 16.6 step 2: what a request-URI may not hold is gone
        Assert.Equal(["sip:p2.example;lr"], routes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("p2.example")]
    [InlineData("<>")]
    public void What_is_no_route_is_refused(string entry) =>
        Assert.Equal("routes", Assert.Throws<ArgumentException>(() => Fixed(entry)).ParamName);

    [Fact]
    public void A_Path_is_pushed_before_what_is_left()
    {
        var hop = new Hop(
            Hop.Of("INVITE", "sip:b@proxy", "Route: <sip:192.0.2.1;lr>, <sip:p9.example;lr>\r\n", inDialog: false),
            Transport
        );
        var target = new BranchTarget
        {
            Uri = SipUri.Parse("sip:b@10.0.0.5"),
            Path = [Hop.Bytes("<sip:edge1.example;lr;ob>"), Hop.Bytes("<sip:edge2.example;lr>")],
        };
        Assert.Equal("sip:edge1.example;lr;ob", hop.NextHop(target));
        var (uri, routes) = Hop.RoutingOf(hop.Forward(target));
        Assert.Equal("sip:b@10.0.0.5", uri);
        Assert.Equal(["sip:edge1.example;lr;ob", "sip:edge2.example;lr", "sip:p9.example;lr"], routes);
    }
}
