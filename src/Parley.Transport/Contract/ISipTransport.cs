namespace Parley.Transport;

/// <summary>What the floors above see of the network: real sockets, or Parley.Testing's network.</summary>
public interface ISipTransport : IAsyncDisposable
{
    /// <summary>Where this element listens; <see cref="SipListener.Index"/> is the place in this list.</summary>
    IReadOnlyList<SipListener> Listeners { get; }

    /// <summary>Sees every message in both directions at the boundary; null for none.</summary>
    ICaptureTap? Tap { get; set; }

    /// <summary>The listener to reach a target from: same protocol and address family. Null when there is none.</summary>
    /// <param name="protocol">The protocol to use.</param>
    /// <param name="target">Where to.</param>
    /// <param name="preferred">Taken when it fits: a decision made earlier, such as a Record-Route of ours.</param>
    /// <param name="received">Where the message that is relayed came in. Taken where neither <paramref name="preferred"/> nor the system's routing
    /// table says which of several listeners to use.</param>
    SipListener? SelectListener(SipProtocol protocol, SipEndPoint target, SipListener? preferred = null, SipListener? received = null);

    /// <summary>True when host and port name this element: a listener's address, its advertised name, or a configured alias.</summary>
    /// <param name="host">The host part of a URI or Via, in any case.</param>
    /// <param name="port">Its port; 0 when it has none, which means the protocol's default.</param>
    bool IsOwn(ReadOnlySpan<byte> host, int port);

    /// <summary>The listener that a host, port and transport of ours (a Record-Route URI's) names; null when none does.</summary>
    /// <param name="host">The host part of the URI.</param>
    /// <param name="port">Its port, 0 when it has none.</param>
    /// <param name="transport">Its transport parameter, empty when it has none.</param>
    SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport);

    /// <summary>Starts hearing. Called once.</summary>
    /// <param name="receiver">Gets all that arrives.</param>
    /// <exception cref="InvalidOperationException">Started before, or stopped.</exception>
    void Start(ISipReceiver receiver);

    /// <summary>Stops accepting, lets what is queued leave, closes.</summary>
    /// <param name="cancellationToken">Ends the waiting; what has not left by then is lost.</param>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Copies the message into the calling thread's batch (datagrams) or the connection's output (streams). Never blocks, never throws for network reasons.</summary>
    /// <param name="flow">The way to take.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="token">Not 0: given back in <see cref="ISipReceiver.OnSendFailed"/> when the queued message could not be sent.</param>
    SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0);

    /// <summary>As the other; gives the connection it leaves by. A new one is opened on behalf of a source, which may have only a bounded number opened at once.</summary>
    /// <param name="flow">The way to take.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="token">As of the other.</param>
    /// <param name="cause">Whose request makes us send: its source; default for this element itself, which has no bound of its own.</param>
    /// <param name="connectionId">The stream connection it leaves by; 0 for a datagram, and when it failed.</param>
    SipSendResult SendFor(in SipFlow flow, ReadOnlySpan<byte> message, ulong token, SipEndPoint cause, out long connectionId)
    {
        connectionId = flow.ConnectionId;
        return Send(flow, message, token);
    }

    /// <summary>What has become of a stream connection. After <see cref="ISipReceiver.OnFlowClosed"/> it is <see cref="SipConnectionState.Gone"/>.</summary>
    /// <param name="connectionId">As in a flow.</param>
    SipConnectionState StateOf(long connectionId) => SipConnectionState.Open;

    /// <summary>The far end of a connection is no stranger any more (it registered, it has a dialog): the connection may be idle for longer, and does not make room for others.</summary>
    /// <param name="connectionId">As in a flow; one that is gone, or 0, is passed over.</param>
    void MarkKnown(long connectionId) { }

    /// <summary>Sends what the calling thread has batched. The receive loop calls it after each batch; other threads call it when they end a piece of work.</summary>
    void Flush();
}
