using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Server.Fuzz;

/// <summary>A stranger with a UDP socket and, now and then, a TCP connection. It does what it is told and hears what comes.</summary>
internal sealed class Party : IDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private readonly IPEndPoint _server;
    private readonly byte[] _buffer = new byte[65_536];
    private Socket? _tcp;

    public Party(string user, int serverPort)
    {
        User = user;
        _server = new IPEndPoint(IPAddress.Loopback, serverPort);
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // Nobody hears there any more: no error for the next one.
        Port = ((IPEndPoint)_udp.LocalEndPoint!).Port;
    }

    public string User { get; }

    public int Port { get; }

    public string Contact => string.Create(CultureInfo.InvariantCulture, $"<sip:{User}@127.0.0.1:{Port}>");

    public void SendDatagram(ReadOnlySpan<byte> message)
    {
        try
        {
            _udp.SendTo(message, SocketFlags.None, _server);
        }
        catch (SocketException)
        {
            // Full, or refused before: lost.
        }
    }

    /// <summary>By its connection, which is opened where there is none; in pieces where that is asked for.</summary>
    public void SendStream(ReadOnlySpan<byte> bytes, int pieces)
    {
        try
        {
            if (_tcp is null)
            {
                _tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = 500 };
                _tcp.Connect(_server);
            }

            for (int i = 0, size = Math.Max(1, bytes.Length / Math.Max(1, pieces)); i < bytes.Length; i += size)
                _tcp.Send(bytes.Slice(i, Math.Min(size, bytes.Length - i)));
        }
        catch (SocketException)
        {
            Hang(reset: true);
        }
    }

    /// <summary>Ends its connection.</summary>
    public void Hang(bool reset)
    {
        if (reset && _tcp is not null)
            _tcp.LingerState = new LingerOption(true, 0);
        _tcp?.Dispose();
        _tcp = null;
    }

    /// <summary>What has come since, by either way. Several messages read from a stream at once are one text: a broken party takes them as it likes.</summary>
    public IEnumerable<string> Heard()
    {
        while (Read(_udp) is { } datagram)
            yield return datagram;
        while (_tcp is not null && _tcp.Poll(0, SelectMode.SelectRead))
        {
            if (Read(_tcp) is not { } text)
            {
                Hang(reset: false);
                yield break;
            }

            yield return text;
        }
    }

    public void Dispose()
    {
        Hang(reset: false);
        _udp.Dispose();
    }

    private string? Read(Socket socket)
    {
        try
        {
            if (socket == _udp && _udp.Available == 0)
                return null;
            int length = socket.Receive(_buffer);
            return length == 0 && socket != _udp ? null : Encoding.Latin1.GetString(_buffer, 0, length);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
