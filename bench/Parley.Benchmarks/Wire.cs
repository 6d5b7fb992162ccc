using Parley.Sip;
using Parley.Transport;

namespace Parley.Benchmarks;

/// <summary>A transport without a network: hands up what the benchmark gives it and keeps the last message sent (100 apart).</summary>
internal sealed class Wire : ISipTransport
{
    private readonly SipListenerSet _set;
    private readonly byte[] _sent = new byte[16_384];
    private readonly SipMessage _message = new();
    private ISipReceiver? _receiver;
    private int _sentLength;

    public Wire()
    {
        _set = new SipListenerSet([new SipListener(0, SipProtocol.Udp, EndPoint("10.0.0.1"u8))]);
        Alice = new SipFlow(Listeners[0], EndPoint("10.0.1.1"u8));
        Bob = new SipFlow(Listeners[0], EndPoint("10.0.2.1"u8));
    }

    public SipFlow Alice { get; }

    public SipFlow Bob { get; }

    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    public ICaptureTap? Tap { get; set; }

    public int Sent { get; private set; }

    public ReadOnlySpan<byte> LastSent => _sent.AsSpan(0, _sentLength);

    public void Receive(byte[] bytes, in SipFlow source)
    {
        if (_message.Parse(bytes, 0, bytes.Length, SipLimits.Default).Status != SipParseStatus.Ok)
            throw new InvalidOperationException("The message is not read.");
        _receiver!.OnMessage(_message, source);
    }

    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0)
    {
        if (message.StartsWith("SIP/2.0 100 "u8))
            return SipSendResult.Queued;
        message.CopyTo(_sent);
        _sentLength = message.Length;
        Sent++;
        return SipSendResult.Queued;
    }

    public void Start(ISipReceiver receiver) => _receiver = receiver;

    public SipListener? SelectListener(
        SipProtocol protocol,
        SipEndPoint target,
        SipListener? preferred = null,
        SipListener? received = null
    ) => _set.Select(protocol, target, preferred, received);

    public bool IsOwn(ReadOnlySpan<byte> host, int port) => _set.IsOwn(host, port);

    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => _set.FindOwn(host, port, transport);

    public void Flush() { }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static SipEndPoint EndPoint(ReadOnlySpan<byte> host) =>
        SipEndPoint.TryParseHost(host, 5060, out SipEndPoint endPoint)
            ? endPoint
            : throw new ArgumentException("No address.", nameof(host));
}
