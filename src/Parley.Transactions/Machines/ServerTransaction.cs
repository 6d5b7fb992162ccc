using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>The server side of one request (RFC 3261 17.2). Pooled: after <see cref="IServerTransactionUser.OnTerminated"/> it belongs to another request.</summary>
/// <remarks>All members are to be used inside the <see cref="SipTransaction.Strand"/>.</remarks>
public abstract class ServerTransaction : SipTransaction
{
    private const int KeyBytesKept = 256;

    private readonly Strand _ownStrand;
    private bool _fellBack;
    private byte[]? _kept;
    private int _keptLength;
    private byte[] _key = new byte[96];
    private int _keyLength;
    private int _keyFixedLength;
    private TagBytes _tag;
    private bool _hasTag;
    private long _begunAt; // 0: nothing takes times

    private protected ServerTransaction(ServerTransactions servers, uint index, TransactionKind kind)
        : base(servers.Context, index, kind)
    {
        Servers = servers;
        _ownStrand = new Strand(Context.Logger);
    }

    /// <summary>
    /// The request, in a buffer of its own, its top Via stamped with received and rport (18.2.1, RFC 3581). Null once a final response was sent,
    /// unless <see cref="KeepRequest"/>; always null for a CANCEL.
    /// </summary>
    public SipMessage? Request { get; private set; }

    /// <summary>Keeps <see cref="Request"/> beyond the final response, until the transaction terminates.</summary>
    public bool KeepRequest { get; set; }

    /// <summary>Where the request came from.</summary>
    public SipFlow Source { get; private set; }

    /// <summary>Where responses go (18.2.2, RFC 3581 4).</summary>
    public SipFlow ReplyFlow { get; private set; }

    /// <summary>The port of the request's top Via, or its transport's default: where a new connection for responses goes (RFC 3261 18.2.2).</summary>
    public int SentByPort { get; private set; }

    /// <summary>The machine's state.</summary>
    public ServerTransactionState State { get; private protected set; } = ServerTransactionState.Terminated;

    /// <summary>The status of the last response sent, 0 before the first.</summary>
    public int LastStatusCode { get; private protected set; }

    /// <summary>The request's method.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>
    /// The same request came by another way too, under another branch, and is not refused (RFC 3261 8.2.2.2): an element that answers requests itself says
    /// 482 to this one. False when <see cref="TransactionOptions.RejectMerged"/> is.
    /// </summary>
    public bool IsMerged { get; internal set; }

    /// <summary>Receives errors and the end; null for none.</summary>
    public IServerTransactionUser? User { get; set; }

    /// <summary>Anything the user wants to find again; forgotten when the transaction terminates.</summary>
    public object? UserState { get; set; }

    /// <summary>
    /// A tag for locally made responses, the same for the life of the transaction (8.2.6.2) and for each copy of the request (8.2.7);
    /// 16 hexadecimal digits. Empty once <see cref="Request"/> is gone, unless it was asked for before.
    /// </summary>
    public ReadOnlySpan<byte> LocalTag
    {
        get
        {
            if (!_hasTag)
            {
                if (Request is not { } request)
                    return default;
                LocalResponse.WriteTag(Context, request, _tag);
                _hasTag = true;
            }

            return _tag;
        }
    }

    /// <summary>How many bytes are held to repeat the last response; 0 when none are.</summary>
    internal int KeptLength => _kept is null ? 0 : _keptLength;

    internal ulong Hash { get; private set; }

    /// <summary>What this request is listed under against merging; 0: not listed.</summary>
    internal ulong MergeHash { get; set; }

    /// <summary>The request has been given to the user.</summary>
    internal bool Started { get; set; }

    internal bool CancelSeen { get; set; }

    private protected ServerTransactions Servers { get; }

    private protected override bool IsOver => State == ServerTransactionState.Terminated;

    private protected bool IsReliable => Source.Listener.IsReliable;

