using Microsoft.Extensions.DependencyInjection;
using Parley.Proxy;
using Parley.Proxy.Tests;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>Phones that registered over a stream, and what becomes of a call when the connection is there or is not.</summary>
public sealed class RegisteredConnectionTests
{
    private static async ValueTask Route(SipContext context)
    {
        if (context.Method == SipMethod.Register)
        {
            context.Services.GetRequiredService<SipRegistrar>().Handle(context);
            return;
        }

        if (context.Services.GetRequiredService<LocationTable>().AddTargets(context) == 0)
            context.Reply(404);
        else
            await context.RelayAsync();
    }

    private static ProxyFixture Create(bool isStateless = false) =>
        new(
            Route,
            builder =>
            {
                builder.Services.AddRegistrar();
                builder.Proxy.Stateless = isStateless;
            }
        );

    private static void Register(ProxyFixture fixture, Peer phone, string contact, string? sentBy = null)
    {
        phone.SendText(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/{Peer.Text(phone.Protocol.ViaText())} {sentBy ?? phone.Address};rport;branch=z9hG4bKreg\r\nMax-Forwards: 70\r\n"
                + $"From: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\nCall-ID: reg\r\nCSeq: 1 REGISTER\r\nContact: <{contact}>\r\nContent-Length: 0\r\n\r\n"
        );
        fixture.Run(100);
        Assert.Equal([200], phone.Statuses);
    }

    private static void Close(ProxyFixture fixture, Peer phone)
    {
        for (long id = 0; id < 20; id++)
            phone.Host.CloseConnection(id);
        fixture.Run(100);
        Assert.Equal(0, phone.Host.ConnectionCount);
    }

    private static void Answers(Peer phone) => phone.Script = request => phone.Answer(request, 200);

    [Theory]
    [InlineData(SipProtocol.Tcp, "sip:bob@198.51.100.2")]
    [InlineData(SipProtocol.Tcp, "sip:bob@198.51.100.2;transport=tcp")]
    [InlineData(SipProtocol.Tls, "sip:bob@198.51.100.2")]
    [InlineData(SipProtocol.Tls, "sip:bob@198.51.100.2:5061;transport=tls")]
    public void A_connection_that_the_phone_closed_is_opened_again(SipProtocol protocol, string contact)
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            phone = fixture.Peer("198.51.100.2", protocol);
        Answers(phone);
        Register(fixture, phone, contact);
        Close(fixture, phone);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(protocol, fixture.Recorder.Find("INVITE", to: "198.51.100.2").Single().Protocol);
    }

    [Fact]
    public void While_it_is_open_it_is_used()
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            phone = fixture.Peer("198.51.100.2", SipProtocol.Tcp);
        Answers(phone);
        Register(fixture, phone, "sip:bob@198.51.100.2");
        long connections = fixture.Network.Counters.Connections;
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(connections, fixture.Network.Counters.Connections);
    }

    [Fact]
    public void A_phone_that_takes_no_connection_is_called_as_its_URI_says()
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1");
        // Registers over TCP, and hears UDP alone: a SIP URI without transport means that.
        var phone = new Peer(
            fixture.Network.AddHost("phone", "tcp:198.51.100.2:49152", "udp:198.51.100.2:5060"),
            fixture.Transport.Listener(SipProtocol.Tcp).Local
        );
        Register(fixture, phone, "sip:bob@198.51.100.2", "198.51.100.2:49152");
        Close(fixture, phone);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal(1, phone.Count("INVITE"));
        Assert.Equal(SipProtocol.Udp, fixture.Recorder.Find("INVITE", to: "phone").Last().Protocol);
    }

    [Fact]
    public void A_stateless_proxy_opens_it_again_too()
    {
        using ProxyFixture fixture = Create(isStateless: true);
        Peer alice = fixture.Peer("10.0.0.1"),
            phone = fixture.Peer("198.51.100.2", SipProtocol.Tcp);
        Answers(phone);
        Register(fixture, phone, "sip:bob@198.51.100.2");
        Close(fixture, phone);
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp, "192.168.1.5:5060", "sip:bob@192.168.1.5:5060;transport=tcp")]
    [InlineData(SipProtocol.Tcp, null, "sip:bob@192.168.1.5:5060;transport=tcp")] // a gateway rewrote the Via alone
    [InlineData(SipProtocol.Tls, null, "sip:bob@100.64.3.4")]
    [InlineData(SipProtocol.Udp, null, "sip:bob@10.77.0.5")]
    public void A_private_Contact_is_reached_by_the_flow_alone(SipProtocol protocol, string? sentBy, string contact)
    {
        using ProxyFixture fixture = Create();
        Peer alice = fixture.Peer("10.0.0.1"),
            phone = fixture.Peer("198.51.100.2", protocol);
        Answers(phone);
        Register(fixture, phone, contact, sentBy);
        long connections = fixture.Network.Counters.Connections;
        alice.Send("INVITE", "sip:bob@example.com");
        fixture.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(connections, fixture.Network.Counters.Connections);
        if (protocol == SipProtocol.Udp)
            return;
        Close(fixture, phone);
        fixture.Recorder.Clear();
        alice.Send("INVITE", "sip:bob@example.com", callId: "c2", fromTag: "f2");
        fixture.Run(500);
        Assert.Equal([200, 500], alice.Finals); // nothing is sent into a network that is not ours
        Assert.Empty(fixture.Recorder.Find("INVITE", from: "10.0.0.9"));
    }
}
