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

    private static Scene Create(bool isStateless = false) =>
        new(
            Route,
            builder =>
            {
                builder.Services.AddRegistrar();
                builder.Proxy.Stateless = isStateless;
            }
        );

    private static void Register(Scene scene, Peer phone, string contact, string? sentBy = null)
    {
        phone.SendText(
            $"REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/{Peer.Text(phone.Protocol.ViaText())} {sentBy ?? phone.Address};rport;branch=z9hG4bKreg\r\nMax-Forwards: 70\r\n"
                + $"From: <sip:bob@example.com>;tag=r\r\nTo: <sip:bob@example.com>\r\nCall-ID: reg\r\nCSeq: 1 REGISTER\r\nContact: <{contact}>\r\nContent-Length: 0\r\n\r\n"
        );
        scene.Run(100);
        Assert.Equal([200], phone.Statuses);
    }

    private static void Close(Scene scene, Peer phone)
    {
        for (long id = 0; id < 20; id++)
            phone.Host.CloseConnection(id);
        scene.Run(100);
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
        using Scene scene = Create();
        Peer alice = scene.Peer("10.0.0.1"),
            phone = scene.Peer("198.51.100.2", protocol);
        Answers(phone);
        Register(scene, phone, contact);
        Close(scene, phone);
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(protocol, scene.Recorder.Find("INVITE", to: "198.51.100.2").Single().Protocol);
    }

    [Fact]
    public void While_it_is_open_it_is_used()
    {
        using Scene scene = Create();
        Peer alice = scene.Peer("10.0.0.1"),
            phone = scene.Peer("198.51.100.2", SipProtocol.Tcp);
        Answers(phone);
        Register(scene, phone, "sip:bob@198.51.100.2");
        long connections = scene.Network.Counters.Connections;
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(connections, scene.Network.Counters.Connections);
    }

    [Fact]
    public void A_phone_that_takes_no_connection_is_called_as_its_URI_says()
    {
        using Scene scene = Create();
        Peer alice = scene.Peer("10.0.0.1");
        // Registers over TCP, and hears UDP alone: a SIP URI without transport means that.
        var phone = new Peer(
            scene.Network.AddHost("phone", "tcp:198.51.100.2:49152", "udp:198.51.100.2:5060"),
            scene.Transport.Listener(SipProtocol.Tcp).Local
        );
        Register(scene, phone, "sip:bob@198.51.100.2", "198.51.100.2:49152");
        Close(scene, phone);
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(500);
        Assert.Equal(1, phone.Count("INVITE"));
        Assert.Equal(SipProtocol.Udp, scene.Recorder.Find("INVITE", to: "phone").Last().Protocol);
    }

    [Fact]
    public void A_stateless_proxy_opens_it_again_too()
    {
        using Scene scene = Create(isStateless: true);
        Peer alice = scene.Peer("10.0.0.1"),
            phone = scene.Peer("198.51.100.2", SipProtocol.Tcp);
        Answers(phone);
        Register(scene, phone, "sip:bob@198.51.100.2");
        Close(scene, phone);
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(500);
        Assert.Equal([200], alice.Finals);
    }

    [Theory]
    [InlineData(SipProtocol.Tcp, "192.168.1.5:5060", "sip:bob@192.168.1.5:5060;transport=tcp")]
    [InlineData(SipProtocol.Tcp, null, "sip:bob@192.168.1.5:5060;transport=tcp")] // a gateway rewrote the Via alone
    [InlineData(SipProtocol.Tls, null, "sip:bob@100.64.3.4")]
    [InlineData(SipProtocol.Udp, null, "sip:bob@10.77.0.5")]
    public void A_private_Contact_is_reached_by_the_flow_alone(SipProtocol protocol, string? sentBy, string contact)
    {
        using Scene scene = Create();
        Peer alice = scene.Peer("10.0.0.1"),
            phone = scene.Peer("198.51.100.2", protocol);
        Answers(phone);
        Register(scene, phone, contact, sentBy);
        long connections = scene.Network.Counters.Connections;
        alice.Send("INVITE", "sip:bob@example.com");
        scene.Run(500);
        Assert.Equal([200], alice.Finals);
        Assert.Equal(connections, scene.Network.Counters.Connections);
        if (protocol == SipProtocol.Udp)
            return;
        Close(scene, phone);
        scene.Recorder.Clear();
        alice.Send("INVITE", "sip:bob@example.com", callId: "c2", fromTag: "f2");
        scene.Run(500);
        Assert.Equal([200, 500], alice.Finals); // nothing is sent into a network that is not ours
        Assert.Empty(scene.Recorder.Find("INVITE", from: "10.0.0.9"));
    }
}
