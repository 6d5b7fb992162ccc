using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.Relay;

/// <summary>A transport without a network and without allocations: keeps the last message sent (100 apart), hands up what the test gives it.</summary>
internal sealed class WireTransport : ISipTransport
{
    private readonly SipListenerSet _set;
    private readonly byte[] _sent = new byte[16_384];
    private readonly byte[] _received = new byte[16_384];
    private readonly SipMessage _message = new();
    private ISipReceiver? _receiver;
    private int _sentLength;

    public WireTransport()
    {
        Assert.True(SipEndPoint.TryParseHost("10.0.0.1"u8, 5060, out SipEndPoint local));
        _set = new SipListenerSet([new SipListener(0, SipProtocol.Udp, local)]);
    }

    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    public ICaptureTap? Tap { get; set; }

    public int Sent { get; private set; }

    public ReadOnlySpan<byte> LastSent => _sent.AsSpan(0, _sentLength);

    public Span<byte> Buffer => _received;

    public SipFlow From(ReadOnlySpan<byte> address)
    {
        Assert.True(SipEndPoint.TryParseHost(address, 5060, out SipEndPoint remote));
        return new SipFlow(Listeners[0], remote);
    }

    /// <summary>Hands up the first bytes of <see cref="Buffer"/>.</summary>
    public void Receive(int length, in SipFlow source)
    {
        SipParseResult result = _message.Parse(_received, 0, length, SipLimits.Default);
        if (result.Status != SipParseStatus.Ok)
            throw new InvalidOperationException($"{result.Status} {result.Reason}");
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
}
