using System.Buffers;
using System.Text;
using System.Threading.Channels;
using Parley.Transport;

namespace Parley.Management;

/// <summary>
/// Takes messages at the transport's boundary and queues them as HEP packets. A SIP thread copies the message once and waits for nothing: what finds the queue
/// full is dropped and counted.
/// </summary>
internal sealed class HepExport : ICaptureTap
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <summary>Not of IANA: what OpenSIPS and heplify write for TLS.</summary>
    private const byte Tls = 22;

    private readonly ISipTransport _transport;
    private readonly TimeProvider _time;
    private readonly HepWriter _writer;
    private readonly Lock _changing = new();
    private volatile HepSelection _selection;
    private volatile HepMode _mode;
    private long _queued;
    private long _dropped;

    /// <param name="options">Checked ones.</param>
    /// <param name="transport">Whose messages.</param>
    /// <param name="time">The time of the messages.</param>
    public HepExport(HepOptions options, ISipTransport transport, TimeProvider time)
    {
        _transport = transport;
        _time = time;
        _writer = new HepWriter(options.CaptureId, Encoding.UTF8.GetBytes(options.Key));
        _selection = new HepSelection([], options.Users);
        HasTarget = options.Target.Length > 0;
        Queue = Channel.CreateBounded<HepBuffer>(new BoundedChannelOptions(Math.Max(16, options.QueueSize)) { SingleReader = true });
    }

    /// <summary>The packets that wait; the reader gives each buffer back.</summary>
    public Channel<HepBuffer> Queue { get; }

    /// <summary>Without one no mode but off can be.</summary>
    public bool HasTarget { get; }

    public HepMode Mode => _mode;

    public HepSelection Selection => _selection;

    /// <summary>Packets that got into the queue.</summary>
    public long Queued => Interlocked.Read(ref _queued);

    /// <summary>Packets that did not.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Changes what goes out; while it is off, the transport has no tap of ours.</summary>
    public void Use(HepMode mode)
    {
        lock (_changing)
        {
            _mode = mode;
            if (mode == HepMode.Off)
                _transport.RemoveTap(this);
            else
                _transport.AddTap(this);
        }
    }

    /// <summary>Changes which calls are chosen.</summary>
    /// <param name="change">Gives null when it cannot be.</param>
    /// <returns>False when it could not be.</returns>
    public bool Choose(Func<HepSelection, HepSelection?> change)
    {
        lock (_changing)
        {
            if (change(_selection) is not { } changed)
                return false;
            _selection = changed;
            return true;
        }
    }

    /// <inheritdoc/>
    public void OnMessage(bool inbound, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> callId = HepHeaders.CallId(message);
        if (_mode == HepMode.Selected && !_selection.Takes(message, callId))
            return;
        SipEndPoint local = flow.Listener.Local;
        if (local.IsIPv6 != flow.Remote.IsIPv6)
            return; // a listener of both families that got IPv4: not in this house
        byte[] buffer = ArrayPool<byte>.Shared.Rent(_writer.RoomFor(message, callId));
        int length = _writer.Write(
            buffer,
            _time.GetUtcNow(),
            inbound ? flow.Remote : local,
            inbound ? local : flow.Remote,
            ProtocolOf(flow.Listener.Protocol),
            message,
            callId
        );
        if (Queue.Writer.TryWrite(new HepBuffer(buffer, length)))
        {
            Interlocked.Increment(ref _queued);
            return;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        Interlocked.Increment(ref _dropped);
    }

    private static byte ProtocolOf(SipProtocol protocol) =>
        protocol switch
        {
            SipProtocol.Udp => Udp,
            SipProtocol.Tls => Tls,
            _ => Tcp,
        };
}
