using Microsoft.Extensions.DependencyInjection;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>A call along its Record-Routes through a running proxy.</summary>
public sealed class RoutingInApplicationTests
{
    private sealed class Probe : IProxyModule
    {
        public List<string> Routed { get; } = [];

        public void OnRequest(SipContext context) { }

        public void OnRouted(SipContext context)
        {
            context.TryGetRouteParameter("did"u8, out var did);
            Routed.Add(
                $"{Peer.Text(SipText.Method(context.Method))} {Peer.Text(did)} {context.IsDownstream} {context.RouteKind} {Peer.Text(context.RequestUriText)} {context.RemainingRoutes.Count}"
            );
        }
    }

    private static async ValueTask Route(SipContext context)
    {
        if (context.IsInDialog)
        {
            if (!context.LooseRoute())
            {
                context.Reply(404);
                return;
            }
            await context.RelayAsync();
            return;
        }
        context.RecordRoute();
        context.AddRecordRouteParameter("did"u8, "6b.1f"u8);
        await context.RelayAsync();
    }

    private static string RouteSet(SipMessage message, bool reversed)
    {
        var set = new List<string>();
        foreach (var route in message.RecordRoutes)
            set.Add(Peer.Text(route.Text));
        if (reversed)
            set.Reverse();
        return string.Join(", ", set);
    }

    [Theory]
    [InlineData("sip:bob@10.0.0.2", SipProtocol.Udp, 1)]
    [InlineData("sip:bob@10.0.0.2;transport=tcp", SipProtocol.Tcp, 2)]
    public void Requests_of_a_dialog_go_both_ways_along_the_Record_Routes(string target, SipProtocol protocol, int recordRoutes)
    {
        var probe = new Probe();
        using var fixture = new ProxyFixture(Route, builder => builder.Services.AddSingleton<IProxyModule>(probe));
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2", protocol);
        bob.Script = request =>
        {
            if (request.Method is SipMethod.Invite or SipMethod.Bye)
                bob.Answer(request, 200);
        };
        alice.Script = request => alice.Answer(request, 200);
        alice.Send("INVITE", target);
        fixture.Run(200);
        Assert.Equal([200], alice.Finals);
        var callees = RouteSet(bob.Request("INVITE"), reversed: false);
        Assert.Equal(recordRoutes, callees.Split(", ").Length);

        var callers = RouteSet(alice.Responses[^1], reversed: true);
        alice.Send("ACK", target, toTag: "t10.0.0.2", headers: $"Route: {callers}\r\n");
        fixture.Run(200);
        Assert.Equal(-1, bob.Request("ACK").IndexOf(SipHeaderName.Route));
        Assert.Equal(target, Peer.Text(bob.Request("ACK").RequestUri));

        bob.Send("INFO", "sip:alice@10.0.0.1", cseq: 7, toTag: "f1", fromTag: "t10.0.0.2", headers: $"Route: {callees}\r\n");
        fixture.Run(200);
        Assert.Equal(1, alice.Count("INFO"));
        Assert.Equal([200], bob.Finals);

        alice.Send("BYE", target, cseq: 2, toTag: "t10.0.0.2", headers: $"Route: {callers}\r\n");
        fixture.Run(200);
        Assert.Equal(1, bob.Count("BYE"));
        Assert.Equal([200, 200], alice.Finals);

        Assert.Equal(
            [
                $"ACK 6b.1f True LooseToLoose {target} 0",
                "INFO 6b.1f False LooseToLoose sip:alice@10.0.0.1 0",
                $"BYE 6b.1f True LooseToLoose {target} 0",
            ],
            probe.Routed
        );
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_request_through_a_strict_router_arrives_with_its_target_restored()
    {
        using var fixture = new ProxyFixture(Route);
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("BYE", "sip:10.0.0.9;lr;did=1.1", toTag: "x", headers: "Route: <sip:bob@10.0.0.2>\r\n");
        fixture.Run(100);
        Assert.Equal("sip:bob@10.0.0.2", Peer.Text(bob.Request("BYE").RequestUri));
        Assert.Equal(-1, bob.Request("BYE").IndexOf(SipHeaderName.Route));
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_own_preloaded_Route_is_taken_off_even_when_the_handler_does_not_ask()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request => bob.Answer(request, 200);
        alice.Send("MESSAGE", "sip:bob@10.0.0.2", headers: "Route: <sip:10.0.0.9;lr>\r\n");
        fixture.Run(100);
        Assert.Equal(-1, bob.Request("MESSAGE").IndexOf(SipHeaderName.Route));
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Routes_and_request_uri_can_be_fixed_by_the_handler()
    {
        using var fixture = new ProxyFixture(static async context =>
        {
            context.SetRequestUri("sip:bob@10.0.0.2"u8);
            context.SetRoutes(["sip:10.0.0.3"u8.ToArray()]); // a strict hop
            await context.RelayAsync();
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            strict = fixture.Peer("10.0.0.3");
        strict.Script = request => strict.Answer(request, 200);
        alice.Send("BYE", "sip:wrong@192.0.2.200", toTag: "x", headers: "Route: <sip:192.0.2.201;lr>\r\n");
        fixture.Run(100);
        var (uri, routes) = Hop.RoutingOf(Peer.Text(strict.Request("BYE").Bytes));
        Assert.Equal("sip:10.0.0.3", uri);
        Assert.Equal(["sip:bob@10.0.0.2"], routes);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Misuse_names_the_argument()
    {
        var faults = new List<string?>();
        using var fixture = new ProxyFixture(context =>
        {
            faults.Add(Assert.Throws<ArgumentException>(() => context.SetRequestUri("not a uri"u8)).ParamName);
            faults.Add(
                Assert
                    .Throws<ArgumentException>(() =>
                        context.SetRoutes([
                            [],
                        ])
                    )
                    .ParamName
            );
            faults.Add(Assert.Throws<ArgumentException>(() => context.AddRecordRouteParameter("did"u8, "\r\n"u8)).ParamName);
            context.Reply(403);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@10.0.0.2");
        fixture.Run(100);
        Assert.Equal(["uri", "routes", "value"], faults);
    }
}
