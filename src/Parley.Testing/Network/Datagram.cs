using System.Buffers;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>One datagram in flight: a pooled event over a pooled buffer.</summary>
internal sealed class Datagram(SimulatedNetwork network) : ISimulationEvent
{
    private byte[] _buffer = [];
    private int _length;
    private SimulatedTransport? _to;
    private SipListener? _listener;
    private SipEndPoint _source;

    internal void Fill(SimulatedTransport to, SipListener listener, in SipEndPoint source, ReadOnlySpan<byte> bytes)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(_buffer);
        _length = bytes.Length;
        _to = to;
        _listener = listener;
        _source = source;
    }

    public void Run(long argument)
    {
        (SimulatedTransport to, SipListener listener, byte[] buffer, int length) = (_to!, _listener!, _buffer, _length);
        (_to, _listener, _buffer) = (null, null, []);
        var flow = new SipFlow(listener, _source);
        network.Return(this);
        to.Deliver(buffer, length, flow);
    }
}
