using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Parley.Transport.Tests.Streams;

/// <summary>A far end that speaks by hand.</summary>
internal sealed class StreamClient : IDisposable
{
    private readonly StringBuilder _heard = new();
    private readonly byte[] _buffer = new byte[16_384];

    private StreamClient(Socket socket, Stream? stream = null)
    {
        Socket = socket;
        Stream = stream ?? new NetworkStream(socket);
    }

    public Socket Socket { get; }

    public Stream Stream { get; }

    public static async Task<StreamClient> ConnectAsync(IPEndPoint endPoint, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
            socket.ReceiveBufferSize = receiveBuffer;
        await socket.ConnectAsync(endPoint).WaitAsync(TestReceiver.Patience);
        return new StreamClient(socket);
    }

    public static async Task<StreamClient> AcceptAsync(Socket listening) =>
        new(await listening.AcceptAsync().WaitAsync(TestReceiver.Patience));

    public StreamClient Over(Stream stream) => new(Socket, stream);

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes).AsTask().WaitAsync(TestReceiver.Patience);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads until the text was heard; returns all that came before and it.</summary>
    public async Task<string> HearAsync(string text)
    {
        while (true)
        {
            var heard = _heard.ToString();
            var at = heard.IndexOf(text, StringComparison.Ordinal);
            if (at >= 0)
            {
                _heard.Remove(0, at + text.Length);
                return heard[..(at + text.Length)];
            }
            var length = await Stream.ReadAsync(_buffer).AsTask().WaitAsync(TestReceiver.Patience);
            if (length == 0)
                throw new EndOfStreamException($"Closed after '{heard}'");
            _heard.Append(Encoding.UTF8.GetString(_buffer, 0, length));
        }
    }

    /// <summary>Reads until the far end closes, by FIN or reset; returns the number of bytes.</summary>
    public async Task<int> HearEndAsync()
    {
        var total = 0;
        try
        {
            while (true)
            {
                var length = await Stream.ReadAsync(_buffer).AsTask().WaitAsync(TestReceiver.Patience);
                if (length == 0)
                    return total;
                total += length;
            }
        }
        catch (IOException)
        {
            return total;
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        Socket.Dispose();
    }
}
