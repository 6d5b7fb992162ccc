using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Sip;
using Xunit;

namespace Parley.Transport.Tests.Udp;

/// <summary>ICMP errors come up with what they quote, and hold up neither receiving nor sending.</summary>
public class UnreachableTests
{
    public static bool IsLinux => OperatingSystem.IsLinux();

    [Theory(Skip = "IP_RECVERR is Linux", SkipUnless = nameof(IsLinux))]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_datagram_comes_up_with_its_beginning(bool ipv6)
    {
        var receiver = new Receiver();
        await using var transport = Start(receiver, ipv6);
        var nobody = SipEndPoint.From(ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, ClosedPort(ipv6));
        transport.Send(new SipFlow(transport.Listeners[0], nobody), Wire.Request("refused"));
        transport.Flush();
        await TestTransport.EventuallyAsync(() => !receiver.Reports.IsEmpty);
        Assert.True(receiver.Reports.TryDequeue(out var report));
        Assert.Equal(nobody, report.Remote);
        Assert.StartsWith(
            "OPTIONS sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKtest",
            report.Quoted,
            StringComparison.Ordinal
        );
        Assert.Equal(1, transport.Counters[0].Unreachable);
    }

    [Fact(Skip = "IP_RECVERR is Linux", SkipUnless = nameof(IsLinux))]
    public async Task A_flood_of_errors_loses_no_datagram_in_either_direction()
    {
        const int Count = 2_000;
        var receiver = new Receiver();
        await using var transport = Start(receiver, ipv6: false);
        var nobody = SipEndPoint.From(IPAddress.Loopback, ClosedPort(ipv6: false));
        using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        peer.ReceiveTimeout = 10_000;
        var away = SipEndPoint.From((IPEndPoint)peer.LocalEndPoint!);
        var buffer = new byte[2048];
        for (var i = 0; i < Count; i++)
        {
            transport.Send(new SipFlow(transport.Listeners[0], nobody), Wire.Request("refused"));
            transport.Send(new SipFlow(transport.Listeners[0], away), Wire.Request("there " + i));
            transport.Flush();
            Assert.Contains("there " + i, Encoding.UTF8.GetString(buffer, 0, peer.Receive(buffer)), StringComparison.Ordinal);
            peer.SendTo(Wire.Request("back " + i), transport.Listeners[0].Local.ToIPEndPoint());
        }
        await TestTransport.EventuallyAsync(() => receiver.Messages == Count);
        Assert.Equal(0, transport.Counters[0].SendFailed);
        Assert.Equal(0, transport.Counters[0].ReceiveErrors);
        Assert.NotEqual(0, transport.Counters[0].Unreachable);
    }

    private static SipTransport Start(Receiver receiver, bool ipv6)
    {
        var options = new SipTransportOptions();
        options.Listeners.Add(ipv6 ? TestTransport.Udp6() : TestTransport.Udp());
        var transport = new SipTransport(
            options,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            TimeProvider.System
        );
        transport.Start(receiver);
        return transport;
    }

    private static int ClosedPort(bool ipv6)
    {
        using var socket = new Socket(ipv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private sealed class Receiver : ISipReceiver
    {
        private int _messages;

        public ConcurrentQueue<(SipEndPoint Remote, string Quoted)> Reports { get; } = [];

        public int Messages => Volatile.Read(ref _messages);

        public void OnMessage(SipMessage message, in SipFlow source) => Interlocked.Increment(ref _messages);

        public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) { }

        public void OnSendFailed(ulong token) { }

        public void OnFlowClosed(in SipFlow flow) { }

        public void OnUnreachable(in SipFlow flow, ReadOnlySpan<byte> quoted) =>
            Reports.Enqueue((flow.Remote, Encoding.UTF8.GetString(quoted)));

        public void OnLoop() { }
    }
}
