using System.Runtime.CompilerServices;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>One request on its way through the proxy.</summary>
/// <remarks>
/// Pooled: do not keep it after the handler and its hooks are through. Everything that happens to one request runs serially in its transaction's
/// strand, the parts of an awaiting handler included (unless it left its context by <c>ConfigureAwait(false)</c>; then <see cref="RelayAsync"/>,
/// <see cref="Reply(int, string, ReadOnlySpan{byte})"/> and <see cref="CancelBranches"/> find back into the strand by themselves, the other members must not be used after relaying).
/// </remarks>
public sealed partial class SipContext : IRequestHolder
{
    private readonly StrandSynchronization _synchronization;
    private readonly RequestItems _items = new();
    private readonly Strand _ownStrand;
    private SipMessage? _message;
    private volatile bool _isBorrowed;
    private SipFlow _source;
    private StrongBox<SipFlow>? _replyFlow; // where responses go when the server transaction is over
    private int _replyPort;
    private SipEdits? _edits;

    internal SipContext(ProxyCore core, ProxyHooks hooks)
    {
        Core = core;
        Hooks = hooks;
        _ownStrand = new Strand(core.Logger); // with the context, not with its first ACK: an old object that refers to a young one costs the collector
        _synchronization = new StrandSynchronization(core.Transport, core.Watchdog, this);
    }

    /// <summary>The application's services.</summary>
    public IServiceProvider Services => Core.Services;

    /// <summary>The network that the request came by.</summary>
    public ISipTransport Transport => Core.Transport;

    /// <summary>The application's clock.</summary>
    public TimeProvider Time => Core.Time;

    /// <summary>The request as received. Readable until a final response was sent.</summary>
    /// <exception cref="InvalidOperationException">The transaction has let the request go.</exception>
    public SipMessage Request =>
        RequestOrNull ?? throw new InvalidOperationException("The request is gone: a final response has been sent.");

    /// <summary>The request's method; known longer than <see cref="Request"/>.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>Where the request came from.</summary>
    public SipFlow Source => _source;

    /// <summary>The request has a To tag.</summary>
    public bool IsInDialog { get; private set; }

    /// <summary>The server transaction; null for an ACK of a 2xx, for stateless handling, and once it is over.</summary>
    public ServerTransaction? Transaction { get; private set; }

    /// <summary>
    /// The same request is here by another way too (RFC 3261 8.2.2.2). A proxy relays it as any other. What is answered here is for the handler
    /// to refuse before it acts on it: <see cref="Reply(int, string, ReadOnlySpan{byte})"/> turns a 2xx of the proxy's own into 482, and the registrar changes nothing.
    /// </summary>
    public bool IsMerged => Transaction is { IsMerged: true };

    /// <summary>The caller's CANCEL has arrived. A handler that has not relayed yet may go on: relaying then answers 487.</summary>
    public bool IsCancelled => Relay.IsCancelled;

    /// <summary>A final response has been sent.</summary>
    public bool IsAnswered => Relay.IsAnswered;

    /// <summary>
    /// Why the request is refused, for logs and recorders: set it before <see cref="Reply(int, string, ReadOnlySpan{byte})"/>. It is not sent. Null:
    /// nothing is known but the status.
    /// </summary>
    public string? Cause { get; set; }

    /// <summary>Where the steps of the application's calls go.</summary>
    public CallSteps CallSteps => Core.Steps;

    internal ProxyCore Core { get; }

    internal ProxyHooks Hooks { get; }

    /// <summary>Set right after construction: it needs the context first.</summary>
    internal RequestRelay Relay { get; set; } = null!;

    internal SynchronizationContext Synchronization => _synchronization;

    internal Strand Strand => _synchronization.Strand!;

    /// <summary>Handled without a transaction: an ACK of a 2xx, or everything when the proxy is stateless by its options.</summary>
    internal bool IsStateless { get; private set; }

    internal SipMessage? RequestOrNull
    {
        get
        {
            // Only an ACK that was read a moment ago, by a thread that left the strand: wait until it has a buffer of its own.
            if (_isBorrowed && !Strand.IsOwned)
                SpinWait.SpinUntil(() => !_isBorrowed);
            return _message ?? Transaction?.Request;
        }
    }

