using System.Net;
using System.Text;
using Xunit;

namespace Parley.Transport.Tests.EndPoints;

/// <summary>A listener on a wildcard address, and the local addresses it stands for.</summary>
public class SipListenerAddressTests
{
    private static SipEndPoint At(string address, int port = 0) => SipEndPoint.From(IPAddress.Parse(address), port);

    private static string Text(ReadOnlySpan<byte> text) => Encoding.ASCII.GetString(text);

    [Fact]
    public void Each_address_is_a_listener_of_its_own_the_same_each_time()
    {
        var any = new SipListener(3, SipProtocol.Udp, At("0.0.0.0", 5070));
        var one = any.At(At("192.0.2.1"));
        Assert.Same(one, any.At(At("192.0.2.1", 1234)));
        Assert.NotSame(one, any.At(At("192.0.2.2")));
        Assert.Equal(
            (3, "192.0.2.1:5070", "192.0.2.1:5070", "udp:192.0.2.1:5070"),
            (one.Index, one.Local.ToString(), Text(one.SentBy), one.ToString())
        );
        Assert.Same(any, one.Bound);
        Assert.Same(any, any.Bound);
        Assert.Equal(["192.0.2.1:5070", "192.0.2.2:5070"], any.Addresses.Select(a => a.Local.ToString()));
    }

    [Fact]
    public void What_is_advertised_is_said_at_every_address()
    {
        var any = new SipListener(0, SipProtocol.Tcp, At("::", 5060), "sip.example.com", 5080);
        Assert.Equal("sip.example.com:5080", Text(any.At(At("2001:db8::1")).SentBy));
    }

    [Fact]
    public void No_address_another_family_and_a_bound_listener_are_the_listener_itself()
    {
        var any = new SipListener(0, SipProtocol.Udp, At("0.0.0.0", 5060));
        Assert.Same(any, any.At(default));
        Assert.Same(any, any.At(At("2001:db8::1")));
        var bound = new SipListener(0, SipProtocol.Udp, At("192.0.2.1", 5060));
        Assert.Same(bound, bound.At(At("192.0.2.2")));
    }

    [Fact]
    public void There_is_a_bound_on_them()
    {
        var any = new SipListener(0, SipProtocol.Udp, At("0.0.0.0", 5060));
        for (var i = 0; i < 1000; i++)
            any.At(SipEndPoint.From(new IPAddress([127, 0, (byte)(i >> 8), (byte)i]), 0));
        Assert.Equal(SipListener.MaxAddresses, any.Addresses.Count);
        Assert.Same(any, any.At(At("127.9.9.9")));
    }

    [Theory] // target, preferred, received: the listener that sends; the routing table knows two networks, and a third by 10.1.0.9
    [InlineData("10.1.0.7", null, null, "10.1.0.9:5060")]
    [InlineData("10.2.0.7", null, null, "10.2.0.9:5060")]
    [InlineData("10.2.0.7", null, 0, "10.2.0.9:5060")]
    [InlineData("10.2.0.7", null, 2, "10.2.0.9:5080")] // of two at the right address the one that heard it
    [InlineData("10.2.0.7", 0, 2, "10.1.0.9:5060")] // somebody has decided
    [InlineData("203.0.113.7", null, 1, "10.1.0.9:5060")]
    [InlineData("198.51.100.7", null, 1, "10.2.0.9:5060")] // no route: where it was heard
    [InlineData("198.51.100.7", null, null, "10.1.0.9:5060")]
    [InlineData("10.2.0.7", null, 3, "10.2.0.9:5060")] // heard over TCP
    public void Of_several_listeners_the_routing_table_chooses(string target, int? preferred, int? received, string expected)
    {
        SipListener[] listeners =
        [
            new(0, SipProtocol.Udp, At("10.1.0.9", 5060)),
            new(1, SipProtocol.Udp, At("10.2.0.9", 5060)),
            new(2, SipProtocol.Udp, At("10.2.0.9", 5080)),
            new(3, SipProtocol.Tcp, At("10.1.0.9", 5060)),
        ];
        var set = new SipListenerSet(listeners, routes: Routes);
        var found = set.Select(
            SipProtocol.Udp,
            At(target, 5060),
            preferred is { } p ? listeners[p] : null,
            received is { } r ? listeners[r] : null
        );
        Assert.Equal(expected, found!.Local.ToString());
    }

    [Fact]
    public void A_wildcard_listener_sends_from_the_address_of_the_route()
    {
        SipListener[] listeners = [new(0, SipProtocol.Udp, At("0.0.0.0", 5060)), new(1, SipProtocol.Udp, At("10.2.0.9", 5080))];
        var set = new SipListenerSet(listeners, localAddresses: [At("10.1.0.9"), At("10.2.0.9")], routes: Routes);
        Assert.Equal("10.1.0.9:5060", set.Select(SipProtocol.Udp, At("10.1.0.7", 5060))!.Local.ToString());
        Assert.Equal("10.1.0.9:5060", set.Select(SipProtocol.Udp, At("10.1.0.7", 5060), listeners[0])!.Local.ToString());
        Assert.Equal(
            "10.2.0.9:5060",
            set.Select(SipProtocol.Udp, At("10.2.0.7", 5060), null, listeners[0].At(At("10.2.0.9")))!.Local.ToString()
        );
        Assert.Equal("10.1.0.9:5060", set.Select(SipProtocol.Udp, At("10.2.0.7", 5060), listeners[0].At(At("10.1.0.9")))!.Local.ToString());
        Assert.Same(listeners[0], set.Select(SipProtocol.Udp, At("198.51.100.7", 5060))); // the system chooses
    }

    [Fact]
    public void Nothing_is_asked_where_nothing_is_to_be_chosen()
    {
        var set = new SipListenerSet(
            [new(0, SipProtocol.Udp, At("10.1.0.9", 5060)), new(1, SipProtocol.Tcp, At("10.1.0.9", 5060))],
            routes: _ => throw new InvalidOperationException("Asked.")
        );
        Assert.Equal(0, set.Select(SipProtocol.Udp, At("10.2.0.7", 5060))!.Index);
        Assert.Equal(1, set.Select(SipProtocol.Tcp, At("10.2.0.7", 5060))!.Index);
    }

    [Fact]
    public void A_URI_of_ours_names_one_address_of_a_wildcard_listener()
    {
        var any = new SipListener(0, SipProtocol.Udp, At("0.0.0.0", 5060));
        var set = new SipListenerSet([any], localAddresses: [At("10.1.0.9")]);
        Assert.Same(any.At(At("10.1.0.9")), set.FindOwn("10.1.0.9"u8, 5060, default));
        Assert.Null(set.FindOwn("10.2.0.9"u8, 5060, default));
        Assert.False(set.IsOwn("10.2.0.9"u8, 5060));
        var came = any.At(At("10.2.0.9")); // the machine got another address, and something came to it
        Assert.True(set.IsOwn("10.2.0.9"u8, 5060));
        Assert.Same(came, set.FindOwn("10.2.0.9"u8, 5060, default));
    }

    private static SipEndPoint Routes(SipEndPoint target) =>
        target.ToIPAddress().ToString() switch
        {
            "10.1.0.7" or "203.0.113.7" => At("10.1.0.9"),
            "10.2.0.7" => At("10.2.0.9"),
            _ => default,
        };
}
