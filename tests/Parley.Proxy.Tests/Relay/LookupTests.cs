using Parley.Hosting;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

/// <summary>Names that take their time (RFC 3263): the branch waits, everything else goes on.</summary>
public sealed class LookupTests
{
    private static ProxyFixture Slow(SipRequestHandler handler, Action<ParleyApplicationBuilder>? configure = null)
    {
        var locator = new SlowLocator();
        var fixture = new ProxyFixture(
            handler,
            builder =>
            {
                builder.UseLocator(locator);
                configure?.Invoke(builder);
            }
        );
        locator.Time = fixture.Clock;
        return fixture;
    }

    [Fact]
    public void A_relay_completes_when_the_name_was_found_and_the_request_has_left()
    {
        bool? relayed = null;
        using ProxyFixture fixture = Slow(async context => relayed = await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        alice.Send("OPTIONS", "sip:bob@example.com");
        fixture.Run(900);
        Assert.Null(relayed);
        Assert.Equal(0, bob.Count("OPTIONS"));
        fixture.Run(300);
        Assert.True(relayed);
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_name_that_is_not_found_in_the_end_is_answered_500()
    {
        bool? relayed = null;
        using ProxyFixture fixture = Slow(async context => relayed = await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@nowhere.example");
        fixture.Run(1_200);
        Assert.False(relayed);
        Assert.Equal([500], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_CANCEL_during_the_lookup_ends_the_branch_before_it_leaves()
    {
        using ProxyFixture fixture = Slow(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        string invite = alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        alice.Cancel(invite);
        fixture.Run(100);
        Assert.Contains(487, alice.Statuses);
        fixture.Run(1_000);
        Assert.Equal(0, bob.Count("INVITE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_ACK_of_a_2xx_waits_for_its_name_too()
    {
        using ProxyFixture fixture = Slow(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send("ACK", "sip:bob@example.com", toTag: "t");
        alice.Send("ACK", "sip:bob@example.com", toTag: "t", callId: "c2");
        fixture.Run(1_200);
        Assert.Equal(["c1", "c2"], bob.Requests.Select(r => Peer.Text(r.CallId)).Order());
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_local_request_waits_for_its_name()
    {
        using ProxyFixture fixture = Slow(static _ => default);
        Peer bob = fixture.Peer("10.0.0.2");
        bob.Script = r => bob.Answer(r, 200);
        var user = new User();
        byte[] request =
            "OPTIONS sip:bob@example.com SIP/2.0\r\nMax-Forwards: 70\r\nFrom: <sip:p@x>;tag=1\r\nTo: <sip:bob@x>\r\nCall-ID: l\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
        Assert.True(fixture.App.LocalRequests.Send(request, null, user));
        Assert.True(fixture.App.LocalRequests.Send(request, null, user, timeout: TimeSpan.FromMilliseconds(500)));
        fixture.Run(1_500);
        Assert.Equal([408, 200], user.Heard);
        fixture.RunToTheEnd();
    }

    private sealed class User : ILocalRequestUser
    {
        public List<int> Heard { get; } = [];

        public void OnResponse(LocalRequest request, SipMessage response) => Heard.Add(response.StatusCode);

        public void OnFailed(LocalRequest request, int statusCode) => Heard.Add(statusCode);
    }

    private sealed class SlowLocator : ISipServerLocator
    {
        private readonly SimulatedServerLocator _inner = new();

        public SlowLocator() => _inner.Add("example.com", "udp:10.0.0.2:5060");

        public TimeProvider Time { get; set; } = TimeProvider.System;

        public async ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Time, cancellationToken);
            return await _inner.LocateAsync(uri, targets, cancellationToken);
        }

        public bool TryLocateLiteral(SipUriView uri, out SipTarget target) => _inner.TryLocateLiteral(uri, out target);

        public void ReportFailure(SipTarget target) => _inner.ReportFailure(target);
    }
}
