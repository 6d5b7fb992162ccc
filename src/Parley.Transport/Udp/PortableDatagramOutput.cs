using System.Net;
using System.Net.Sockets;

namespace Parley.Transport;

/// <summary>A batch that leaves datagram by datagram.</summary>
internal sealed class PortableDatagramOutput : DatagramOutput
{
    private readonly Socket _socket;
    private readonly SocketAddress _to;
    private readonly int[] _offsets;
    private readonly int[] _lengths;
    private readonly SipEndPoint[] _remotes;

    public PortableDatagramOutput(Socket socket, int batchSize, SipTransportCounters counters)
        : base(batchSize, counters)
    {
        _socket = socket;
        _to = new SocketAddress(socket.AddressFamily);
        _offsets = new int[batchSize];
        _lengths = new int[batchSize];
        _remotes = new SipEndPoint[batchSize];
    }

    protected override void SetEntry(int index, int offset, int length, in SipEndPoint remote, in SipEndPoint local)
    {
        _offsets[index] = offset;
        _lengths[index] = length;
        _remotes[index] = remote;
    }

    protected override int SendSome(int start, int count)
    {
        _to.Size = SocketAddressBytes.Write(_to.Buffer.Span, _remotes[start]);
        try
        {
            _socket.SendTo(Buffer.AsSpan(_offsets[start], _lengths[start]), SocketFlags.None, _to);
            return 1;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return 0;
        }
    }
}
