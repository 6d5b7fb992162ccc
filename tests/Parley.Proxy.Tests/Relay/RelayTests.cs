using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Relay;

public sealed class RelayTests
{
    [Fact]
    public void A_call_goes_through_with_one_via_more_and_one_hop_less()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
            {
                bob.Answer(request, 180);
                bob.Answer(request, 200);
            }
        };

        alice.Send("INVITE", "sip:bob@10.0.0.2");
        fixture.Run(100);

        Assert.Equal([100, 180, 200], alice.Statuses);
        SipMessage invite = bob.Request("INVITE");
        Assert.Equal(69, invite.MaxForwards);
        Assert.StartsWith(
            "SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK",
            Peer.Text(invite.ValueOf(invite.HeaderAt(invite.IndexOf(SipHeaderName.Via)))),
            StringComparison.Ordinal
        );
        SipMessage ok = alice.Responses[^1];
        Assert.Equal(1, CountVias(ok));

        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t10.0.0.2");
        fixture.Run(100);
        Assert.Equal(1, bob.Count("ACK"));
        Assert.Equal(69, bob.Request("ACK").MaxForwards);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_answer_other_than_2xx_of_one_branch_goes_upstream_as_it_came()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                bob.Answer(request, 486, headers: "X-Reason: out to lunch\r\n");
        };

        string invite = alice.Send("INVITE", "sip:bob@10.0.0.2");
        alice.ResponseScript = response =>
        {
            if (response.StatusCode >= 300)
                alice.AckFailure(invite, response);
        };
        fixture.Run(100);

        Assert.Equal([100, 486], alice.Statuses);
        Assert.True(alice.Responses[^1].TryGetHeader("X-Reason"u8, out _));
        Assert.Equal(1, bob.Count("ACK"));
        fixture.RunToTheEnd();
    }

    internal static int CountVias(SipMessage message)
    {
        int count = 0;
        foreach (ViaView _ in message.Vias)
            count++;
        return count;
    }
}