    /// <summary>How long an answer of ours may be in full.</summary>
    private int Room { get; set; }

    /// <summary>Sends a response and drives the machine. One that the state does not allow any more is dropped silently (a second final response, a provisional one after it).</summary>
    /// <param name="response">The whole response, our own Via already removed; copied.</param>
    /// <param name="statusCode">Its status, 100 to 699.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none.</exception>
    /// <exception cref="ArgumentException">The response is empty.</exception>
    public void Send(ReadOnlySpan<byte> response, int statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (response.IsEmpty)
            throw new ArgumentException("A response is never empty.", nameof(response));
        Step(
            statusCode < 200 ? ServerEvent.Provisional
                : statusCode < 300 ? ServerEvent.Success
                : ServerEvent.Failure,
            response,
            statusCode
        );
        if (!IsOver)
            Schedule();
    }

    /// <summary>Builds and sends a response of our own, without body: To tag <see cref="LocalTag"/> when the request has none. Does nothing when <see cref="Request"/> is gone.</summary>
    /// <param name="statusCode">The status, 100 to 699.</param>
    /// <param name="reason">The reason phrase; empty: the usual one.</param>
    /// <param name="headerLines">More header lines, each ended by CRLF.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none.</exception>
    public void Reply(int statusCode, ReadOnlySpan<byte> reason = default, ReadOnlySpan<byte> headerLines = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (Request is not { } request)
            return;
        Send(LocalResponse.Build(request, Room, statusCode, reason, statusCode == 100 ? default : LocalTag, headerLines), statusCode);
    }

    /// <summary>
    /// Sends a failure of our own, as the end of a request that nothing was done for. An INVITE that came by datagram and had no response yet is
    /// answered without state (8.2.7): the response leaves once, the transaction ends at once (OnTerminated follows after the present work of the
    /// strand), and a copy of the INVITE is a new request. So nothing is repeated to a source that may be forged. The response has
    /// <see cref="LocalTag"/>, by which its ACK is swallowed. In all other cases it is the same as <see cref="Send"/>.
    /// </summary>
    /// <param name="response">The whole response; copied.</param>
    /// <param name="statusCode">Its status, 300 to 699.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none of a failure.</exception>
    /// <exception cref="ArgumentException">The response is empty.</exception>
    public void Refuse(ReadOnlySpan<byte> response, int statusCode)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (response.IsEmpty)
            throw new ArgumentException("A response is never empty.", nameof(response));
        if (Method != SipMethod.Invite || IsReliable || CancelSeen || LastStatusCode != 0 || State != ServerTransactionState.Proceeding)
        {
            Send(response, statusCode);
            return;
        }

