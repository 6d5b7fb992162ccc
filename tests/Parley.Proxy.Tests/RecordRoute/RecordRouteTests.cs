using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

public sealed class RecordRouteTests
{
    private static readonly RoutingTransport Transport = RoutingTransport.Create("proxy.example.com");

    private static Hop Invite(int listener = 0, string uri = "sip:b@proxy.example.com", string fromTag = "ft", string lines = "") =>
        new(Hop.Of("INVITE", uri, lines, inDialog: false, fromTag: fromTag), Transport, listener);

    [Fact]
    public void One_listener_one_Record_Route()
    {
        var invite = Invite();
        Assert.Equal(
            Hop.Of("INVITE", "sip:b@proxy.example.com", "Record-Route: <sip:192.0.2.1:5060;lr;ftag=ft>\r\n", inDialog: false),
            invite.Forward(recordRoute: new ProxyOptions())
        );
    }

    [Theory] // in, out: the side it goes to stands on top
    [InlineData(0, 1, "<sip:192.0.2.1:5060;transport=tcp;r2=on;lr;ftag=ft>", "<sip:192.0.2.1:5060;r2=on;lr;ftag=ft>")]
    [InlineData(1, 0, "<sip:192.0.2.1:5060;r2=on;lr;ftag=ft>", "<sip:192.0.2.1:5060;transport=tcp;r2=on;lr;ftag=ft>")]
    [InlineData(0, 2, "<sip:192.0.2.1:5061;transport=tls;r2=on;lr;ftag=ft>", "<sip:192.0.2.1:5060;r2=on;lr;ftag=ft>")]
    [InlineData(3, 0, "<sip:192.0.2.1:5060;r2=on;lr;ftag=ft>", "<sip:[2001:db8::1]:5060;r2=on;lr;ftag=ft>")]
    [InlineData(4, 5, "<sip:192.0.2.1:443;transport=wss;r2=on;lr;ftag=ft>", "<sip:192.0.2.1:80;transport=ws;r2=on;lr;ftag=ft>")]
    public void Two_listeners_two_Record_Routes(int inbound, int outbound, string top, string below) =>
        Assert.Equal([top, below], Hop.RecordRoutesOf(Invite(inbound).Forward(recordRoute: new ProxyOptions(), outbound: outbound)));

    [Fact]
    public void A_pair_comes_back_from_both_sides_and_each_leaves_by_the_other()
    {
        foreach (var inbound in Transport.Listeners)
        {
            foreach (var outbound in Transport.Listeners)
            {
                var set = Hop.RecordRoutesOf(Invite(inbound.Index).Forward(recordRoute: new ProxyOptions(), outbound: outbound.Index));
                Assert.Equal(inbound == outbound ? 1 : 2, set.Count);
                var fromCallee = new Hop(
                    Hop.Of("BYE", "sip:a@198.51.100.7", $"Route: {string.Join(", ", set)}\r\n"),
                    Transport,
                    outbound.Index
                );
                Assert.Same(inbound, fromCallee.State.SendListener);
                set.Reverse();
                var fromCaller = new Hop(
                    Hop.Of("BYE", "sip:b@203.0.113.5", $"Route: {string.Join(", ", set)}\r\n"),
                    Transport,
                    inbound.Index
                );
                Assert.Same(outbound, fromCaller.State.SendListener);
                Assert.Empty(fromCaller.Remaining());
                Assert.Empty(fromCallee.Remaining());
                Assert.True(fromCaller.State.IsDownstream(fromCaller.Request));
            }
        }
    }

    [Fact]
    public void Two_addresses_of_one_wildcard_listener_are_two_places_and_one_is_one()
    {
        var any = new SipListener(0, SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Any, 5060));
        SipListener one = any.At(SipEndPoint.From(System.Net.IPAddress.Parse("192.0.2.1"), 0)),
            two = any.At(SipEndPoint.From(System.Net.IPAddress.Parse("198.51.100.1"), 0));
        Assert.Equal(["<sip:192.0.2.1:5060;lr>"], Pushed(one, one));
        Assert.Equal(["<sip:198.51.100.1:5060;r2=on;lr>", "<sip:192.0.2.1:5060;r2=on;lr>"], Pushed(one, two));

