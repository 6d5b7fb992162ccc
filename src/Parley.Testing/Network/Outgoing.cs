using Parley.Transport;

namespace Parley.Testing;

/// <summary>A datagram in a host's batch, not flushed yet.</summary>
internal readonly struct Outgoing(SipListener listener, SipEndPoint remote, byte[] buffer, int length)
{
    internal readonly SipListener Listener = listener;
    internal readonly SipEndPoint Remote = remote;
    internal readonly byte[] Buffer = buffer;
    internal readonly int Length = length;
}
