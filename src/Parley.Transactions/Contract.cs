// The agreed surface of this floor. Its owner replaces this file with one type per file and real bodies.
#pragma warning disable CS1591, RS0016, CA1822, IDE0060, CA1065, CA1034, CS0067, CA1003, CA1024
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Serial execution without a lock: the thread that finds the strand free owns it until it leaves; others queue their work and go.</summary>
public sealed class Strand
{
    /// <summary>Runs the work now when the strand is free (true), else queues it for the owner (false). The owner drains the queue before it leaves. Work must not throw; if it does, it is logged and the strand goes on.</summary>
    public bool Run(StrandWork work, object? target, object? argument = null, long version = 0) => throw new NotImplementedException();
    /// <summary>The zero-allocation form: true when this thread now owns the strand and must call Leave; false: busy, then call Post.</summary>
    public bool TryEnter() => throw new NotImplementedException();
    public void Leave() => throw new NotImplementedException();
    /// <summary>Queues work; runs it at once when the strand has become free meanwhile.</summary>
    public void Post(StrandWork work, object? target, object? argument = null, long version = 0) => throw new NotImplementedException();
    /// <summary>True on the thread that owns it.</summary>
    public bool IsOwned => throw new NotImplementedException();
}
public delegate void StrandWork(object? target, object? argument, long version);

/// <summary>Every timer of RFC 3261 17 (table 4) and RFC 6026, per instance. Defaults are the RFC's.</summary>
public sealed class SipTimerOptions
{
    public TimeSpan T1 { get; set; } = TimeSpan.FromMilliseconds(500);
    public TimeSpan T2 { get; set; } = TimeSpan.FromSeconds(4);
    public TimeSpan T4 { get; set; } = TimeSpan.FromSeconds(5);
    // TimerA..TimerM as properties: null = derived from T1/T2/T4 (64*T1 ...), TimerC default 3 min + (proxy floor reads it)
}

/// <summary>Something the wheel calls. Kind says which timer, version which arming: a stale version is ignored by the target.</summary>
public interface ITimerTarget
{
    void OnTimer(int kind, long version);
}

/// <summary>A hierarchical hashed timer wheel with 10 ms ticks; a million pending timers cost no more per tick than the due ones. Not thread-safe: one per loop thread.</summary>
public sealed class TimerWheel
{
    public TimerWheel(long nowMilliseconds) => throw new NotImplementedException();
    public void Add(ITimerTarget target, int kind, long version, long dueMilliseconds) => throw new NotImplementedException();
    /// <summary>Fires all that is due; returns how many.</summary>
    public int Advance(long nowMilliseconds) => throw new NotImplementedException();
    public int Count => throw new NotImplementedException();
}

/// <summary>Arms timers from any thread: on a loop thread in its own wheel without a lock, elsewhere in the shared wheel that the TimeProvider drives. No cancel: versions make stale timers harmless.</summary>
public sealed class TimerService : IDisposable
{
    public TimerService(TimeProvider time) => throw new NotImplementedException();
    /// <summary>Monotonic milliseconds since the service began, from the TimeProvider's timestamp; cached per loop iteration on loop threads.</summary>
    public long Now => throw new NotImplementedException();
    public void Arm(ITimerTarget target, int kind, long version, TimeSpan after) => throw new NotImplementedException();
    public void Arm(ITimerTarget target, int kind, long version, long afterMilliseconds) => throw new NotImplementedException();
    /// <summary>ISipReceiver.OnLoop comes here: makes the calling thread a loop thread and advances its wheel.</summary>
    public void OnLoop() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}

/// <summary>The core above the transactions (the proxy). Calls come on the thread that read the message.</summary>
public interface ITransactionUser
{
    /// <summary>A new request (not ACK, not CANCEL, no retransmission, not merged). Runs inside the transaction's strand.</summary>
    void OnRequest(ServerTransaction transaction);
    /// <summary>The INVITE transaction that this CANCEL matches: the layer has answered the CANCEL 200 already (9.2, 16.10); runs inside the INVITE's strand. A CANCEL that matches none is answered 481 by the layer.</summary>
    void OnCancel(ServerTransaction invite, SipMessage cancel);
    /// <summary>An ACK that belongs to no transaction of ours, i.e. for a 2xx: relay it statelessly (16.11, 17.1.1.2). The message is valid during the call.</summary>
    void OnAck(SipMessage ack, in SipFlow source);
    /// <summary>A response whose Via branch is not that of a live client transaction. RFC 6026: dropped unless it answers a stateless relay.</summary>
    void OnStrayResponse(SipMessage response, in SipFlow source);
    /// <summary>May say no before a transaction is made (draining, overload, statelessness): return false after having dealt with the request in a stateless way.</summary>
    bool Admit(SipMessage request, in SipFlow source);
}

/// <summary>Who owns a client transaction. All calls run inside the transaction's strand.</summary>
public interface IClientTransactionUser
{
    /// <summary>Every provisional and final response (not retransmissions of a non-2xx final); for INVITE every 2xx, retransmissions included (RFC 6026 Accepted).</summary>
    void OnResponse(ClientTransaction transaction, SipMessage response);
    /// <summary>Timer B or F: no final response in time.</summary>
    void OnTimeout(ClientTransaction transaction);
    void OnTransportError(ClientTransaction transaction);
    /// <summary>The machine reached Terminated; the object goes back to its pool when this returns.</summary>
    void OnTerminated(ClientTransaction transaction);
}
public interface IServerTransactionUser
{
    void OnTransportError(ServerTransaction transaction);
    void OnTerminated(ServerTransaction transaction);
}

