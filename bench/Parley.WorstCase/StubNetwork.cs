using Parley.Sip;
using Parley.Transport;

namespace Parley.WorstCase;

/// <summary>A network without sockets: hands up a datagram on the calling thread as the real one does, keeps what is sent.</summary>
internal sealed class StubNetwork : ISipTransport
{
    private readonly SipListenerSet _set = new(
        [
            new SipListener(0, SipProtocol.Udp, SipEndPoint.From(new(0x0100000A), 5060)),
            new SipListener(1, SipProtocol.Tcp, SipEndPoint.From(new(0x0100000A), 5060)),
        ],
        ["example.com"]
    );

    private readonly byte[] _copy = new byte[70_000];
    private readonly byte[] _received = new byte[70_000];
    private readonly SipMessage _message = new();
    private ISipReceiver? _receiver;

    public IReadOnlyList<SipListener> Listeners => _set.Listeners;

    public ICaptureTap? Tap { get; set; }

    /// <summary>What the server's settings say, once it is built.</summary>
    public SipLimits Limits { get; set; } = SipLimits.Default;

    /// <summary>What has been sent since it was cleared, while <see cref="Keeps"/>.</summary>
    public List<byte[]> Sent { get; } = [];

    public bool Keeps { get; set; }

    public int SentCount { get; private set; }

    /// <summary>Parses and hands up one datagram.</summary>
    public void Deliver(byte[] datagram, in SipFlow source)
    {
        datagram.CopyTo(_received, 0);
        Deliver(datagram.Length, source);
    }

    /// <summary>The same, with what the buffer holds.</summary>
    public void Deliver(int length, in SipFlow source)
    {
        SipParseResult result = _message.Parse(_received, 0, length, Limits);
        if (result.Status == SipParseStatus.Ok)
            _receiver!.OnMessage(_message, source);
        else if (result.Status == SipParseStatus.Reject && SipScreening.IsAnswerable(_message))
            _receiver!.OnMalformed(_message, result, source);
    }

    /// <summary>Into the buffer, which is not the datagram's cost.</summary>
    public void Load(byte[] datagram) => datagram.CopyTo(_received, 0);

    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0)
    {
        message.CopyTo(_copy);
        SentCount++;
        if (Keeps)
            Sent.Add(message.ToArray());
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
