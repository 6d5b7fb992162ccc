using System.Text;
using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.LocalRequests;

public sealed class LocalRequestsTests
{
    private static byte[] Options(string uri, string route = "") =>
        Encoding.UTF8.GetBytes(
            $"OPTIONS {uri} SIP/2.0\r\nMax-Forwards: 70\r\n{route}From: <sip:p@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: local1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );

    [Fact]
    public void A_local_request_gets_a_Via_a_hook_and_its_answer()
    {
        using var fixture = new ProxyFixture();
        Peer bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        fixture.App.OnLocalRequest(static request => request.Edits.Append("X-Local"u8, "1"u8));
        var user = new User();
        Assert.True(fixture.App.LocalRequests.Send(Options("sip:bob@10.0.0.2"), null, user, "ping"));
        fixture.Run(50);
        Assert.Equal(["200 ping"], user.Heard);
        Assert.True(bob.Request("OPTIONS").TryGetHeader("X-Local"u8, out _));
        Assert.Equal(1, Relay.RelayTests.CountVias(bob.Request("OPTIONS")));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_local_request_follows_its_Route()
    {
        using var fixture = new ProxyFixture();
        Peer edge = fixture.Peer("10.0.0.3");
        edge.Script = r => edge.Answer(r, 200);
        var user = new User();
        Assert.True(fixture.App.LocalRequests.Send(Options("sip:bob@10.0.0.2", "Route: <sip:10.0.0.3;lr>\r\n"), null, user));
        fixture.Run(50);
        Assert.Equal(1, edge.Count("OPTIONS"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_local_request_leaves_by_the_listener_asked_for()
    {
        using var fixture = new ProxyFixture(listeners: ["udp:10.0.0.1:5060", "udp:10.0.0.1:5080"]);
        Peer bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        var user = new User();
        Assert.True(fixture.App.LocalRequests.Send(Options("sip:bob@10.0.0.2"), null, user, from: fixture.App.Transport.Listeners[1]));
        fixture.Run(50);
        Assert.True(bob.Request("OPTIONS").TryGetTopVia(out ViaView via));
        Assert.Equal(5080, via.Port);
        Assert.Equal(["200 "], user.Heard);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_silent_far_end_is_408_after_the_timeout_given()
    {
        using var fixture = new ProxyFixture();
        fixture.Peer("10.0.0.2");
        var user = new User();
        fixture.App.LocalRequests.Send(Options("sip:bob@10.0.0.2"), null, user, timeout: TimeSpan.FromSeconds(4));
        fixture.Run(3_900);
        Assert.Empty(user.Heard);
        fixture.Run(200);
        Assert.Equal(["failed 408"], user.Heard);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_silent_far_end_is_408_after_timer_F()
    {
        using var fixture = new ProxyFixture();
        fixture.Peer("10.0.0.2");
        var user = new User();
        fixture.App.LocalRequests.Send(Options("sip:bob@10.0.0.2"), null, user);
        fixture.Run(33_000);
        Assert.Equal(["failed 408"], user.Heard);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_next_server_is_tried_after_503()
    {
        using var fixture = new ProxyFixture();
        fixture.Locator.Add("example.com", "udp:10.0.0.2:5060");
        fixture.Locator.Add("example.com", "udp:10.0.0.3:5060");
        Peer busy = fixture.Peer("10.0.0.2"),
            bob = fixture.Peer("10.0.0.3");
        busy.Script = r => busy.Answer(r, 503);
        bob.Script = r => bob.Answer(r, 200);
        var user = new User();
        Assert.True(fixture.App.LocalRequests.Send(Options("sip:bob@example.com"), null, user));
        fixture.Run(50);
        Assert.Equal(["200 "], user.Heard);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void What_is_no_request_is_refused_by_name()
    {
        using var fixture = new ProxyFixture();
        Assert.Throws<ArgumentException>("request", () => fixture.App.LocalRequests.Send("hello"u8, null, new User()));
        Assert.Throws<ArgumentException>("ack", () => fixture.App.LocalRequests.SendAck(Options("sip:bob@10.0.0.2"), null));
        Assert.False(fixture.App.LocalRequests.Send(Options("sip:bob@nowhere.example"), null, new User()));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_ACK_leaves_without_a_transaction()
    {
        using var fixture = new ProxyFixture();
        Peer bob = fixture.Peer("10.0.0.2");
        Assert.True(
            fixture.App.LocalRequests.SendAck(
                Encoding.UTF8.GetBytes(
                    Encoding.UTF8.GetString(Options("sip:bob@10.0.0.2")).Replace("OPTIONS", "ACK", StringComparison.Ordinal)
                ),
                null
            )
        );
        fixture.Run(50);
        Assert.Equal(1, bob.Count("ACK"));
        fixture.RunToTheEnd();
    }

    private sealed class User : ILocalRequestUser
    {
        public List<string> Heard { get; } = [];

        public void OnResponse(LocalRequest request, SipMessage response) => Heard.Add($"{response.StatusCode} {request.State}");

        public void OnFailed(LocalRequest request, int statusCode) => Heard.Add($"failed {statusCode}");
    }
}
