using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>A proxy with a listener in each of two networks, and one behind a router.</summary>
public sealed class MultiHomedTests
{
    private static readonly string[] Both = ["udp:10.1.0.9:5060", "udp:10.2.0.9:5060", "tcp:10.1.0.9:5060", "tcp:10.2.0.9:5060"];

    private static async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
            context.LooseRoute();
        else
            context.RecordRoute();
        await context.RelayAsync();
    }

    private static Peer At(ProxyFixture fixture, string address, int listener) =>
        new(fixture.Network, address, fixture.Transport.Listeners[listener].Local, fixture.Transport.Listeners[listener].Protocol);

    private static string TopVia(SipMessage message) => message.TryGetTopVia(out ViaView via) ? Peer.Text(via.SentBy) : "";

    private static List<string> RecordRoutes(SipMessage message)
    {
        var hosts = new List<string>();
        foreach (NameAddrView route in message.RecordRoutes)
            hosts.Add(Peer.Text(route.Uri.Host));
        return hosts;
    }

    [Fact]
    public void Via_and_Record_Route_are_those_of_the_network_where_the_request_goes()
    {
        using var fixture = new ProxyFixture(Route, null, 7, Both);
        Peer alice = At(fixture, "10.1.0.1", 0),
            bob = At(fixture, "10.2.0.2", 1);
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("INVITE", "sip:bob@10.2.0.2");
        fixture.Run(100);
        SipMessage invite = bob.Request("INVITE");
        Assert.Equal("10.2.0.9:5060", TopVia(invite));
        Assert.Equal(["10.2.0.9", "10.1.0.9"], RecordRoutes(invite));
        Assert.Equal("10.2.0.9:5060", fixture.Recorder.Find("INVITE", to: "10.2.0.2").Single().Source.ToString());
        Assert.Equal("10.1.0.9:5060", fixture.Recorder.Find("200", to: "10.1.0.1").First().Source.ToString());
        bob.Send(
            "BYE",
            "sip:alice@10.1.0.1",
            headers: "Route: <sip:10.2.0.9:5060;r2=on;lr>, <sip:10.1.0.9:5060;r2=on;lr>\r\n",
            toTag: "f1",
            fromTag: "t"
        );
        fixture.Run(100);
        Assert.Equal("10.1.0.9:5060", fixture.Recorder.Find("BYE", to: "10.1.0.1").First().Source.ToString());
        alice.Answer(alice.Request("BYE"), 200);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Within_one_network_the_listener_that_heard_the_request_sends_it()
    {
        using var fixture = new ProxyFixture(Route, null, 7, Both);
        Peer alice = At(fixture, "10.2.0.1", 1),
            bob = At(fixture, "10.2.0.2", 1);
        alice.Send("INVITE", "sip:bob@10.2.0.2");
        fixture.Run(100);
        Assert.Equal("10.2.0.9:5060", TopVia(bob.Request("INVITE")));
        Assert.Equal(["10.2.0.9"], RecordRoutes(bob.Request("INVITE")));
    }

    [Fact]
    public void Where_the_routing_table_says_nothing_so_does_it()
    {
        using var fixture = new ProxyFixture(Route, null, 7, Both);
        Peer alice = At(fixture, "10.2.0.1", 1),
            bob = At(fixture, "203.0.113.2", 1);
        alice.Send("INVITE", "sip:bob@203.0.113.2");
        fixture.Run(100);
        Assert.Equal("10.2.0.9:5060", TopVia(bob.Request("INVITE")));
        fixture.Transport.AddRoute("203.0.113.0/24", "10.1.0.9");
        alice.Send("INVITE", "sip:bob@203.0.113.2", callId: "c2");
        fixture.Run(100);
        Assert.Equal("10.1.0.9:5060", TopVia(bob.Request("INVITE")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Code_may_say_which_listener_a_URI_is_reached_from(bool asDestination)
    {
        using var fixture = new ProxyFixture(
            async context =>
            {
                SipListener from = context.Transport.Listeners[2];
                if (asDestination)
                    context.SetDestination(SipUri.Parse("sip:10.2.0.2"), from);
                else
                    context.AddTarget(new BranchTarget { Uri = SipUri.Parse("sip:bob@10.2.0.2"), From = from });
                context.RecordRoute();
                await context.RelayAsync();
            },
            null,
            7,
            Both
        );
        Peer alice = At(fixture, "10.1.0.1", 0),
            bob = At(fixture, "10.2.0.2", 3);
        alice.Send("INVITE", "sip:bob@10.2.0.2");
        fixture.Run(100);
        // The URI names no transport: the listener's.
        Assert.Equal("10.1.0.9:5060", TopVia(bob.Request("INVITE")));
        Assert.Equal(SipProtocol.Tcp, fixture.Recorder.Find("INVITE", to: "10.2.0.2").Single().Protocol);
    }

    [Fact]
    public void A_large_request_leaves_over_TCP_from_the_same_address()
    {
        using var fixture = new ProxyFixture(
            async context =>
            {
                context.AddTarget(new BranchTarget { Uri = SipUri.Parse("sip:bob@10.2.0.2"), From = context.Transport.Listeners[0] });
                await context.RelayAsync();
            },
            null,
            7,
            Both
        );
        Peer alice = At(fixture, "10.1.0.1", 2),
            bob = At(fixture, "10.2.0.2", 3);
        alice.Send("MESSAGE", "sip:bob@10.2.0.2", body: new string('x', 1400));
        fixture.Run(100);
        Assert.Equal("10.1.0.9:5060", TopVia(bob.Request("MESSAGE")));
        Assert.Equal(SipProtocol.Tcp, fixture.Recorder.Find("MESSAGE", to: "10.2.0.2").Single().Protocol);
    }

    [Fact]
    public void A_stateless_proxy_answers_from_the_listener_that_was_asked()
    {
        // By its own table it would answer from the other: two ways lead there.
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Proxy.Stateless = true,
            7,
            Both
        );
        fixture.Transport.AddRoute("203.0.113.0/24", "10.2.0.9");
        Peer alice = At(fixture, "203.0.113.1", 0),
            bob = At(fixture, "10.2.0.2", 1);
        alice.Send("OPTIONS", "sip:bob@10.2.0.2");
        fixture.Run(100);
        bob.Answer(bob.Request("OPTIONS"), 200);
        fixture.Run(100);
        Assert.Equal("10.1.0.9:5060", fixture.Recorder.Find("200", to: "203.0.113.1").Single().Source.ToString());
    }
}
