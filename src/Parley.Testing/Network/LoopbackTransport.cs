using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>
/// A transport without a network, a clock or allocations: hands up what it is given and keeps the last message that was sent, a 100 apart. For tests
/// and benchmarks that count what a message costs; <see cref="SimulatedNetwork"/> is the one for calls. Used by one thread at a time.
/// </summary>
public sealed class LoopbackTransport : ISipTransport
{
    private const int LargestMessage = 16_384;

    private readonly SipListenerSet _set;
    private readonly byte[] _sent = new byte[LargestMessage];
    private readonly byte[] _received = new byte[LargestMessage];
    private readonly SipMessage _message = new();
    private ISipReceiver? _receiver;
    private int _sentLength;

    /// <summary>A transport with one UDP listener, 10.0.0.1:5060.</summary>
    public LoopbackTransport()
    {
        _set = new SipListenerSet([new SipListener(0, SipProtocol.Udp, EndPoint("10.0.0.1"u8, 5060))]);
    }

    /// <inheritdoc/>
    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    /// <summary>Not called by this transport.</summary>
    public ICaptureTap? Tap { get; set; }

    /// <summary>How many messages were sent, those of status 100 apart.</summary>
    public int Sent { get; private set; }

    /// <summary>The last of them; valid until the next one is sent. Empty before the first.</summary>
    public ReadOnlySpan<byte> LastSent => _sent.AsSpan(0, _sentLength);

    /// <summary>Where a message is written that <see cref="Receive(int, in SipFlow)"/> shall hand up; 16,384 bytes.</summary>
    public Span<byte> Buffer => _received;

    /// <summary>A flow to the listener.</summary>
    /// <param name="address">The far end's IPv4 address, e.g. "10.0.1.1"; its port is 5060.</param>
    /// <exception cref="ArgumentException">No address.</exception>
    public SipFlow From(ReadOnlySpan<byte> address) => new(Listeners[0], EndPoint(address, 5060));

    /// <summary>Hands up the first bytes of <see cref="Buffer"/>.</summary>
    /// <param name="length">How many.</param>
    /// <param name="source">Where they come from.</param>
    /// <exception cref="InvalidOperationException">They are no SIP message, or the transport was not started.</exception>
    public void Receive(int length, in SipFlow source) => Receive(_received, length, source);

    /// <summary>Hands up a message.</summary>
    /// <param name="bytes">All of it; not to be changed while anything holds the message.</param>
    /// <param name="source">Where it comes from.</param>
    /// <exception cref="InvalidOperationException">It is no SIP message, or the transport was not started.</exception>
    public void Receive(byte[] bytes, in SipFlow source)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Receive(bytes, bytes.Length, source);
    }

    /// <inheritdoc/>
    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0)
    {
        if (message.Length > LargestMessage)
            return SipSendResult.Failed;
        if (message.StartsWith("SIP/2.0 100 "u8))
            return SipSendResult.Queued;
        message.CopyTo(_sent);
        _sentLength = message.Length;
        Sent++;
        return SipSendResult.Queued;
    }

    /// <inheritdoc/>
    public void Start(ISipReceiver receiver) => _receiver = receiver;

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
    public void Flush() { }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Receive(byte[] bytes, int length, in SipFlow source)
    {
        var receiver = _receiver ?? throw new InvalidOperationException("The transport was not started.");
        SipParseResult result = _message.Parse(bytes, 0, length, SipLimits.Default);
        if (result.Status != SipParseStatus.Ok)
            throw new InvalidOperationException($"The message cannot be read: {result.Status} {result.Reason}");
        receiver.OnMessage(_message, source);
    }

    private static SipEndPoint EndPoint(ReadOnlySpan<byte> address, int port) =>
        SipEndPoint.TryParseHost(address, port, out SipEndPoint endPoint)
            ? endPoint
            : throw new ArgumentException("No IP address.", nameof(address));
}
