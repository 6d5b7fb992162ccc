using System.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Transport.Tests;

/// <summary>A started transport on loopback ports of the system's choice, with its receiver.</summary>
internal sealed class TestTransport : IAsyncDisposable
{
    public TestTransport(Action<SipTransportOptions>? configure = null, TimeProvider? time = null, params SipListenerOptions[] listeners)
    {
        var options = new SipTransportOptions();
        foreach (var listener in listeners)
            options.Listeners.Add(listener);
        configure?.Invoke(options);
        Transport = new SipTransport(options, NullLoggerFactory.Instance, time ?? TimeProvider.System);
        Transport.Start(Receiver);
    }

    public SipTransport Transport { get; }

    public TestReceiver Receiver { get; } = new();

    public SipListener Listener => Transport.Listeners[0];

    public SipTransportCounters Counters => Transport.Counters[0];

    public IPEndPoint EndPoint => Listener.Local.ToIPEndPoint();

    public static SipListenerOptions Udp(int workers = 1, UdpSpread spread = UdpSpread.ByFlow) =>
        new()
        {
            Protocol = SipProtocol.Udp,
            EndPoint = new(IPAddress.Loopback, 0),
            Workers = workers,
            Spread = spread,
        };

    public static SipListenerOptions Udp6() => new() { Protocol = SipProtocol.Udp, EndPoint = new(IPAddress.IPv6Loopback, 0) };

    public static SipListenerOptions Tcp() => new() { Protocol = SipProtocol.Tcp, EndPoint = new(IPAddress.Loopback, 0) };

    public static SipListenerOptions Tls(SipTlsOptions tls) =>
        new()
        {
            Protocol = SipProtocol.Tls,
            EndPoint = new(IPAddress.Loopback, 0),
            Tls = tls,
        };

    /// <summary>Counters are brought up to date at the end of a batch, a moment after its messages were handed up.</summary>
    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TestReceiver.Patience);
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Delay(5, limit.Token);
        }
    }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
