using Parley.Transport;

namespace Parley.Testing;

/// <summary>The ACK of a 2xx, kept for retransmission.</summary>
internal sealed record SentAck(byte[] Bytes, SipFlow Flow);
