using System.Net;
using Parley.Transport;

namespace Parley.Proxy.Tests.RecordRoute;

/// <summary>Knows what is own, sends nothing.</summary>
internal sealed class RoutingTransport(IReadOnlyList<SipListener> listeners, params string[] aliases) : ISipTransport
{
    private readonly SipListenerSet _set = new(listeners, aliases);

    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    public ICaptureTap? Tap { get; set; }

    /// <summary>UDP and TCP on 192.0.2.1:5060, TLS on 5061, UDP on [2001:db8::1]:5060, and names.</summary>
    public static RoutingTransport Create(params string[] aliases) =>
        new(
            [
                Listener(0, SipProtocol.Udp, "192.0.2.1", 5060),
                Listener(1, SipProtocol.Tcp, "192.0.2.1", 5060),
                Listener(2, SipProtocol.Tls, "192.0.2.1", 5061),
                Listener(3, SipProtocol.Udp, "2001:db8::1", 5060),
                Listener(4, SipProtocol.Ws, "192.0.2.1", 80),
                Listener(5, SipProtocol.Wss, "192.0.2.1", 443),
            ],
            aliases
        );

    public static SipListener Listener(int index, SipProtocol protocol, string address, int port, string? advertised = null) =>
        new(index, protocol, SipEndPoint.From(IPAddress.Parse(address), port), advertised);

    public SipFlow From(int listener, string address = "198.51.100.7", int port = 5060, long connection = 0) =>
        new(Listeners[listener], SipEndPoint.From(IPAddress.Parse(address), port), connection);

    public SipListener? SelectListener(
        SipProtocol protocol,
        SipEndPoint target,
        SipListener? preferred = null,
        SipListener? received = null
    ) => _set.Select(protocol, target, preferred, received);

    public bool IsOwn(ReadOnlySpan<byte> host, int port) => _set.IsOwn(host, port);

    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => _set.FindOwn(host, port, transport);

    public void Start(ISipReceiver receiver) { }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0) => SipSendResult.Failed;

    public void Flush() { }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