        // Behind one advertised name they are one place again.
        any = new SipListener(0, SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Any, 5060), "sip.example.com");
        Assert.Equal(["<sip:sip.example.com:5060;lr>"], Pushed(any.At(one.Local), any.At(two.Local)));
    }

    private static List<string> Pushed(SipListener inbound, SipListener outbound)
    {
        var edits = new SipEdits();
        edits.Reset(Hop.Parse(Hop.Of("INVITE", "sip:b@example.com", inDialog: false)));
        RecordRouteWriter.Push(
            edits,
            inbound,
            outbound,
            false,
            new ProxyOptions { RecordRouteFromTag = false },
            new RecordRouteParameters()
        );
        var bytes = new byte[edits.Length];
        edits.WriteTo(bytes);
        return Hop.RecordRoutesOf(Hop.Text(bytes));
    }

    [Fact]
    public void Without_double_Record_Route_the_outbound_side_is_named() =>
        Assert.Equal(
            ["<sip:192.0.2.1:5060;transport=tcp;lr;ftag=ft>"],
            Hop.RecordRoutesOf(Invite().Forward(recordRoute: new ProxyOptions { DoubleRecordRoute = false }, outbound: 1))
        );

    [Fact]
    public void Ftag_can_be_left_out() =>
        Assert.Equal(
            ["<sip:192.0.2.1:5060;lr>"],
            Hop.RecordRoutesOf(Invite().Forward(recordRoute: new ProxyOptions { RecordRouteFromTag = false }))
        );

    [Fact]
    public void It_goes_on_top_of_those_before() =>
        Assert.Equal(
            ["<sip:192.0.2.1:5060;lr;ftag=ft>", "<sip:p0.example;lr>"],
            Hop.RecordRoutesOf(Invite(lines: "Record-Route: <sip:p0.example;lr>\r\n").Forward(recordRoute: new ProxyOptions()))
        );

    [Fact]
    public void A_tag_that_a_URI_may_not_hold_is_escaped_and_known_again()
    {
        var route = Hop.RecordRoutesOf(Invite(fromTag: "a`b%c").Forward(recordRoute: new ProxyOptions()))[0];
        Assert.Equal("<sip:192.0.2.1:5060;lr;ftag=a%60b%25c>", route);
        var bye = new Hop(Hop.Of("BYE", "sip:b@203.0.113.5", $"Route: {route}\r\n", fromTag: "a`b%c"), Transport);
        Assert.True(bye.State.IsDownstream(bye.Request));
    }

    [Theory] // RFC 3261 16.6 step 4; a side without TLS cannot be reached by sips
    [InlineData(2, "sips:b@proxy.example.com", 2, "sips:b@203.0.113.5", "<sips:192.0.2.1:5061;lr;ftag=ft>", null)]
    [InlineData(
        0,
        "sip:b@proxy.example.com",
        2,
        "sips:b@203.0.113.5",
        "<sips:192.0.2.1:5061;r2=on;lr;ftag=ft>",
        "<sip:192.0.2.1:5060;r2=on;lr;ftag=ft>"
    )]
    [InlineData(
        2,
        "sips:b@proxy.example.com",
        2,
        "sip:b@203.0.113.5",
        "<sip:192.0.2.1:5061;transport=tls;r2=on;lr;ftag=ft>",
        "<sips:192.0.2.1:5061;r2=on;lr;ftag=ft>"
    )]
    [InlineData(
        5,
        "sips:b@proxy.example.com",
        2,
        "sips:b@203.0.113.5",
        "<sips:192.0.2.1:5061;r2=on;lr;ftag=ft>",
        "<sips:192.0.2.1:443;transport=ws;r2=on;lr;ftag=ft>"
    )]
    public void Sips_stays_sips_on_its_side(int inbound, string uri, int outbound, string target, string top, string? below)
    {
        var sent = Invite(inbound, uri).Forward(new BranchTarget { Uri = Parley.Sip.SipUri.Parse(target) }, new ProxyOptions(), outbound);
        Assert.Equal(below is null ? [top] : [top, below], Hop.RecordRoutesOf(sent));
    }

    [Fact]
    public void Crossing_between_sip_and_sips_makes_it_a_duty()
    {
        Assert.True(RecordRouteWriter.IsRequired(Invite().Request, isSips: true));
        Assert.True(RecordRouteWriter.IsRequired(Invite(uri: "sips:b@proxy.example.com").Request, isSips: false));
        Assert.False(RecordRouteWriter.IsRequired(Invite().Request, isSips: false));
    }

    [Fact]
    public void The_advertised_name_is_what_is_written()
    {
        var transport = new RoutingTransport([
            RoutingTransport.Listener(0, Parley.Transport.SipProtocol.Udp, "10.0.0.1", 5060, "edge.example.com"),
        ]);
        var invite = new Hop(Hop.Of("INVITE", "sip:b@edge.example.com", inDialog: false), transport);
        Assert.Equal(["<sip:edge.example.com:5060;lr;ftag=ft>"], Hop.RecordRoutesOf(invite.Forward(recordRoute: new ProxyOptions())));
    }

    [Fact]
    public void Parameters_are_in_both_and_the_last_value_of_a_name_counts()
    {
        var invite = Invite();
        invite.State.Parameters.Set("did"u8, "1.1"u8);
        invite.State.Parameters.Set("nat"u8, default);
        invite.State.Parameters.Set("DID"u8, "a5.7f"u8);
        Assert.Equal(
            ["<sip:192.0.2.1:5060;transport=tcp;r2=on;lr;ftag=ft;nat;DID=a5.7f>", "<sip:192.0.2.1:5060;r2=on;lr;ftag=ft;nat;DID=a5.7f>"],
            Hop.RecordRoutesOf(invite.Forward(recordRoute: new ProxyOptions(), outbound: 1))
        );
    }

    [Theory]
    [InlineData("", "x", "name")]
    [InlineData("a b", "x", "name")]
    [InlineData("lr", "", "name")]
    [InlineData("Ftag", "x", "name")]
    [InlineData("did", "a>b", "value")]
    [InlineData("did", "a;b", "value")]
    [InlineData("did", "a\r\nb", "value")]
    public void A_parameter_that_would_break_the_URI_is_refused(string name, string value, string argument) =>
        Assert.Equal(
            argument,
            Assert.Throws<ArgumentException>(() => new RecordRouteParameters().Set(Hop.Bytes(name), Hop.Bytes(value))).ParamName
        );

    [Fact]
    public void A_user_part_can_be_given()
    {
        var invite = Invite();
        var edits = new Parley.Sip.SipEdits();
        edits.Reset(invite.Request);
        RecordRouteWriter.Push(
            edits,
            Transport.Listeners[0],
            Transport.Listeners[0],
            false,
            new ProxyOptions(),
            invite.State.Parameters,
            "bob"u8
        );
        var buffer = new byte[edits.Length];
        Assert.Contains(
            "Record-Route: <sip:bob@192.0.2.1:5060;lr;ftag=ft>\r\n",
            Hop.Text(buffer.AsSpan(0, edits.WriteTo(buffer))),
            StringComparison.Ordinal
        );
    }
}
