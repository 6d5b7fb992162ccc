using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions.Tests;

/// <summary>What was sent, and when.</summary>
internal sealed record Sent(long At, string Text, SipFlow Flow, ulong Token)
{
    public string StartLine => Text[..Text.IndexOf("\r\n", StringComparison.Ordinal)];

    /// <summary>"INVITE" or "200".</summary>
    public string Label =>
        StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? StartLine.Substring(8, 3) : StartLine[..StartLine.IndexOf(' ')];

    public SipMessage Message =>
        SipMessage.TryParse(Encoding.UTF8.GetBytes(Text), out SipMessage? message)
            ? message
            : throw new InvalidOperationException("Unreadable: " + Text);
}

/// <summary>Records what is sent; can refuse.</summary>
internal sealed class StubTransport(Func<long> now) : ISipTransport
{
    private readonly List<Sent> _sent = [];

    public static SipListener UdpListener { get; } = new(0, SipProtocol.Udp, Host("192.0.2.1", 5060));

    public static SipListener TcpListener { get; } = new(1, SipProtocol.Tcp, Host("192.0.2.1", 5060));

    public IReadOnlyList<SipListener> Listeners { get; } = [UdpListener, TcpListener];

    public ICaptureTap? Tap { get; set; }

    public Func<SipFlow, bool>? Refuse { get; set; }

    /// <summary>The connection that a request without one leaves by; 0: none is told.</summary>
    public long Connection { get; set; }

    public SipConnectionState State { get; set; } = SipConnectionState.Open;

    public int Flushes { get; private set; }

    /// <summary>Counts alone, no record: for the allocation tests.</summary>
    public bool Silent { get; set; }

    public long Count { get; private set; }

    public byte[] LastBytes { get; } = new byte[4096];

    public int LastLength { get; private set; }

    public IReadOnlyList<Sent> Sent => _sent;

    public static SipEndPoint Host(string address, int port) => SipEndPoint.From(System.Net.IPAddress.Parse(address), port);

    public SipListener? SelectListener(
        SipProtocol protocol,
        SipEndPoint target,
        SipListener? preferred = null,
        SipListener? received = null
    ) =>
        protocol == SipProtocol.Udp ? UdpListener
        : protocol == SipProtocol.Tcp ? TcpListener
        : null;

    public bool IsOwn(ReadOnlySpan<byte> host, int port) => host.SequenceEqual("192.0.2.1"u8) && port is 0 or 5060;

    public SipListener? FindOwn(ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> transport) => IsOwn(host, port) ? UdpListener : null;

    public void Start(ISipReceiver receiver) { }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public SipSendResult Send(in SipFlow flow, ReadOnlySpan<byte> message, ulong token = 0)
    {
        if (Refuse is not null && Refuse(flow))
            return SipSendResult.Failed;
        Count++;
        if (Silent)
        {
            message.CopyTo(LastBytes);
            LastLength = message.Length;
        }
        else
        {
            lock (_sent)
            {
                _sent.Add(new Sent(now(), Encoding.UTF8.GetString(message), flow, token));
            }
        }

        return SipSendResult.Queued;
    }

    public SipSendResult SendFor(in SipFlow flow, ReadOnlySpan<byte> message, ulong token, SipEndPoint cause, out long connectionId)
    {
        connectionId = flow.ConnectionId != 0 || !flow.Listener.IsReliable ? flow.ConnectionId : Connection;
        return Send(flow, message, token);
    }

    public SipConnectionState StateOf(long connectionId) => State;

    public void Flush() => Flushes++;

    public ValueTask DisposeAsync() => default;

    public void Clear() => _sent.Clear();
}
