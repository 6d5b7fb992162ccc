using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Stores;

/// <summary>A UDP port of loopback: answers every request with 200 and notes when the response to one of its own came.</summary>
internal sealed class Phone : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
    private readonly Dictionary<string, TaskCompletionSource<(int Status, long At)>> _waiting = [];

    public Phone()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        new Thread(Receive) { IsBackground = true }.Start();
    }

    public int Port { get; }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Sends a request, again after each interval, and waits for its final response; the status and the time since it was first sent. 0: none came.</summary>
    public async Task<(int Status, TimeSpan Took)> AskAsync(int port, string callId, string request, TimeSpan repeat, TimeSpan limit)
    {
        var answer = new TaskCompletionSource<(int Status, long At)>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
            _waiting[callId] = answer;
        byte[] bytes = Encoding.ASCII.GetBytes(request.ReplaceLineEndings("\r\n"));
        var proxy = new IPEndPoint(IPAddress.Loopback, port);
        long begin = Stopwatch.GetTimestamp();
        while (!answer.Task.IsCompleted && Stopwatch.GetElapsedTime(begin) < limit)
        {
            try
            {
                _socket.SendTo(bytes, proxy);
            }
            catch (SocketException)
            {
                // Nobody listens yet (ICMP).
            }

            await Task.WhenAny(answer.Task, Task.Delay(repeat));
        }

        if (!answer.Task.IsCompleted)
            return (0, limit);
        (int status, long at) = await answer.Task;
        return (status, Stopwatch.GetElapsedTime(begin, at));
    }

    private void Receive()
    {
        byte[] buffer = new byte[65_536];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (true)
        {
            try
            {
                int length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
                Take(Encoding.ASCII.GetString(buffer, 0, length), from);
            }
            catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // As above.
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Take(string message, SocketAddress from)
    {
        long now = Stopwatch.GetTimestamp();
        if (message.StartsWith("ACK", StringComparison.Ordinal))
            return;
        string[] lines = message.Split("\r\n");
        if (!message.StartsWith("SIP/2.0 ", StringComparison.Ordinal))
        {
            string[] names = ["Via:", "From:", "To:", "Call-ID:", "CSeq:", "Record-Route:"];
            IEnumerable<string> repeated = lines
                .Where(line => names.Any(name => line.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
                .Select(static line =>
                    line.StartsWith("To:", StringComparison.Ordinal) && !line.Contains(";tag=") ? line + ";tag=p" : line
                );
            string answer =
                $"SIP/2.0 200 OK\r\n{string.Join("\r\n", repeated)}\r\nContact: <sip:p@127.0.0.1:{Port}>\r\nContent-Length: 0\r\n\r\n";
            _socket.SendTo(Encoding.ASCII.GetBytes(answer), SocketFlags.None, from);
            return;
        }

        int status = (message[8] - '0') * 100 + (message[9] - '0') * 10 + message[10] - '0';
        string callId = lines.First(static line => line.StartsWith("Call-ID:", StringComparison.Ordinal))[8..].Trim();
        if (status < 200)
            return;
        lock (_waiting)
        {
            if (_waiting.Remove(callId, out TaskCompletionSource<(int Status, long At)>? waits))
                waits.SetResult((status, now));
        }
    }
}
