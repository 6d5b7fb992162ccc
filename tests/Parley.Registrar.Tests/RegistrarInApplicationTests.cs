using Microsoft.Extensions.DependencyInjection;
using Parley.Proxy;
using Parley.Proxy.Tests;
using Parley.Sip;
using Xunit;

namespace Parley.Registrar.Tests;

public sealed class RegistrarInApplicationTests
{
    private static async ValueTask Route(SipContext context)
    {
        if (context.Method == SipMethod.Register)
        {
            context.Services.GetRequiredService<SipRegistrar>().Handle(context);
            return;
        }
        if (context.IsInDialog)
        {
            context.LooseRoute();
            await context.RelayAsync();
            return;
        }
        if (context.Services.GetRequiredService<LocationTable>().AddTargets(context) == 0)
        {
            context.Reply(404);
            return;
        }
        await context.RelayAsync();
    }

    private static ProxyFixture Create() =>
        new(Route, builder => builder.Services.AddRegistrar(options => options.MinExpires = TimeSpan.FromSeconds(90)));

    private static void Register(ProxyFixture fixture, Peer peer, string parameters = "", int cseq = 1)
    {
        // The peer's own Contact stands in every request: only the one given here shall count.
        peer.SendText(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP {peer.Address};rport;branch=z9hG4bKreg{cseq}{peer.Address.Replace(".", "", StringComparison.Ordinal)}\r\nMax-Forwards: 70\r\n"
                + $"From: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\nCall-ID: reg{peer.Address}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:bob@{peer.Address}>{parameters}\r\nContent-Length: 0\r\n\r\n"
        );
        fixture.Run(100);
    }

    [Fact]
    public void A_call_to_a_registered_user_forks_by_q_and_the_answer_comes_back()
    {
        using var fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            desk = fixture.Peer("10.0.0.2"),
            mobile = fixture.Peer("10.0.0.3");
        Register(fixture, desk, ";q=0.5");
        Register(fixture, mobile);
        Assert.Equal([200], desk.Statuses);
        Assert.Equal(2, fixture.App.Services.GetRequiredService<LocationTable>().BindingCount);
        mobile.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                mobile.Answer(request, 486);
        };
        desk.Script = request =>
        {
            if (request.Method == SipMethod.Invite)
                desk.Answer(request, 200);
        };
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(200);
        Assert.Equal(1, mobile.Count("INVITE")); // q 1.0 first
        Assert.Equal("sip:bob@10.0.0.3", Peer.Text(mobile.Request("INVITE").RequestUri));
        Assert.Equal(1, desk.Count("INVITE"));
        Assert.Equal([200], alice.Finals);
        alice.Send("ACK", "sip:bob@10.0.0.2", toTag: "t10.0.0.2");
        fixture.RunToTheEnd();
    }

    [Fact]
    public void An_unknown_user_is_404_and_an_expired_one_too()
    {
        using var fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        Register(fixture, bob, ";expires=90");
        fixture.Clock.RunFor(TimeSpan.FromSeconds(91));
        alice.Send("MESSAGE", "sip:bob@example.com");
        fixture.Run(100);
        Assert.Equal([404], alice.Finals);
        Assert.Empty(bob.Requests);
        fixture.RunToTheEnd();
    }

    [Fact]
    public void The_reply_carries_the_bindings_or_the_reason()
    {
        using var fixture = Create();
        Peer bob = fixture.Peer("10.0.0.2");
        Register(fixture, bob, ";expires=89");
        Assert.Equal(423, bob.Responses[^1].StatusCode);
        Assert.True(bob.Responses[^1].TryGetHeader(SipHeaderName.MinExpires, out var minimum));
        Assert.Equal("90", Peer.Text(minimum));
        Register(fixture, bob, ";expires=100", cseq: 2);
        var contacts = bob.Responses[^1].Contacts;
        Assert.True(contacts.TryGetFirst(out var contact));
        Assert.Equal(("sip:bob@10.0.0.2", 100), (Peer.Text(contact.UriText), contact.Expires));
        Register(fixture, bob, ";expires=100", cseq: 1);
        Assert.Equal(3, bob.Finals.Count());
        fixture.RunToTheEnd();
    }

    [Fact]
    public void Only_a_REGISTER_can_be_handled()
    {
        ArgumentException? thrown = null;
        using var fixture = new ProxyFixture(
            context =>
            {
                thrown = Assert.Throws<ArgumentException>(() => context.Services.GetRequiredService<SipRegistrar>().Handle(context));
                context.Reply(403);
                return ValueTask.CompletedTask;
            },
            builder => builder.Services.AddRegistrar()
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("MESSAGE", "sip:bob@example.com");
        fixture.Run(100);
        Assert.Equal("context", thrown?.ParamName);
        Assert.Equal([403], alice.Finals);
    }
}
