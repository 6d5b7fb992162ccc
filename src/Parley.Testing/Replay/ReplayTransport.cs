using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>Listeners without a network: hands up what it is given, and gives what is sent to a callback. For replays, and for requests that are tried without effect.</summary>
internal sealed class ReplayTransport : ISipTransport
{
    private const int LargestDatagram = 65_507;

    private readonly SipListenerSet _set;
    private readonly Dictionary<(SipProtocol Protocol, SipEndPoint Remote), long> _connections = [];
    private readonly SipMessage _message = new();
    private readonly Action<SipFlow, byte[]> _sent;
    private ISipReceiver? _receiver;
    private bool _isGone;

    /// <param name="listeners">Where it listens.</param>
    /// <param name="ownNames">What else names the element; bad ones are passed over.</param>
    /// <param name="sent">Gets each message that is sent, with its way.</param>
    public ReplayTransport(IReadOnlyList<SipListener> listeners, IEnumerable<string> ownNames, Action<SipFlow, byte[]> sent)
    {
        _set = new SipListenerSet(listeners, ownNames.Where(IsName).Distinct(StringComparer.OrdinalIgnoreCase));
        _sent = sent;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    /// <inheritdoc/>
    public ICaptureTap? Tap { get; set; }

    /// <summary>Listeners from texts such as "udp:192.0.2.1:5060 as sip.example.com"; those that cannot be read are passed over.</summary>
    public static List<SipListener> Parse(IEnumerable<string> texts)
    {
        var listeners = new List<SipListener>();
        foreach (string text in texts)
        {
            if (!SipListenerOptions.TryParse(text, out SipListenerOptions? options) || options.EndPoint.Port == 0)
                continue;
            listeners.Add(
                new SipListener(
                    listeners.Count,
                    options.Protocol,
                    SipEndPoint.From(options.EndPoint),
                    options.AdvertisedHost,
                    options.AdvertisedPort
                )
            );
        }

        return listeners;
    }

    /// <summary>The listener for a message: the named one, or the first of its protocol and family; null when there is none.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="remote">The far end.</param>
    /// <param name="local">The listener's address as recorded; null when it was not.</param>
    public SipListener? ListenerFor(SipProtocol protocol, SipEndPoint remote, SipEndPoint? local)
    {
        SipListener? fitting = null;
        foreach (SipListener listener in Listeners)
        {
            if (listener.Protocol != protocol || listener.Local.IsIPv6 != remote.IsIPv6)
                continue;
            if (local is { } known && listener.Local == known)
                return listener;
            // A wildcard socket is a listener for each address that came up.
            if (local is { } used && listener.Local.IsAny && listener.Local.Port == used.Port && used.IsIPv6 == remote.IsIPv6)
                return listener.At(used);
            fitting ??= listener;
        }

        return fitting;
    }

    /// <summary>The way from a far end: of a stream, its connection, which stays open.</summary>
    public SipFlow FlowFrom(SipListener listener, SipEndPoint remote) =>
        new(listener, remote, listener.IsReliable ? ConnectionTo(listener.Protocol, remote) : 0);

    /// <summary>Hands up a message.</summary>
    /// <returns>False when it is no SIP.</returns>
    public bool Receive(byte[] bytes, in SipFlow source)
    {
        if (_receiver is null)
            return false;
        SipParseResult result = _message.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        Tap?.OnMessage(inbound: true, source, bytes);
        if (result.Status == SipParseStatus.Ok)
            _receiver.OnMessage(_message, source);
        else if (result.Status == SipParseStatus.Reject && SipScreening.IsAnswerable(_message))
            _receiver.OnMalformed(_message, result, source);
        else
            return false;
        return true;
    }

    /// <inheritdoc/>
    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0) =>
        SendFor(flow, message, token, default, out _);

    /// <inheritdoc/>
    public SipSendResult SendFor(in SipFlow flow, ReadOnlySpan<byte> message, ulong token, SipEndPoint cause, out long connectionId)
    {
        connectionId = 0;
        if (
            _isGone
            || flow.Listener is null
            || message.IsEmpty
            || flow.Remote.IsIPv6 != flow.Listener.Local.IsIPv6
            || flow.Remote.Port == 0
        )
            return SipSendResult.Failed;
        if (!flow.Listener.IsReliable && message.Length > LargestDatagram)
            return SipSendResult.Failed;
        if (flow.Listener.IsReliable)
            connectionId = flow.ConnectionId != 0 ? flow.ConnectionId : ConnectionTo(flow.Listener.Protocol, flow.Remote);
        Tap?.OnMessage(inbound: false, flow, message);
        _sent(flow, message.ToArray());
        return SipSendResult.Queued;
    }

    /// <inheritdoc/>
    public SipListener? SelectListener(
        SipProtocol protocol,
        SipEndPoint target,
        SipListener? preferred = null,
        SipListener? received = null
    ) => _set.Select(protocol, target, preferred, received);

    /// <inheritdoc/>
    public bool IsOwn(ReadOnlySpan<byte> host, int port) => _set.IsOwn(host, port);

    /// <inheritdoc/>
    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => _set.FindOwn(host, port, transport);

    /// <inheritdoc/>
    public void Start(ISipReceiver receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        if (_receiver is not null || _isGone)
            throw new InvalidOperationException("Started before, or gone.");
        _receiver = receiver;
    }

    /// <inheritdoc/>
    public void Flush() { }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _isGone = true;
        _receiver = null;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private long ConnectionTo(SipProtocol protocol, SipEndPoint remote)
    {
        if (!_connections.TryGetValue((protocol, remote), out long id))
            _connections.Add((protocol, remote), id = _connections.Count + 1);
        return id;
    }

    private static bool IsName(string name)
    {
        try
        {
            _ = new SipListenerSet([], [name]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
