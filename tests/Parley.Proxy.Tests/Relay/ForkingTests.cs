using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class ForkingTests
{
    private static SipRequestHandler To(params (string Host, int Q)[] targets) =>
        async context =>
        {
            if (context.Method == SipMethod.Invite && !context.IsInDialog)
            {
                foreach ((string host, int q) in targets)
                    context.AddTarget(SipUri.Parse($"sip:bob@{host}"), q);
            }

            await context.RelayAsync();
        };

    private static Peer Answering(ProxyFixture fixture, string address, params int[] statuses)
    {
        Peer peer = fixture.Peer(address);
        peer.Script = request =>
        {
            if (request.Method != SipMethod.Invite)
                return;
            foreach (int status in statuses)
                peer.Answer(request, status);
        };
        return peer;
    }

    private static string Invite(Peer alice)
    {
        string invite = alice.Send("INVITE", "sip:bob@example.com");
        alice.ResponseScript = response =>
        {
            if (response.StatusCode >= 300)
                alice.AckFailure(invite, response);
        };
        return invite;
    }

    [Fact]
    public void Of_three_callees_one_declines_one_only_rings_and_one_answers_the_caller_gets_one_200()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000), ("10.0.0.3", 1000), ("10.0.0.4", 1000)));
        Peer alice = fixture.Peer("10.0.0.1");
        Peer declines = Answering(fixture, "10.0.0.2", 180, 486),
            rings = Answering(fixture, "10.0.0.3", 180),
            answers = fixture.Peer("10.0.0.4");
        Invite(alice);
        fixture.Run(50);
        Assert.Equal([100, 180, 180], alice.Statuses);
        answers.Answer(answers.Request("INVITE"), 200);
        fixture.Run(50);

        Assert.Equal([200], alice.Finals);
        Assert.Equal(1, rings.Count("CANCEL"));
        Assert.Contains("cause=200", rings.Request("CANCEL").ToString(), StringComparison.Ordinal);
        Assert.Equal(1, rings.Count("ACK")); // of its 487
        Assert.Equal(1, declines.Count("ACK"));
        Assert.Equal(0, declines.Count("CANCEL"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void When_two_callees_answer_at_once_both_2xx_reach_the_caller()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000), ("10.0.0.3", 1000)));
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            carol = fixture.Peer("10.0.0.3");
        Invite(alice);
        fixture.Run(10);
        bob.Answer(bob.Request("INVITE"), 200);
        carol.Answer(carol.Request("INVITE"), 200);
        fixture.Run(50);

        Assert.Equal([200, 200], alice.Finals);
        Assert.Equal(["t10.0.0.2", "t10.0.0.3"], alice.Responses.Where(r => r.StatusCode == 200).Select(r => Peer.Text(r.ToTag)).Order());
        // A repeated 2xx goes through too: its ACK may have been lost.
        bob.Answer(bob.Request("INVITE"), 200);
        fixture.Run(50);
        Assert.Equal(3, alice.Finals.Count());
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Targets_of_lower_q_are_tried_only_when_those_of_higher_q_have_failed()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.3", 500), ("10.0.0.2", 1000)));
        Peer alice = fixture.Peer("10.0.0.1"),
            first = fixture.Peer("10.0.0.2"),
            second = Answering(fixture, "10.0.0.3", 200);
        Invite(alice);
        fixture.Run(50);
        Assert.Equal(1, first.Count("INVITE"));
        Assert.Equal(0, second.Count("INVITE"));
        first.Answer(first.Request("INVITE"), 404);
        fixture.Run(50);
        Assert.Equal(1, second.Count("INVITE"));
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_6xx_cancels_the_other_branches_and_goes_upstream_when_they_have_ended()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000), ("10.0.0.3", 1000), ("10.0.0.4", 100)));
        Peer alice = fixture.Peer("10.0.0.1"),
            declines = Answering(fixture, "10.0.0.2", 603),
            rings = Answering(fixture, "10.0.0.3", 180),
            never = Answering(fixture, "10.0.0.4", 200);
        Invite(alice);
        fixture.Run(100);
        Assert.Equal([603], alice.Finals);
        Assert.Equal(1, rings.Count("CANCEL"));
        Assert.Equal(0, never.Count("INVITE"));
        Assert.Equal(1, declines.Count("ACK"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_challenges_of_all_branches_reach_the_caller()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000), ("10.0.0.3", 1000), ("10.0.0.4", 1000)));
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2"),
            carol = fixture.Peer("10.0.0.3");
        Answering(fixture, "10.0.0.4", 404);
        bob.Script = r => Challenge(bob, r, 401, "WWW-Authenticate: Digest realm=\"bob\", nonce=\"1\"\r\n");
        carol.Script = r => Challenge(carol, r, 407, "Proxy-Authenticate: Digest realm=\"carol\", nonce=\"2\"\r\n");
        Invite(alice);
        fixture.Run(100);

        SipMessage final = alice.Responses.Single(r => r.StatusCode >= 200);
        Assert.Contains(final.StatusCode, new[] { 401, 407 });
        Assert.Contains("realm=\"bob\"", final.ToString(), StringComparison.Ordinal);
        Assert.Contains("realm=\"carol\"", final.ToString(), StringComparison.Ordinal);
        fixture.RunToTheEnd();

        static void Challenge(Peer peer, SipMessage request, int status, string header)
        {
            if (request.Method == SipMethod.Invite)
                peer.Answer(request, status, headers: header);
        }
    }

    [Theory]
    [InlineData(new[] { 404, 500 }, 404)]
    [InlineData(new[] { 404, 302 }, 302)]
    [InlineData(new[] { 404, 484 }, 484)]
    [InlineData(new[] { 484, 407 }, 407)]
    [InlineData(new[] { 503, 500 }, 500)]
    [InlineData(new[] { 503, 504 }, 504)]
    [InlineData(new[] { 503, 503 }, 500)]
    [InlineData(new[] { 486, 603 }, 603)]
    public void The_best_response_goes_upstream(int[] answers, int expected)
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000), ("10.0.0.3", 1000)));
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", answers[0]);
        Answering(fixture, "10.0.0.3", answers[1]);
        Invite(alice);
        fixture.Run(100);
        Assert.Equal([expected], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void No_more_branches_are_made_than_allowed()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000), ("10.0.0.3", 1000), ("10.0.0.4", 1000)), b => b.Proxy.MaxBranches = 2);
        Peer alice = fixture.Peer("10.0.0.1");
        Answering(fixture, "10.0.0.2", 404);
        Answering(fixture, "10.0.0.3", 404);
        Peer third = Answering(fixture, "10.0.0.4", 200);
        Invite(alice);
        fixture.Run(100);
        Assert.Equal([404], alice.Finals);
        Assert.Equal(0, third.Count("INVITE"));
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_redirection_is_followed_when_asked_for()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000)), b => b.Proxy.RecurseOnRedirect = true);
        Peer alice = fixture.Peer("10.0.0.1"),
            redirects = fixture.Peer("10.0.0.2"),
            carol = Answering(fixture, "10.0.0.3", 200);
        redirects.Script = r =>
        {
            // The peer's own Contact is no new target; the one added is.
            if (r.Method == SipMethod.Invite)
                redirects.Answer(r, 302, headers: "Contact: <sip:carol@10.0.0.3>\r\n");
        };
        Invite(alice);
        fixture.Run(100);
        Assert.Equal(1, carol.Count("INVITE"));
        Assert.Equal([200], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_branch_that_rings_beyond_timer_C_is_cancelled_and_the_caller_gets_408()
    {
        using var fixture = new ProxyFixture(To(("10.0.0.2", 1000)));
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = Answering(fixture, "10.0.0.2", 180);
        Invite(alice);
        fixture.Run(150_000);
        bob.Answer(bob.Request("INVITE"), 183); // a provisional starts it anew
        fixture.Run(180_000);
        Assert.Equal(0, bob.Count("CANCEL"));
        fixture.Run(10_000);
        Assert.Equal(1, bob.Count("CANCEL"));
        Assert.Equal([408], alice.Finals);
        fixture.RunToTheEnd();
    }
}
