using Parley.Transport;

namespace Parley.Proxy.Tests.Allocation;

/// <summary>Keeps the last messages sent in buffers of its own: no allocation, no network.</summary>
internal sealed class StubTransport : ISipTransport
{
    private readonly byte[][] _sent = [new byte[4096], new byte[4096], new byte[4096], new byte[4096]];
    private readonly int[] _lengths = new int[4];
    private readonly SipListenerSet _set = new([
        new SipListener(0, SipProtocol.Udp, SipEndPoint.From(System.Net.IPAddress.Parse("10.0.0.9"), 5060)),
    ]);

    public int Count { get; set; }

    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    public ICaptureTap? Tap { get; set; }

    public ReadOnlySpan<byte> Sent(int index) => _sent[index].AsSpan(0, _lengths[index]);

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

    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0)
    {
        message.CopyTo(_sent[Count & 3]);
        _lengths[Count & 3] = message.Length;
        Count++;
        return SipSendResult.Queued;
    }

    public void Flush() { }

    public ValueTask DisposeAsync() => default;
}