    SipMessage? IRequestHolder.PeekRequest() => _message ?? Transaction?.Request;

    /// <summary>A Via of it shows that it was here before: a spiral, or a loop.</summary>
    internal bool CameBack { get; set; }

    /// <summary>The hash of what decides its routing, once it was computed.</summary>
    internal ulong? RoutingHash { get; set; }

    internal bool HasEdits => _edits is not null;

    /// <summary>What a module has hung on the request, by exact type; null when there is nothing.</summary>
    /// <typeparam name="T">The type it was set as.</typeparam>
    /// <returns>The object or null.</returns>
    public T? Get<T>()
        where T : class => _items.Get<T>();

    /// <summary>Hangs an object on the request, in place of the one of this type; null takes it off.</summary>
    /// <typeparam name="T">The type to find it by.</typeparam>
    /// <param name="value">The object.</param>
    public void Set<T>(T? value)
        where T : class => _items.Set(value);

    /// <summary>Changes that every branch shall carry.</summary>
    public SipEdits Edits
    {
        get
        {
            if (_edits is null)
            {
                SipMessage request = Request;
                _edits = Core.Edits.Rent();
                _edits.Reset(request);
            }

            return _edits;
        }
    }

    /// <summary>Modules (dialogs) watch a request through this.</summary>
    /// <param name="observer">Called from now on, after those that came before.</param>
    public void Observe(RelayObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        Observers.Add(observer);
    }

    /// <summary>A field: it is a struct that changes.</summary>
    internal ObserverList Observers;

    internal void Begin(ServerTransaction transaction)
    {
        Transaction = transaction;
        _synchronization.Strand = transaction.Strand;
        Begin(transaction.Request!, transaction.Source);
    }

    internal void BeginStateless(SipMessage message, in SipFlow source)
    {
        IsStateless = true;
        _synchronization.Strand = _ownStrand;
        _message = message;
        _isBorrowed = true;
        Begin(message, source);
    }

    /// <summary>The receive buffer is needed again: go on with a copy.</summary>
    internal void Detach()
    {
        if (!_isBorrowed)
            return;
        _message = _message?.Retain();
        if (_edits is not null && _message is not null)
        {
            // Edits point into the old buffer; no edit can still refer to it, so they start anew.
            _edits.Reset(_message);
        }

        _isBorrowed = false;
    }

    /// <summary>The server transaction is over. Where its responses went is kept for a 2xx that may still come.</summary>
    internal void EndServer(bool isAwaiting)
    {
        if (isAwaiting && Transaction is { } transaction)
        {
            (_replyFlow ??= new StrongBox<SipFlow>()).Value = transaction.ReplyFlow;
            _replyPort = transaction.SentByPort;
        }

        Transaction = null;
    }

    /// <summary>Sends a response past the server transaction, the way its responses go.</summary>
    internal void SendBack(ReadOnlySpan<byte> response)
    {
        if (Transaction is { } transaction)
            Core.Transactions.SendBack(response, transaction.ReplyFlow, transaction.SentByPort);
        else if (_replyFlow is { Value.Listener: not null } way)
            Core.Transactions.SendBack(response, way.Value, _replyPort);
    }

    /// <summary>What only the way to a final response needed.</summary>
    internal void ReleaseEdits()
    {
        if (_edits is null)
            return;
        Core.Edits.Return(_edits);
        _edits = null;
    }

    internal void End()
    {
        ReleaseEdits();
        if (!_isBorrowed)
            _message?.Release();
        _message = null;
        _isBorrowed = false;
        IsStateless = false;
        CameBack = false;
        RoutingHash = null;
        Transaction = null;
        _source = default;
        if (_replyFlow is { Value.Listener: not null } way)
            way.Value = default;
        _callIdText = null;
        Cause = null;
        _deferral = null;
        _items.Clear();
        Observers.Clear();
        ResetReplies();
        ResetRelay();
        ResetRouting();
    }

    private void Begin(SipMessage request, in SipFlow source)
    {
        _source = source;
        Method = request.Method;
        IsInDialog = !request.ToTag.IsEmpty;
        TimerC = Core.Options.TimerC;
        Relay.Begin();
    }
}
