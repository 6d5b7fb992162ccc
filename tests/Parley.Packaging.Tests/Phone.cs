using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Packaging.Tests;

/// <summary>As much of a phone as one call needs, over a real socket: Parley itself is on the other side only.</summary>
internal sealed class Phone : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));

    public int Port => ((IPEndPoint)_socket.Client.LocalEndPoint!).Port;

    /// <summary>A port of this machine that nothing listened at a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.Client.LocalEndPoint!).Port;
    }

    /// <summary>Sends a request until a final response comes; the proxy may still be starting.</summary>
    /// <param name="method">Any but ACK.</param>
    /// <param name="uri">The request-URI.</param>
    /// <param name="proxy">Where it goes.</param>
    /// <param name="callId">The Call-ID, also part of the branch.</param>
    /// <param name="cseq">Its number.</param>
    /// <param name="more">Further header lines: Route, and the To of a request within a dialog.</param>
    public async Task<string> AskAsync(string method, string uri, int proxy, string callId, int cseq, string more)
    {
        string request = Request(method, uri, callId, cseq, more);
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            await SendAsync(request, proxy);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            pause.CancelAfter(500);
            try
            {
                string answer;
                do answer = await ReceiveAsync(pause.Token);
                while (
                    answer.StartsWith("SIP/2.0 1", StringComparison.Ordinal)
                    || !answer.Contains($"CSeq: {cseq} {method}", StringComparison.Ordinal)
                );
                return answer;
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested) { }
            catch (SocketException) { } // ICMP: nothing listens there yet
        }
    }

    /// <summary>A whole call: INVITE, 200, ACK, BYE, 200. Its first line per step.</summary>
    public async Task<IReadOnlyList<string>> CallAsync(int proxy)
    {
        string callId = Guid.NewGuid().ToString("N");
        string answer = await AskAsync("INVITE", $"sip:bob@127.0.0.1:{proxy}", proxy, callId, 1, "To: <sip:bob@127.0.0.1>\r\n");
        if (!answer.StartsWith("SIP/2.0 200", StringComparison.Ordinal))
            return [FirstLine(answer)];
        string contact = Header(answer, "Contact").Trim('<', '>');
        string route = string.Concat(
            answer
                .Split("\r\n")
                .Where(static l => l.StartsWith("Record-Route:", StringComparison.Ordinal))
                .Reverse()
                .Select(static l => l["Record-".Length..] + "\r\n")
        );
        string within = $"To: {Header(answer, "To")}\r\n{route}";
        await SendAsync(Request("ACK", contact, callId, 1, within), proxy);
        string over = await AskAsync("BYE", contact, proxy, callId, 2, within);
        return [FirstLine(answer), FirstLine(over)];
    }

    /// <summary>Answers every INVITE and BYE with 200 until disposed; the methods that came.</summary>
    public async Task<IReadOnlyList<string>> AnswerAsync(CancellationToken until)
    {
        var methods = new List<string>();
        try
        {
            while (true)
            {
                UdpReceiveResult received = await _socket.ReceiveAsync(until);
                string request = Encoding.UTF8.GetString(received.Buffer);
                string method = request.Split(' ')[0];
                methods.Add(method);
                if (method == "ACK")
                    continue;
                string copied = string.Concat(
                    request
                        .Split("\r\n")
                        .Where(static l => CopiedHeaders.Any(h => l.StartsWith(h, StringComparison.Ordinal)))
                        .Select(static l =>
                            (
                                l.StartsWith("To:", StringComparison.Ordinal) && !l.Contains(";tag=", StringComparison.Ordinal)
                                    ? l + ";tag=bob"
                                    : l
                            ) + "\r\n"
                        )
                );
                string answer = $"SIP/2.0 200 OK\r\n{copied}Contact: <sip:bob@127.0.0.1:{Port}>\r\nContent-Length: 0\r\n\r\n";
                await _socket.SendAsync(Encoding.UTF8.GetBytes(answer), received.RemoteEndPoint, CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            return methods;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static readonly string[] CopiedHeaders = ["Via:", "Record-Route:", "From:", "To:", "Call-ID:", "CSeq:"];

    private string Request(string method, string uri, string callId, int cseq, string more) =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{Port};branch=z9hG4bK{callId}{method}\r\nMax-Forwards: 70\r\n"
        + $"From: <sip:alice@127.0.0.1>;tag=alice\r\n{more}Call-ID: {callId}\r\nCSeq: {cseq} {method}\r\n"
        + $"Contact: <sip:alice@127.0.0.1:{Port}>\r\nContent-Length: 0\r\n\r\n";

    private static string FirstLine(string message) => message[..message.IndexOf('\r', StringComparison.Ordinal)];

    private static string Header(string message, string name) =>
        message.Split("\r\n").First(l => l.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    private async Task SendAsync(string message, int port) =>
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message), new IPEndPoint(IPAddress.Loopback, port));

    private async Task<string> ReceiveAsync(CancellationToken cancellation) =>
        Encoding.UTF8.GetString((await _socket.ReceiveAsync(cancellation)).Buffer);
}
