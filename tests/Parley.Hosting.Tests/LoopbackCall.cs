using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Parley.Hosting.Tests;

/// <summary>A call over loopback sockets: INVITE, 200, ACK, BYE, 200, each seen where it has to arrive.</summary>
internal sealed class LoopbackCall : IDisposable
{
    private readonly UdpClient _alice = new(0, AddressFamily.InterNetwork);
    private readonly UdpClient _bob = new(0, AddressFamily.InterNetwork);
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public int BobPort => ((IPEndPoint)_bob.Client.LocalEndPoint!).Port;

    private int AlicePort => ((IPEndPoint)_alice.Client.LocalEndPoint!).Port;

    public async Task MakeAsync(int proxyPort, string user = "bob")
    {
        var proxy = new IPEndPoint(IPAddress.Loopback, proxyPort);
        await Send(_alice, Request("INVITE", $"sip:{user}@127.0.0.1:{proxyPort}", 1, ""), proxy);
        UdpReceiveResult invite = await Receive(_bob, "INVITE ");
        await Send(_bob, Answer(invite), invite.RemoteEndPoint);
        string ok = Text(await Receive(_alice, "SIP/2.0 200"));
        string route = "Route: " + Lines(ok, "Record-Route").Single()[14..] + "\r\n";
        await Send(_alice, Request("ACK", $"sip:bob@127.0.0.1:{BobPort}", 1, route), proxy);
        await Receive(_bob, "ACK ");
        await Send(_alice, Request("BYE", $"sip:bob@127.0.0.1:{BobPort}", 2, route), proxy);
        UdpReceiveResult bye = await Receive(_bob, "BYE ");
        await Send(_bob, Answer(bye), bye.RemoteEndPoint);
        Assert.Contains("CSeq: 2 BYE", Text(await Receive(_alice, "SIP/2.0 200")), StringComparison.Ordinal);
    }

    /// <summary>The status that a new INVITE gets at once.</summary>
    public async Task<int> RefusalOfAsync(int proxyPort)
    {
        await Send(
            _alice,
            Request("INVITE", $"sip:bob@127.0.0.1:{proxyPort}", 9, "", "late"),
            new IPEndPoint(IPAddress.Loopback, proxyPort)
        );
        return int.Parse(Text(await Receive(_alice, "SIP/2.0 "))[8..11], System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _patience.Dispose();
    }

    private string Request(string method, string uri, int cseq, string headers, string call = "loop") =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{AlicePort};branch=z9hG4bK{call}{cseq}{method}\r\nMax-Forwards: 70\r\n{headers}"
        + $"From: <sip:alice@127.0.0.1>;tag=f\r\nTo: <sip:bob@127.0.0.1>{(method == "INVITE" ? "" : ";tag=t")}\r\nCall-ID: {call}-{AlicePort}\r\n"
        + $"CSeq: {cseq} {method}\r\nContact: <sip:alice@127.0.0.1:{AlicePort}>\r\nContent-Length: 0\r\n\r\n";

    private string Answer(UdpReceiveResult request)
    {
        string text = Text(request);
        string to = Lines(text, "To").Single();
        return "SIP/2.0 200 OK\r\n"
            + string.Concat(
                new[] { "Via", "Record-Route", "From", "Call-ID", "CSeq" }.SelectMany(n => Lines(text, n)).Select(static l => l + "\r\n")
            )
            + (to.Contains(";tag=", StringComparison.Ordinal) ? to : to + ";tag=t")
            + $"\r\nContact: <sip:bob@127.0.0.1:{BobPort}>\r\nContent-Length: 0\r\n\r\n";
    }

    private static IEnumerable<string> Lines(string message, string name) =>
        message.Split("\r\n").Where(l => l.StartsWith(name + ":", StringComparison.Ordinal));

    private static string Text(UdpReceiveResult message) => Encoding.ASCII.GetString(message.Buffer);

    private async Task Send(UdpClient from, string text, IPEndPoint to) =>
        await from.SendAsync(Encoding.ASCII.GetBytes(text), to, _patience.Token);

    /// <summary>The next message that begins so; provisional responses and repetitions are passed over.</summary>
    private async Task<UdpReceiveResult> Receive(UdpClient at, string beginning)
    {
        while (true)
        {
            UdpReceiveResult message = await at.ReceiveAsync(_patience.Token);
            string text = Text(message);
            if (text.StartsWith(beginning, StringComparison.Ordinal) && !text.StartsWith("SIP/2.0 100", StringComparison.Ordinal))
                return message;
        }
    }
}
