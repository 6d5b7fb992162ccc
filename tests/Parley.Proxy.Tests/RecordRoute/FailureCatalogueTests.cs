using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>Rows of the failure catalogue as far as they are routing.</summary>
public sealed class FailureCatalogueTests
{
    private static readonly RoutingTransport Transport = RoutingTransport.Create();

    [Fact]
    public void Row_1_the_did_leaves_with_its_name_and_comes_back_in_the_Route_of_either_side()
    {
        foreach (var outbound in new[] { 0, 1, 3 })
        {
            var invite = new Hop(Hop.Of("INVITE", "sip:b@example.net", inDialog: false), Transport);
            invite.State.Parameters.Set("did"u8, "6b9.1f00a"u8);
            var set = Hop.RecordRoutesOf(invite.Forward(recordRoute: new ProxyOptions(), outbound: outbound));
            Assert.All(set, route => Assert.Contains(";lr;ftag=ft;did=6b9.1f00a>", route, StringComparison.Ordinal));
            var callee = new Hop(Hop.Of("BYE", "sip:a@198.51.100.7", $"Route: {string.Join(",", set)}\r\n", fromTag: "tt"), Transport);
            Assert.Equal("6b9.1f00a", callee.Parameter("did"));
            Assert.False(callee.State.IsDownstream(callee.Request));
            set.Reverse();
            var caller = new Hop(Hop.Of("BYE", "sip:b@203.0.113.5", $"Route: {string.Join(",", set)}\r\n"), Transport);
            Assert.Equal("6b9.1f00a", caller.Parameter("did"));
            Assert.True(caller.State.IsDownstream(caller.Request));
        }
    }

    [Fact]
    public void Row_2_a_did_of_another_proxy_is_not_read_and_several_of_ours_are_all_offered()
    {
        var foreign = new Hop(
            Hop.Of("NOTIFY", "sip:b@203.0.113.5", "Route: <sip:192.0.2.1;lr>, <sip:other.example;lr;did=1.1>\r\n"),
            Transport
        );
        Assert.Null(foreign.Parameter("did"));
        var both = new Hop(
            Hop.Of("NOTIFY", "sip:b@203.0.113.5", "Route: <sip:192.0.2.1;r2=on;lr;did=1.1>, <sip:[2001:db8::1];r2=on;lr;did=2.2>\r\n"),
            Transport
        );
        Assert.Equal(["1.1", "2.2", null], [both.Parameter("did", 0), both.Parameter("did", 1), both.Parameter("did", 2)]);
    }

    [Fact]
    public void Row_12_a_PRACK_is_routed_by_its_Routes_and_tags_whatever_came_before()
    {
        var prack = new Hop(
            Hop.Of("PRACK", "sip:b@203.0.113.5", "Route: <sip:192.0.2.1;lr;ftag=ft;did=1.1>\r\nRAck: 1 1 INVITE\r\n"),
            Transport
        );
        Assert.True(prack.Result);
        Assert.Equal("sip:b@203.0.113.5", prack.NextHop());
        Assert.Equal("1.1", prack.Parameter("did"));
        Assert.Empty(prack.Remaining());
    }

    [Fact]
    public void Row_13_a_request_in_an_early_dialog_leaves_by_the_listener_of_the_pair()
    {
        var invite = new Hop(Hop.Of("INVITE", "sip:b@example.net", inDialog: false), Transport, listener: 1);
        var set = Hop.RecordRoutesOf(invite.Forward(recordRoute: new ProxyOptions(), outbound: 3));
        set.Reverse();
        var update = new Hop(Hop.Of("UPDATE", "sip:b@[2001:db8::5]", $"Route: {string.Join(",", set)}\r\n"), Transport, listener: 1);
        Assert.Same(Transport.Listeners[3], update.State.SendListener);
    }
}
