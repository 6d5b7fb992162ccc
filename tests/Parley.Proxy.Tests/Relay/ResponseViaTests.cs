using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>Responses whose Vias are not those that were sent, and provisional ones to requests that take none.</summary>
public sealed class ResponseViaTests
{
    private static string WithVias(SipMessage request, int status, params string[] vias) =>
        $"SIP/2.0 {status} Whatever\r\n{string.Concat(vias.Select(via => $"Via: {via}\r\n"))}From: {Peer.Text(request.From.Text)}\r\n"
        + $"To: {Peer.Text(request.To.Text)};tag=tb\r\nCall-ID: {Peer.Text(request.CallId)}\r\nCSeq: {request.CSeqNumber} {Peer.Text(request.MethodText)}\r\nContact: <sip:bob@10.0.0.2>\r\nContent-Length: 0\r\n\r\n";

    private static string Top(SipMessage request)
    {
        Assert.True(request.TryGetTopVia(out ViaView via));
        return Peer.Text(via.Text);
    }

    [Theory]
    [InlineData("INVITE", 180)]
    [InlineData("INVITE", 200)]
    [InlineData("INVITE", 486)]
    [InlineData("MESSAGE", 200)]
    [InlineData("MESSAGE", 404)]
    public void Vias_that_were_lost_come_from_the_request(string method, int status)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request =>
        {
            if (request.Method is not SipMethod.Ack)
                bob.SendText(WithVias(request, status, Top(request)));
        };
        alice.Send(
            method,
            "sip:bob@10.0.0.2",
            headers: "Via: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKfar, SIP/2.0/TCP far.example;branch=z9hG4bKfarther\r\n"
        );
        fixture.Run(100);
        Assert.Equal(status, alice.Statuses.Last());
        SipMessage response = alice.Responses[^1];
        Assert.Equal(["z9hG4bK10001x1", "z9hG4bKfar", "z9hG4bKfarther"], Branches(response));
        Assert.Equal(1, fixture.App.Counters[ProxyCounter.RepliesWithoutVia]);
        if (status == 180)
            bob.Answer(bob.Request("INVITE"), 486);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("SIP/2.0/UDP")]
    [InlineData(";;;")]
    public void So_do_those_that_were_spoilt(string second)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request => bob.SendText(WithVias(request, 200, Top(request), second));
        alice.Send("MESSAGE", "sip:bob@10.0.0.2");
        fixture.Run(100);
        Assert.Equal(["z9hG4bK10001x1"], Branches(Assert.Single(alice.Responses)));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_2xx_that_is_repeated_without_Vias_goes_up_each_time()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(20);
        for (int i = 0; i < 3; i++)
        {
            bob.SendText(WithVias(bob.Request("INVITE"), 200, Top(bob.Request("INVITE"))));
            fixture.Run(500);
        }

        Assert.Equal([200, 200, 200], alice.Finals);
        Assert.All(alice.Responses, response => Assert.Equal(["z9hG4bK10001x1"], Branches(response)));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_2xx_past_the_transaction_goes_where_the_request_came_from_whatever_its_Via_says()
    {
        using var fixture = new ProxyFixture(static context =>
        {
            context.AddTarget(SipUri.Parse("sip:bob@10.0.0.2"));
            context.AddTarget(SipUri.Parse("sip:carol@10.0.0.3"));
            return new ValueTask(context.RelayAsync().AsTask());
        });
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            carol = fixture.Peer("10.0.0.3"),
            victim = fixture.Peer("10.0.0.66");
        carol.ObeysCancel = false;
        alice.Send("INVITE", "sip:any@10.0.0.9");
        fixture.Run(20);
        bob.Answer(bob.Request("INVITE"), 603);
        carol.Answer(carol.Request("INVITE"), 487);
        fixture.Run(100);
        Assert.Equal([603], alice.Finals.Distinct());
        string late = WithVias(
            carol.Request("INVITE"),
            200,
            Top(carol.Request("INVITE")),
            "SIP/2.0/UDP 10.0.0.66:5060;branch=z9hG4bKaimed"
        );
        carol.SendText(late);
        fixture.Run(50);
        Assert.Empty(victim.Responses);
        Assert.Equal(200, alice.Statuses.Last());
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("MESSAGE")]
    [InlineData("BYE")]
    public void A_provisional_response_to_another_request_than_INVITE_stays_here(string method)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request => bob.Answer(request, 183);
        alice.Send(method, "sip:bob@10.0.0.2", toTag: method == "BYE" ? "x" : "");
        fixture.Run(3_400);
        Assert.Empty(alice.Responses);
        fixture.Run(400);
        Assert.Equal([100], alice.Statuses);
        bob.Answer(bob.Request(method), 200);
        fixture.Run(100);
        Assert.Equal([100, 200], alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Nor_does_a_handler_send_one()
    {
        using var fixture = new ProxyFixture(static context =>
        {
            context.Reply(100);
            context.Reply(183);
            context.Reply(200);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@10.0.0.2");
        fixture.Run(100);
        Assert.Equal([200], alice.Statuses);
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 40)]
    [InlineData(5, 300)]
    [InlineData(20, 900)]
    public void All_reasons_of_a_CANCEL_go_on(int lines, int length)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(20);
        bob.Answer(bob.Request("INVITE"), 180);
        fixture.Run(20);
        string[] reasons = [.. Enumerable.Range(0, lines).Select(i => $"P{i};cause={i};text=\"{new string('x', length)}\"")];
        alice.Cancel(invite, string.Concat(reasons.Select(reason => $"Reason: {reason}\r\n")));
        fixture.Run(50);
        SipMessage cancel = bob.Request("CANCEL");
        var got = new List<string>();
        for (int i = cancel.IndexOf(SipHeaderName.Reason); i >= 0; i = cancel.IndexOf(SipHeaderName.Reason, i + 1))
            got.Add(Peer.Text(cancel.ValueOf(cancel.HeaderAt(i))));
        Assert.Equal(reasons, got);
        fixture.RunToTheEnd();
    }

    private static string[] Branches(SipMessage message)
    {
        var branches = new List<string>();
        foreach (ViaView via in message.Vias)
            branches.Add(Peer.Text(via.Branch));
        return [.. branches];
    }
}
