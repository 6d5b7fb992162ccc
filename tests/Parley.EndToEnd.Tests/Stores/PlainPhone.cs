using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.EndToEnd.Tests.Peers;
using Xunit;

namespace Parley.EndToEnd.Tests.Stores;

/// <summary>A UDP port of loopback that sends what a test writes and keeps what comes; requests other than ACK are answered with 200.</summary>
internal sealed class PlainPhone : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<string> _got = [];
    private readonly int _proxy;

    public PlainPhone(int proxy)
    {
        _proxy = proxy;
        Port = Ports.Next();
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _ = ReceiveAsync();
    }

    public int Port { get; }

    public string Uri => $"sip:phone@127.0.0.1:{Port}";

    public void Dispose() => _socket.Dispose();

    public void Send(string message) =>
        _socket.SendTo(Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n")), new IPEndPoint(IPAddress.Loopback, _proxy));

    /// <summary>The first message that begins so and has this Call-ID.</summary>
    public async Task<string> ExpectAsync(string begin, string callId, int seconds = 10)
    {
        for (int i = 0; i < seconds * 50; i++)
        {
            lock (_got)
            {
                if (_got.Find(message => Is(message, begin, callId)) is { } found)
                    return found;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        lock (_got)
            throw new InvalidOperationException($"{begin} of {callId} did not come, but:\n{string.Join('\n', _got)}");
    }

    /// <summary>How many such messages came.</summary>
    public int Count(string begin, string callId)
    {
        lock (_got)
            return _got.Count(message => Is(message, begin, callId));
    }

    /// <summary>The values of a header's lines.</summary>
    public static IEnumerable<string> Header(string message, string name) =>
        message
            .Split("\r\n")
            .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(name.Length + 1)..].Trim());

    private static bool Is(string message, string begin, string callId) =>
        message.StartsWith(begin, StringComparison.Ordinal) && Header(message, "Call-ID").SequenceEqual([callId]);

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[65_536];
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                string message = Encoding.UTF8.GetString(buffer, 0, got.ReceivedBytes);
                lock (_got)
                    _got.Add(message);
                if (!message.StartsWith("SIP/2.0", StringComparison.Ordinal) && !message.StartsWith("ACK", StringComparison.Ordinal))
                    await _socket.SendToAsync(Encoding.UTF8.GetBytes(Answer(message)), got.RemoteEndPoint);
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private string Answer(string request)
    {
        string[] repeated = ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"];
        IEnumerable<string> lines = request
            .Split("\r\n")
            .Where(line => repeated.Any(name => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)));
        return $"SIP/2.0 200 OK\r\n{string.Join("\r\n", lines)}\r\nContact: <{Uri}>\r\nContent-Length: 0\r\n\r\n";
    }
}