        LastStatusCode = statusCode;
        CountFinal(response, statusCode);
        Context.Statistics.CountStateless(statusCode);
        Transmit(response);
        LetRequestGo();
        Terminate();
    }

    /// <summary>Builds a response of our own, without body, and sends it as <see cref="Refuse(ReadOnlySpan{byte}, int)"/> does. Does nothing when <see cref="Request"/> is gone.</summary>
    /// <param name="statusCode">The status, 300 to 699.</param>
    /// <param name="reason">The reason phrase; empty: the usual one.</param>
    /// <param name="headerLines">More header lines, each ended by CRLF.</param>
    /// <exception cref="ArgumentOutOfRangeException">The status is none of a failure.</exception>
    public void Refuse(int statusCode, ReadOnlySpan<byte> reason = default, ReadOnlySpan<byte> headerLines = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (Request is { } request)
            Refuse(LocalResponse.Build(request, Room, statusCode, reason, LocalTag, headerLines), statusCode);
    }

    /// <summary>INVITE: sends 100 now unless there was a response already (17.2.1). Nothing for other methods, whose 100 comes by itself (RFC 4320 4.1).</summary>
    public virtual void SendTrying() { }

    /// <summary>Ends the transaction without an answer: a request other than INVITE that timed out downstream gets none (RFC 4320 4.2). OnTerminated follows after the present work of the strand.</summary>
    public void Abandon()
    {
        if (!IsOver)
            Terminate();
    }

    /// <summary>The user has returned from the request.</summary>
    internal abstract void AfterRequest();

    internal void Begin(SipMessage message, SipMessage? request, in SipFlow source, in ServerKey key)
    {
        Live(_ownStrand);
        Request = request;
        Method = message.Method;
        Source = source;
        Room = LocalResponse.RoomFor(message, source);
        ReplyFlow = ResponseRouting.ForRequest(request ?? message, source, out int sentByPort);
        SentByPort = sentByPort;
        _fellBack = false;
        State = Method == SipMethod.Invite ? ServerTransactionState.Proceeding : ServerTransactionState.Trying;
        LastStatusCode = 0;
        _hasTag = false;
        Started = false;
        CancelSeen = false;
        MergeHash = 0;
        IsMerged = false;
        KeepRequest = false;
        _begunAt = Context.Statistics.TakesServerTimes ? Now : 0;
        Hash = key.Hash;
        _keyFixedLength = key.Fixed.Length;
        _keyLength = key.Fixed.Length + key.ToTag.Length;
        if (_key.Length < _keyLength)
            _key = new byte[_keyLength + 32];
        key.Fixed.CopyTo(_key);
        key.ToTag.CopyTo(_key.AsSpan(_keyFixedLength));
    }

    /// <summary>Ends a transaction before its user has seen it: the request turned out to be known or merged.</summary>
    internal void Discard()
    {
        State = ServerTransactionState.Terminated;
        Finish();
    }

    /// <summary>RFC 3261 17.2.3: whether a request with this key is the same as ours.</summary>
    internal bool Matches(in ServerKey key, ServerMatch match)
    {
        if (!_key.AsSpan(0, _keyFixedLength).SequenceEqual(key.Fixed))
            return false;
        return match switch
        {
            // An ACK has the response's To tag, not the request's; a CANCEL has the request's.
            ServerMatch.Ack => Method == SipMethod.Invite && (key.HasCookie || AckTagMatches(key.ToTag)),
            ServerMatch.CancelledInvite => Method == SipMethod.Invite && ToTagMatches(key),
            ServerMatch.CancelledOther => Method is not (SipMethod.Invite or SipMethod.Cancel or SipMethod.Ack) && ToTagMatches(key),
            _ => Method == key.Method && ToTagMatches(key),
        };
    }

    /// <summary>Counts the final response, the time it took, and credentials that were not taken.</summary>
    private protected void CountFinal(ReadOnlySpan<byte> response, int statusCode)
    {
        TransactionStatistics statistics = Context.Statistics;
        statistics.CountFinal(statusCode);
        statistics.CountSent(Method, statusCode);
        if (_begunAt != 0)
            statistics.TookServer(Method, statusCode, Now - _begunAt);
        if (statusCode is 401 or 407 && Request is { } request && AuthenticationFailure.Is(request, response))
            Context.Count(TransactionCounter.AuthenticationFailures);
    }

    internal void Receive(ServerEvent what)
    {
        if (IsOver)
            return;
        Step(what, default, 0);
        if (!IsOver)
            Schedule();
    }

    /// <summary>One step of the machine.</summary>
    private protected abstract void Step(ServerEvent what, ReadOnlySpan<byte> response, int statusCode);

    private protected override void OnRetransmitTimer() => Step(ServerEvent.RetransmitTimer, default, 0);

    private protected override void OnExpireTimer() => Step(ServerEvent.ExpireTimer, default, 0);

    private protected override void OnSendError() => Step(ServerEvent.TransportError, default, 0);

    private protected override void PrefetchEnd()
    {
        Servers.PrefetchForget(this);
        CacheLine.Fetch(User, 3);
        CacheLine.Fetch(_kept, 1);
    }

    private protected void Transmit(ReadOnlySpan<byte> response)
    {
        if (Context.Transport.Send(ReplyFlow, response, Token) == SipSendResult.Queued)
            return;
        // 18.2.2: when the connection is gone, a new one to received (or sent-by's address) and the port of sent-by.
        if (IsReliable && !_fellBack)
        {
            _fellBack = true;
            SipFlow again = ResponseRouting.Fallback(Source, SentByPort);
            if (Context.Transport.SendFor(again, response, Token, Source.Remote, out _) == SipSendResult.Queued)
            {
                ReplyFlow = again;
                return;
            }
        }

        PostTransportError(Generation);
    }

    /// <summary>Keeps a response to be repeated. Over a stream nothing is repeated, so nothing is kept.</summary>
    private protected void KeepResponse(ReadOnlySpan<byte> response)
    {
        if (IsReliable)
            return;
        if (_kept is not null && (_kept.Length < response.Length || _kept.Length > response.Length * 2))
            DropKept();
        _kept ??= Context.Buffers.Rent(response.Length);
        response.CopyTo(_kept);
        _keptLength = response.Length;
    }

    private protected void TransmitKept()
    {
        if (_kept is null)
            return;
        Context.Count(TransactionCounter.ResponsesRetransmitted);
        Transmit(_kept.AsSpan(0, _keptLength));
    }

    private protected void DropKept()
    {
        if (_kept is null)
            return;
        Context.Buffers.Return(_kept);
        _kept = null;
    }

    /// <summary>After a final response the request is not needed any more.</summary>
    private protected void LetRequestGo()
    {
        if (KeepRequest || Request is not { } request)
            return;
        Request = null;
        request.Release();
    }

    private protected void InformTransportError()
    {
        TransactionLog.ResponseUndeliverable(Context.Logger, Source.Remote);
        if (User is not null)
            Guard(static t => t.User!.OnTransportError(t), this, nameof(IServerTransactionUser.OnTransportError));
    }

    private protected void InformTimeout()
    {
        Context.Count(TransactionCounter.ServerTimeouts);
        if (User is not null)
            Guard(static t => t.User!.OnTimeout(t), this, nameof(IServerTransactionUser.OnTimeout));
    }

    private protected void Terminate()
    {
        State = ServerTransactionState.Terminated;
        StopTimers();
        PostFinish();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private protected override void Finish()
    {
        try
        {
            User?.OnTerminated(this);
        }
        catch (Exception error)
        {
            CallbackFailed(nameof(IServerTransactionUser.OnTerminated), error);
        }

        User = null;
        UserState = null;
        Servers.Forget(this);
        EndLife();
        KeepRequest = false;
        LetRequestGo();
        DropKept();
        Source = default;
        ReplyFlow = default;
        if (_key.Length > KeyBytesKept)
            _key = new byte[96];
        Recycle();
    }

    private protected abstract void Recycle();

    private protected override string DescribeCall() => Request is { } request ? Encoding.UTF8.GetString(request.CallId) : "(let go)";

    private bool ToTagMatches(in ServerKey key) =>
        key.HasCookie || _key.AsSpan(_keyFixedLength, _keyLength - _keyFixedLength).SequenceEqual(key.ToTag);

    /// <summary>17.2.3, without the magic cookie: the To tag of the ACK equals that of the response sent.</summary>
    private bool AckTagMatches(ReadOnlySpan<byte> toTag)
    {
        if (_kept is not { } kept)
            return true;
        SipMessage sent = Scratch.Mine.SentMessage;
        return sent.Parse(kept, 0, _keptLength, Scratch.Limits).Status != SipParseStatus.Ok || sent.ToTag.SequenceEqual(toTag);
    }

    [InlineArray(LocalResponse.TagLength)]
    private struct TagBytes
    {
        private byte _first;
    }
}
