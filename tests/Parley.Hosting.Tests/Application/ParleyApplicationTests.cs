using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Parley.Proxy;
using Parley.Proxy.Tests;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;
using Xunit;

namespace Parley.Hosting.Tests;

public sealed class ParleyApplicationTests
{
    [Theory]
    [InlineData("udp:127.0.0.1:5070", SipProtocol.Udp, "127.0.0.1", 5070)]
    [InlineData("tcp:127.0.0.1", SipProtocol.Tcp, "127.0.0.1", 5060)]
    [InlineData("tls:[::1]:5061", SipProtocol.Tls, "::1", 5061)]
    [InlineData("tls:[::1]", SipProtocol.Tls, "::1", 5061)]
    [InlineData("udp:::1", SipProtocol.Udp, "::1", 5060)]
    [InlineData("udp:*:5080", SipProtocol.Udp, "0.0.0.0", 5080)]
    public void A_listener_is_read_from_text(string text, SipProtocol protocol, string address, int port)
    {
        SipListenerOptions options = Assert.Single(
            ParleyApplication.CreateEmptyBuilder().Listen(text, "sip.example.com:5090").Transport.Listeners
        );
        Assert.Equal(protocol, options.Protocol);
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), options.EndPoint);
        Assert.Equal("sip.example.com", options.AdvertisedHost);
        Assert.Equal(5090, options.AdvertisedPort);
    }

    [Theory]
    [InlineData("127.0.0.1:5060")]
    [InlineData("sctp:127.0.0.1:5060")]
    [InlineData("udp:localhost:5060")]
    [InlineData("udp:127.0.0.1:70000")]
    [InlineData("udp:")]
    public void What_is_no_listener_is_refused(string text) =>
        Assert.Throws<ArgumentException>(() => ParleyApplication.CreateEmptyBuilder().Listen(text));

    [Fact]
    public void Modules_get_the_parts_of_the_proxy_and_run_before_the_handler()
    {
        var heard = new List<string>();
        using var fixture = new ProxyFixture(
            context =>
            {
                heard.Add("handler");
                context.LooseRoute();
                context.Reply(200);
                return default;
            },
            builder => builder.Services.AddSingleton(heard).AddSingleton<IProxyModule, Module>()
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2", toTag: "t", headers: $"Route: <sip:{ProxyFixture.ProxyAddress};lr>\r\n");
        fixture.Run(50);
        Assert.Equal(["module", "handler", "routed"], heard);
        Assert.Same(fixture.App, fixture.App.Services.GetRequiredService<ParleyApplication>());
        Assert.Same(fixture.Transport, fixture.App.Services.GetRequiredService<ISipTransport>());
        Assert.Same(fixture.App.Transactions, fixture.App.Services.GetRequiredService<TransactionLayer>());
    }

    [Fact]
    public void A_module_that_throws_is_answered_500()
    {
        using var fixture = new ProxyFixture(
            static async context => await context.RelayAsync(),
            static builder => builder.Services.AddSingleton<IProxyModule, Broken>()
        );
        Peer alice = fixture.Peer("10.0.0.1");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Assert.Equal([500], alice.Finals);
        fixture.RunToTheEnd();
    }

    [Fact]
    public async Task An_application_on_real_sockets_answers_and_stops()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder().Listen("udp:127.0.0.1:0").Listen("tcp:127.0.0.1:0");
        builder.Proxy.ServerHeader = "Parley test";
        await using ParleyApplication app = builder.Build();
        app.OnRequest(static context =>
        {
            context.Reply(200);
            return default;
        });
        await app.StartAsync();
        using var socket = new UdpClient(0, AddressFamily.InterNetwork);
        int port = ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
        byte[] request = Encoding.ASCII.GetBytes(
            $"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: real\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
        await socket.SendAsync(request, new IPEndPoint(IPAddress.Loopback, app.Transport.Listeners[0].Port));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        UdpReceiveResult answer = await socket.ReceiveAsync(patience.Token);
        string text = Encoding.ASCII.GetString(answer.Buffer);
        Assert.StartsWith("SIP/2.0 200 OK", text, StringComparison.Ordinal);
        Assert.Contains("Server: Parley test\r\n", text, StringComparison.Ordinal);
        Assert.Equal(1, app.Counters.Requests(SipMethod.Options));
        await app.StopAsync();
        Assert.True(app.IsDraining);
    }

    [Fact]
    public void Stopping_waits_for_requests_without_an_answer()
    {
        var fixture = new ProxyFixture(static async context => await context.RelayAsync());
        Peer alice = fixture.Peer("10.0.0.1"),
            bob = fixture.Peer("10.0.0.2");
        alice.Send("OPTIONS", "sip:bob@10.0.0.2");
        fixture.Run(50);
        Task stop = fixture.App.StopAsync();
        fixture.Run(1_000);
        Assert.False(stop.IsCompleted);
        bob.Answer(bob.Request("OPTIONS"), 200);
        Assert.True(fixture.Clock.RunUntil(() => stop.IsCompleted, TimeSpan.FromSeconds(2)));
        Assert.Equal([200], alice.Finals);
        fixture.Dispose();
    }

    private sealed class Module(
        List<string> heard,
        ISipTransport transport,
        TimeProvider time,
        SipRandom random,
        TimerService timers,
        Proxy.LocalRequests requests
    ) : IProxyModule
    {
        public void OnRequest(SipContext context)
        {
            Assert.NotNull(transport);
            Assert.NotNull(time);
            Assert.NotNull(random);
            Assert.NotNull(timers);
            Assert.Same(requests, context.Services.GetRequiredService<LocalRequests>());
            heard.Add("module");
        }

        public void OnRouted(SipContext context) => heard.Add("routed");
    }

    private sealed class Broken : IProxyModule
    {
        public void OnRequest(SipContext context) => throw new InvalidOperationException("boom");

        public void OnRouted(SipContext context) { }
    }
}
