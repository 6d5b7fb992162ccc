namespace Parley.Transport;

/// <summary>Sees what crosses the boundary, for captures (HEP, tests).</summary>
public interface ICaptureTap
{
    /// <summary>Sees bytes that arrived or are about to leave; must not keep the span nor block.</summary>
    /// <param name="inbound">The direction.</param>
    /// <param name="flow">The way.</param>
    /// <param name="message">The bytes; not always well-formed SIP when inbound.</param>
    void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message);
}
