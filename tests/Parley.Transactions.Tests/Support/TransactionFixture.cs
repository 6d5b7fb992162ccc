using System.Text;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Transactions.Tests;

/// <summary>A transaction layer on a stub transport and a simulated clock.</summary>
internal sealed class TransactionFixture : IDisposable
{
    public TransactionFixture(SipTimerOptions? options = null, TransactionOptions? limits = null)
    {
        Transport = new StubTransport(() => Now);
        Timers = new TimerService(Clock, Loggers);
        Layer = new TransactionLayer(Transport, Timers, SipRandom.FromSeed(1), options ?? new SipTimerOptions(), User, Loggers, limits);
    }

    public static SipFlow Udp { get; } = new(StubTransport.UdpListener, StubTransport.Host("198.51.100.7", 5060));

    public static SipFlow Tcp { get; } = new(StubTransport.TcpListener, StubTransport.Host("198.51.100.7", 40000), 77);

    public SimulatedClock Clock { get; } = new();

    public LineLog Loggers { get; } = new();

    public StubTransport Transport { get; }

    public StubUser User { get; } = new();

    public TimerService Timers { get; }

    public TransactionLayer Layer { get; }

    public long Now => (long)Clock.Elapsed.TotalMilliseconds;

    public static SipFlow Flow(string transport) => transport == "UDP" ? Udp : Tcp;

    public static SipMessage Parse(string text) =>
        SipMessage.TryParse(Encoding.UTF8.GetBytes(text), out SipMessage? message)
            ? message
            : throw new ArgumentException("Unreadable: " + text, nameof(text));

    public void In(string text, SipFlow? from = null) => Layer.OnMessage(Parse(text), from ?? Udp);

    public void Run(double seconds) => Clock.RunFor(TimeSpan.FromMilliseconds((long)Math.Round(seconds * 1000)));

    public void Inside(SipTransaction transaction, Action action)
    {
        Strand strand = transaction.Strand;
        Assert.True(strand.TryEnter());
        try
        {
            action();
        }
        finally
        {
            strand.Leave();
        }
    }

    /// <summary>Labels of what was sent since the last call, joined by commas.</summary>
    public string TakeSent()
    {
        string sent = string.Join(", ", Transport.Sent.Select(s => s.Label));
        Transport.Clear();
        return sent;
    }

    /// <summary>When what was sent since the last call left, in milliseconds.</summary>
    public long[] TakeTimes()
    {
        long[] times = [.. Transport.Sent.Select(s => s.At)];
        Transport.Clear();
        return times;
    }

    public ClientTransaction StartClient(SipMethod method, SipFlow flow, string extra = "", Strand? strand = null)
    {
        strand ??= new Strand();
        ClientTransaction transaction = Layer.CreateClient(strand, method, User);
        string name = Encoding.UTF8.GetString(SipText.Method(method));
        string transport = flow.Listener.IsReliable ? "TCP" : "UDP";
        byte[] request = Encoding.UTF8.GetBytes(
            Wire.Request(
                name,
                via: $"SIP/2.0/{transport} 192.0.2.1:5060;branch={Branch(transaction)}\r\nVia: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKupstream",
                extra: extra
            )
        );
        Inside(transaction, () => transaction.Start(request, flow));
        return transaction;
    }

    public static string Branch(ClientTransaction transaction) => Encoding.UTF8.GetString(transaction.Branch);

    public void Dispose()
    {
        Layer.Dispose();
        Timers.Dispose();
    }
}
