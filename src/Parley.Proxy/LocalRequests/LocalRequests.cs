#pragma warning disable CA1822, CA1065, IDE0060 // skeleton: bodies follow
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Sends requests of this element's own: BYE, OPTIONS, re-INVITE, ACK.</summary>
public sealed class LocalRequests
{
    /// <summary>Sends a request in a client transaction of its own; the local-request hooks run first.</summary>
    /// <param name="request">A whole request without Via; copied.</param>
    /// <param name="flow">Over which to send; null: where the top Route or request-URI says (RFC 3263).</param>
    /// <param name="user">Gets the responses.</param>
    /// <param name="state">Given back in <see cref="LocalRequest.State"/>.</param>
    /// <param name="timeout">How long to wait for a final response; null: 64*T1.</param>
    /// <param name="newConnections">False: over a stream only when its connection is there already.</param>
    /// <returns>False when it could not even be tried; then the user hears nothing.</returns>
    public bool Send(ReadOnlySpan<byte> request, SipFlow? flow, ILocalRequestUser user, object? state = null, TimeSpan? timeout = null, bool newConnections = true) =>
        throw new NotImplementedException();

    /// <summary>Sends the ACK of a 2xx, without a transaction.</summary>
    /// <param name="ack">A whole ACK without Via.</param>
    /// <param name="flow">Over which to send; null: where the top Route or request-URI says.</param>
    /// <returns>False when it could not be sent.</returns>
    public bool SendAck(ReadOnlySpan<byte> ack, SipFlow? flow) => throw new NotImplementedException();
}