public enum ServerTransactionState : byte { Trying, Proceeding, Completed, Confirmed, Accepted, Terminated }
public enum ClientTransactionState : byte { Idle, Calling, Trying, Proceeding, Completed, Accepted, Terminated }

/// <summary>The server side of one request: InviteServerTransaction or NonInviteServerTransaction.</summary>
public abstract class ServerTransaction
{
    /// <summary>The request, retained (own buffer) until the transaction lets it go: readable until a final response was sent; null afterwards unless <see cref="KeepRequest"/>.</summary>
    public SipMessage? Request => throw new NotImplementedException();
    public bool KeepRequest { get; set; }
    public SipFlow Source => throw new NotImplementedException();
    public Strand Strand => throw new NotImplementedException();
    public ServerTransactionState State => throw new NotImplementedException();
    public int LastStatusCode => throw new NotImplementedException();
    public IServerTransactionUser? User { get; set; }
    /// <summary>A tag for locally made responses, made at first use, stable for the transaction (8.2.6.2).</summary>
    public ReadOnlySpan<byte> LocalTag => throw new NotImplementedException();
    /// <summary>Sends a response (its bytes whole, our Via already removed); stores it when the machine must repeat it. Inside the strand.</summary>
    public void Send(ReadOnlySpan<byte> response, int statusCode) => throw new NotImplementedException();
    /// <summary>Builds and sends a response of our own: To tag added, extra header lines (each with CRLF), body none.</summary>
    public void Reply(int statusCode, ReadOnlySpan<byte> reason = default, ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();
}

/// <summary>The client side of one request sent: InviteClientTransaction or NonInviteClientTransaction.</summary>
public abstract class ClientTransaction
{
    /// <summary>The branch of our Via, with the magic cookie; it encodes where the transaction lies, so that its responses need no search. Valid from creation.</summary>
    public ReadOnlySpan<byte> Branch => throw new NotImplementedException();
    public Strand Strand => throw new NotImplementedException();
    public ClientTransactionState State => throw new NotImplementedException();
    public SipMethod Method => throw new NotImplementedException();
    public SipFlow Flow => throw new NotImplementedException();
    public IClientTransactionUser? User { get; set; }
    public object? UserState { get; set; }
    /// <summary>The request as sent, while the machine still holds it (until a final response); empty afterwards.</summary>
    public ReadOnlySpan<byte> SentRequest => throw new NotImplementedException();
    /// <summary>Sends the request (complete bytes with our Via and Branch) and starts the machine. Once. A transport failure known at once comes back as OnTransportError after this returned.</summary>
    public void Start(ReadOnlySpan<byte> request, in SipFlow flow) => throw new NotImplementedException();
    /// <summary>INVITE only: CANCEL now if a provisional came, else as soon as one comes (9.1); harmless after a final response. When no final response follows within 64*T1 the machine times out.</summary>
    public void Cancel(ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();
    /// <summary>Gives up: terminates at once, OnTerminated follows.</summary>
    public void Abandon() => throw new NotImplementedException();
}

/// <summary>Matches messages to transactions, makes them, owns their tables, pools and timers.</summary>
public sealed class TransactionLayer : ISipReceiver, IDisposable
{
    public TransactionLayer(ISipTransport transport, TimerService timers, SipRandom random, SipTimerOptions options, ITransactionUser user,
        Microsoft.Extensions.Logging.ILoggerFactory? loggers = null) => throw new NotImplementedException();
    public ISipTransport Transport => throw new NotImplementedException();
    public TimerService Timers => throw new NotImplementedException();
    public SipRandom Random => throw new NotImplementedException();
    public SipTimerOptions Options => throw new NotImplementedException();
    /// <summary>Reserves a client transaction in this strand; give it its Branch into the Via, then Start it.</summary>
    public ClientTransaction CreateClient(Strand strand, SipMethod method, IClientTransactionUser user, object? userState = null) => throw new NotImplementedException();
    public int ServerTransactionCount => throw new NotImplementedException();
    public int ClientTransactionCount => throw new NotImplementedException();
    /// <summary>Answers a request without a transaction (RFC 3261 8.2.7), e.g. 400 to a malformed one, 503 while draining; never answers ACK.</summary>
    public void ReplyStateless(SipMessage request, in SipFlow source, int statusCode, ReadOnlySpan<byte> reason = default, ReadOnlySpan<byte> headerLines = default) => throw new NotImplementedException();
    /// <summary>Sends a response to where its topmost Via says (18.2.2), for stateless relays.</summary>
    public void SendByVia(ReadOnlySpan<byte> response, in SipFlow source) => throw new NotImplementedException();

    public void OnMessage(SipMessage message, in SipFlow source) => throw new NotImplementedException();
    public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) => throw new NotImplementedException();
    public void OnSendFailed(ulong token) => throw new NotImplementedException();
    public void OnFlowClosed(in SipFlow flow) => throw new NotImplementedException();
    public void OnLoop() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}
