using System.Net;
using System.Net.Sockets;

namespace Parley.Transport;

/// <summary>UDP by the Socket overloads that allocate nothing: a wait, then one receive per datagram.</summary>
internal sealed class PortableDatagramSocket : DatagramSocket
{
    private const int SioUdpConnReset = -1744830452; // 0x9800000C

    private readonly Socket _socket;
    private readonly bool _isIPv6;
    private readonly int _batchSize;
    private readonly int _stride;
    private readonly SocketAddress _from;
    private readonly byte[] _buffer;
    private readonly int[] _lengths;
    private readonly SipEndPoint[] _remotes;

    public PortableDatagramSocket(IPEndPoint endPoint, SipListenerOptions options, int batchSize, int maxMessageSize)
    {
        _isIPv6 = endPoint.AddressFamily == AddressFamily.InterNetworkV6;
        _batchSize = batchSize;
        _socket = DatagramSocketSetup.Create(endPoint, options, share: false);
        if (OperatingSystem.IsWindows())
            _socket.IOControl(SioUdpConnReset, [0, 0, 0, 0], null); // an ICMP error of one far end is no error of the socket
        Local = SipEndPoint.From((IPEndPoint)_socket.LocalEndPoint!);
        _from = new SocketAddress(endPoint.AddressFamily);
        _stride = maxMessageSize + 1; // one byte more, to detect a datagram that is too long
        _buffer = GC.AllocateUninitializedArray<byte>(_stride * batchSize, pinned: true);
        _lengths = new int[batchSize];
        _remotes = new SipEndPoint[batchSize];
    }

    public override SipEndPoint Local { get; }

    public override byte[] Buffer => _buffer;

    public override long KernelDrops => 0;

    public override int GrantedReceiveBuffer => _socket.ReceiveBufferSize;

    public override int GrantedSendBuffer => _socket.SendBufferSize;

    public override int Receive(int wait)
    {
        var count = 0;
        try
        {
            if (!_socket.Poll(wait * 1000, SelectMode.SelectRead))
                return 0;
            do
            {
                _lengths[count] = _socket.ReceiveFrom(_buffer.AsSpan(count * _stride, _stride), SocketFlags.None, _from);
                _remotes[count] = SocketAddressBytes.Read(_from.Buffer.Span, _isIPv6);
                count++;
            } while (count < _batchSize && _socket.Available > 0);
            return count;
        }
        catch (SocketException e)
        {
            if (count > 0)
                return count;
            return
                e.SocketErrorCode
                    is SocketError.TimedOut
                        or SocketError.WouldBlock
                        or SocketError.Interrupted
                        or SocketError.ConnectionReset
                        or SocketError.ConnectionRefused
                        or SocketError.MessageSize
                ? 0
                : -1;
        }
    }

    public override int OffsetOf(int index) => index * _stride;

    public override int LengthOf(int index) => _lengths[index];

    public override SipEndPoint RemoteOf(int index) => _remotes[index];

    public override bool IsTruncated(int index) => _lengths[index] >= _stride;

    public override DatagramOutput CreateOutput(SipTransportCounters counters) => new PortableDatagramOutput(_socket, _batchSize, counters);

    public override void Dispose() => _socket.Dispose();
}
