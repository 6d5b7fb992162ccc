// The agreed surface of this floor. Its owner replaces this file with one type per file and real bodies.
#pragma warning disable CS1591, RS0016, CA1822, IDE0060, CA1065, CA1034
using System.Net;
using Parley.Sip;

namespace Parley.Transport;

public enum SipProtocol : byte { Udp, Tcp, Tls, Ws, Wss }

/// <summary>An IP address and port as a value: no object per datagram.</summary>
public readonly record struct SipEndPoint(ulong High, ulong Low, uint ScopeId, ushort Port, bool IsIPv6)
{
    public static SipEndPoint From(IPAddress address, int port) => throw new NotImplementedException();
    public static SipEndPoint From(IPEndPoint endPoint) => From(endPoint.Address, endPoint.Port);
    /// <summary>"192.0.2.1", "2001:db8::1" or the same in brackets; false for a name.</summary>
    public static bool TryParseHost(ReadOnlySpan<byte> host, int port, out SipEndPoint endPoint) => throw new NotImplementedException();
    public IPEndPoint ToIPEndPoint() => throw new NotImplementedException();
    /// <summary>The address alone, IPv6 with brackets when asked.</summary>
    public int FormatAddress(Span<byte> destination, bool brackets) => throw new NotImplementedException();
    public bool SameAddress(SipEndPoint other) => throw new NotImplementedException();
    public bool IsLoopback => throw new NotImplementedException();
    public SipEndPoint WithPort(int port) => throw new NotImplementedException();
}

/// <summary>A place where this element hears SIP: protocol, address, and the name it gives itself in Via and Record-Route.</summary>
public sealed class SipListener
{
    public SipListener(int index, SipProtocol protocol, SipEndPoint local, string? advertisedHost = null, int advertisedPort = 0) => throw new NotImplementedException();
    public int Index => throw new NotImplementedException();
    public SipProtocol Protocol => throw new NotImplementedException();
    public SipEndPoint Local => throw new NotImplementedException();
    /// <summary>Advertised (or own) host as it stands in Via and Record-Route, IPv6 in brackets.</summary>
    public ReadOnlySpan<byte> Host => throw new NotImplementedException();
    public int Port => throw new NotImplementedException();
    /// <summary>"host:port"; the port always written.</summary>
    public ReadOnlySpan<byte> SentBy => throw new NotImplementedException();
    public bool IsReliable => throw new NotImplementedException();
    /// <summary>"UDP", "TCP", "TLS", "WS", "WSS" as Via has it; <see cref="UriTransport"/> in lower case as a URI parameter has it.</summary>
    public ReadOnlySpan<byte> ViaTransport => throw new NotImplementedException();
    public ReadOnlySpan<byte> UriTransport => throw new NotImplementedException();
    /// <summary>"udp:192.0.2.1:5060", the form of the dialog table's socket columns.</summary>
    public override string ToString() => throw new NotImplementedException();
}

/// <summary>Where a message came from or shall go: the listener it uses, the far end, and for streams the connection (0: any or a new one).</summary>
public readonly record struct SipFlow(SipListener Listener, SipEndPoint Remote, long ConnectionId = 0);

public enum SipSendResult : byte
{
    /// <summary>Sent, or queued to leave with the batch or when the connection is up; a later failure is reported to OnSendFailed.</summary>
    Queued,
    /// <summary>Known at once to be impossible (no route, connection refused before, limit, too large); nothing is reported later.</summary>
    Failed,
}

/// <summary>What the floors above see of the network: real sockets, or Parley.Testing's network.</summary>
public interface ISipTransport : IAsyncDisposable
{
    IReadOnlyList<SipListener> Listeners { get; }

    /// <summary>The listener to reach this target from: same protocol and address family; <paramref name="preferred"/> when it fits (same socket as received on). Null when there is none.</summary>
    SipListener? SelectListener(SipProtocol protocol, SipEndPoint target, SipListener? preferred = null);

    /// <summary>True when host and port (0: the protocol's default) name this element: a listener's address, its advertised name, or a configured alias.</summary>
    bool IsOwn(ReadOnlySpan<byte> host, int port);

    /// <summary>The listener that a host, port and transport of ours (a Record-Route URI's) names; null when none does.</summary>
    SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport);

    /// <summary>Starts hearing. Called once.</summary>
    void Start(ISipReceiver receiver);

    /// <summary>Stops accepting, lets what is queued leave, closes.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Copies the message into the calling thread's batch (datagrams) or the connection's output (streams). Never blocks, never throws for network reasons.</summary>
    /// <remarks>token: not 0, given back in OnSendFailed when a queued message could not be sent.</remarks>
    SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0);

    /// <summary>Sends what the calling thread has batched. The receive loop calls it after each batch; other threads call it when they end a piece of work.</summary>
    void Flush();

    /// <summary>Sees every message in both directions at the boundary; null for none.</summary>
    ICaptureTap? Tap { get; set; }
}

/// <summary>Receives what comes from the network. Calls come from receive loops and pool threads, possibly many at once.</summary>
public interface ISipReceiver
{
    /// <summary>A parsed message. It and its buffer are the transport's: valid during the call only (Retain to keep).</summary>
    void OnMessage(SipMessage message, in SipFlow source);
    /// <summary>Bytes that are a SIP request in outline but must be refused: result says how. Only requests whose Via, From, To, Call-ID, CSeq could be found come here; the rest is counted and dropped.</summary>
    void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source);
    /// <summary>A queued message could not be sent.</summary>
    void OnSendFailed(ulong token);
    /// <summary>A stream connection is gone.</summary>
    void OnFlowClosed(in SipFlow flow);
    /// <summary>A receive loop calls it on its own thread after each batch and at least every 10 ms: the place to run that thread's timer wheel. Flush follows.</summary>
    void OnLoop();
}

public interface ICaptureTap
{
    /// <summary>Sees bytes that arrived or are about to leave; must not keep the span nor block.</summary>
    void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message);
}

/// <summary>RFC 3263: from a URI to an ordered list of places.</summary>
public interface ISipServerLocator
{
    /// <summary>Targets in the order to try, appended to <paramref name="targets"/>; completes synchronously without allocation for literals and cached names. False: nothing found (or unsupported scheme/transport).</summary>
    ValueTask<bool> LocateAsync(SipUri uri, IList<SipTarget> targets, CancellationToken cancellationToken);
    /// <summary>The synchronous part alone: a literal address, no allocation; false when a lookup is needed.</summary>
    bool TryLocateLiteral(SipUriView uri, out SipTarget target);
    /// <summary>Remembers for a while that a target failed, so that later lookups try it last.</summary>
    void ReportFailure(SipTarget target);
}
public readonly record struct SipTarget(SipProtocol Protocol, SipEndPoint EndPoint);
