using Microsoft.Extensions.DependencyInjection;
using Parley.Registrar;
using Parley.Sip;
using Xunit;

namespace Parley.Proxy.Tests.Pipeline;

/// <summary>One request by two ways (RFC 3261 8.2.2.2): relayed like any other, answered here once.</summary>
public sealed class MergedRequestTests
{
    [Theory]
    [InlineData("INVITE")]
    [InlineData("MESSAGE")]
    public void A_retry_with_the_same_CSeq_on_another_branch_is_relayed(string method)
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        bob.Script = request =>
        {
            if (request.Method != SipMethod.Ack)
                bob.Answer(request, 404);
        };
        alice.Send(method, "sip:bob@10.0.0.2", branch: "z9hG4bKfirst");
        fixture.Run(5);
        alice.Send(method, "sip:bob@10.0.0.2", branch: "z9hG4bKsecond");
        fixture.Run(100);
        Assert.Equal([404, 404], alice.Finals.Take(2));
        Assert.Equal(2, bob.Count(method));
        Assert.True(
            bob.Requests[0].TryGetTopVia(out ViaView one)
                && bob.Requests.Last(r => Peer.Text(r.MethodText) == method).TryGetTopVia(out ViaView two)
                && !one.Branch.SequenceEqual(two.Branch)
        );
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Both_copies_of_an_upstream_fork_are_relayed_while_neither_is_answered()
    {
        using var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send("INVITE", "sip:bob@10.0.0.2", branch: "z9hG4bKfirst");
        alice.Send("INVITE", "sip:bob@10.0.0.2", branch: "z9hG4bKsecond");
        fixture.Run(50);
        Assert.Equal(2, bob.Count("INVITE"));
        bob.Answer(bob.Requests[0], 200, tag: "t1");
        bob.Answer(bob.Requests[1], 482, tag: "t2");
        fixture.Run(50);
        Assert.Equal([200, 482], alice.Finals.Order());
        fixture.RunToTheEnd();
    }

    [Theory]
    [InlineData("OPTIONS", 200, new[] { 200, 482 })]
    [InlineData("MESSAGE", 202, new[] { 202, 482 })]
    [InlineData("INVITE", 200, new[] { 200, 482 })]
    [InlineData("MESSAGE", 404, new[] { 404, 404 })]
    public void What_the_proxy_answers_itself_it_answers_once(string method, int status, int[] expected)
    {
        var merged = new List<bool>();
        using var fixture = new ProxyFixture(context =>
        {
            merged.Add(context.IsMerged);
            context.Reply(status);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send(method, "sip:bob@10.0.0.9", branch: "z9hG4bKfirst");
        fixture.Run(20);
        alice.Send(method, "sip:bob@10.0.0.9", branch: "z9hG4bKsecond");
        fixture.Run(20);
        Assert.Equal(expected, alice.Finals);
        Assert.Equal([false, status < 300], merged);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_registrar_refuses_a_copy_and_changes_nothing()
    {
        using var fixture = new ProxyFixture(
            static context =>
            {
                context.Services.GetRequiredService<SipRegistrar>().Handle(context);
                return ValueTask.CompletedTask;
            },
            static builder => builder.Services.AddRegistrar()
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("REGISTER", "sip:example.com", branch: "z9hG4bKfirst", to: "sip:alice@example.com");
        fixture.Run(20);
        alice.Send(
            "REGISTER",
            "sip:example.com",
            branch: "z9hG4bKsecond",
            to: "sip:alice@example.com",
            headers: "Contact: <sip:alice@10.0.0.77>\r\n"
        );
        fixture.Run(20);
        Assert.Equal([200, 482], alice.Finals);
        Assert.Equal(1, fixture.App.Services.GetRequiredService<LocationTable>().BindingCount);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void A_phone_that_keeps_its_CSeq_when_it_answers_a_challenge_registers()
    {
        using var fixture = new ProxyFixture(static context =>
        {
            if (context.Request.IndexOf(SipHeaderName.Authorization) < 0)
                context.Reply(401, null, "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n"u8);
            else
                context.Reply(context.IsMerged ? 482 : 200);
            return ValueTask.CompletedTask;
        });
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("REGISTER", "sip:example.com");
        fixture.Run(20);
        alice.Send("REGISTER", "sip:example.com", headers: "Authorization: Digest username=\"a\"\r\n");
        fixture.Run(20);
        Assert.Equal([401, 200], alice.Finals);
        fixture.RunToTheEnd();
    }
}
