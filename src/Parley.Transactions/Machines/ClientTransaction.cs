using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>The client side of one request sent (RFC 3261 17.1). Pooled: after <see cref="IClientTransactionUser.OnTerminated"/> it belongs to another request.</summary>
/// <remarks>All members are to be used inside the <see cref="SipTransaction.Strand"/>.</remarks>
public abstract class ClientTransaction : SipTransaction
{
    private static readonly StrandWork ConnectionLostWork = static (target, argument, generation) =>
    {
        ClientTransaction transaction = (ClientTransaction)target!;
        if (transaction.IsGeneration(generation))
            transaction.ConnectionLost(((LostConnection)argument!).Id);
    };

    private static readonly StrandWork UnreachableWork = static (target, _, generation) =>
    {
        ClientTransaction transaction = (ClientTransaction)target!;
        if (transaction.IsGeneration(generation))
            transaction.Unreachable();
    };

    private BranchBytes _branch;
    private ulong _nonce;
    private byte[]? _sent;
    private int _sentLength;
    private Carriage? _carriage;
    private long _lastCarrier;
    private long _startedAt; // 0: nothing takes times
    private bool _carrierWasOpen;
    private bool _wasRepeated;

    private protected ClientTransaction(ClientTransactions clients, uint index, TransactionKind kind)
        : base(clients.Context, index, kind)
    {
        Clients = clients;
    }

    /// <summary>
    /// The branch of our Via, with the magic cookie, 39 bytes. It encodes where the transaction lies, so that its responses need no search, and
    /// unpredictable bits, so that it cannot be guessed. A dot and token characters of the user's own may follow it in the Via (a loop
    /// detection hash, 16.6 step 8). Valid from creation to termination.
    /// </summary>
    public ReadOnlySpan<byte> Branch => _branch;

    /// <summary>The machine's state.</summary>
    public ClientTransactionState State { get; private protected set; } = ClientTransactionState.Terminated;

    /// <summary>The request's method.</summary>
    public SipMethod Method { get; private set; }

    /// <summary>Where the request was sent; default before <see cref="Start"/>.</summary>
    public SipFlow Flow { get; private set; }

    /// <summary>The connection that the last response came by; 0: none came yet, or it came by datagram.</summary>
    public long ConnectionId { get; internal set; }

    /// <summary>Whose request makes this one: its source, which may have only so many connections opened for it at once. Default: this element itself.</summary>
    public SipEndPoint Cause
    {
        get => _carriage?.Cause ?? default;
        set
        {
            if (_carriage is not null || value != default)
                (_carriage ??= new Carriage()).Cause = value;
        }
    }

    /// <summary>Receives the responses and the end; null for none.</summary>
    public IClientTransactionUser? User { get; set; }

    /// <summary>Anything the user wants to find again; forgotten when the transaction terminates.</summary>
    public object? UserState { get; set; }

    /// <summary>The request as sent, while the machine holds it (until a final response); empty before and afterwards.</summary>
    public ReadOnlySpan<byte> SentRequest => HoldsRequest ? _sent.AsSpan(0, _sentLength) : default;

    /// <summary>What only a request over a stream needs; made when the pooled transaction has its first, and kept.</summary>
    internal Carriage StreamCarriage => _carriage ??= new Carriage();

    internal Carriage? StreamCarriageOrNull => _carriage;

    private protected ClientTransactions Clients { get; }

    private protected override bool IsOver => State == ClientTransactionState.Terminated;

    private protected bool IsReliable => Flow.Listener.IsReliable;

    private bool HoldsRequest =>
        _sent is not null && State is ClientTransactionState.Calling or ClientTransactionState.Trying or ClientTransactionState.Proceeding;

    /// <summary>Sends the request and starts the machine; once. A failure known at once comes back as OnTransportError after this returned.</summary>
    /// <param name="request">The whole request with our Via and <see cref="Branch"/>; copied.</param>
    /// <param name="flow">Where to.</param>
    /// <exception cref="ArgumentException">The request is empty or the flow has no listener.</exception>
    /// <exception cref="InvalidOperationException">Started before.</exception>
    public void Start(ReadOnlySpan<byte> request, in SipFlow flow)
    {
        if (request.IsEmpty)
            throw new ArgumentException("A request is never empty.", nameof(request));
        if (flow.Listener is null)
            throw new ArgumentException("A flow has a listener.", nameof(flow));
        if (State != ClientTransactionState.Idle)
            throw new InvalidOperationException("A transaction starts once.");
        Flow = flow;
        Hold(request);
        Context.Statistics.CountSentRequest(Method);
        _startedAt = Context.Statistics.TakesClientTimes ? Now : 0;
        Begin();
        Transmit(request);
        Schedule();
    }

    /// <summary>
    /// INVITE only: sends CANCEL now if a provisional response came, else as soon as one comes (9.1). Harmless after a final response; before
    /// <see cref="Start"/> it ends the transaction. When no final response follows within 64*T1 the machine times out.
    /// </summary>
    /// <param name="headerLines">Header lines for the CANCEL, each ended by CRLF, e.g. a Reason (RFC 3326); copied.</param>
    public virtual void Cancel(ReadOnlySpan<byte> headerLines = default) { }

    /// <summary>
    /// INVITE only: as <see cref="Cancel"/>, and before the first response the request is sent no more, for no answer to it is wanted. The transaction
    /// stays for late responses until timer B: a provisional one is answered with CANCEL (9.1), a 2xx is passed up.
    /// </summary>
    public virtual void StopTrying() { }

    /// <summary>Gives up: nothing more is sent or passed up; OnTerminated follows after the present work of the strand.</summary>
    public void Abandon()
    {
        if (!IsOver)
            Terminate();
    }

    internal void Reserve(Strand strand, SipMethod method, IClientTransactionUser? user, object? userState)
    {
        Live(strand);
        Method = method;
        User = user;
        UserState = userState;
        ConnectionId = 0;
        Cause = default;
        _lastCarrier = 0;
        _wasRepeated = false;
        State = ClientTransactionState.Idle;
        _nonce = Context.Random.Next();
        OwnBranch.Write(_branch, Index, Method == SipMethod.Invite, Generation, _nonce);
    }

    /// <summary>Inside the strand, the generation compared: whether the branch is really ours.</summary>
    internal bool HasNonce(ulong nonce) => _nonce == nonce;

    /// <summary>A response with our branch. False: it is a stray (the method differs).</summary>
    internal virtual bool Receive(SipMessage response)
    {
        // 17.1.3: the method in CSeq matches that of the request.
        if (response.Method != Method || IsOver || State == ClientTransactionState.Idle)
            return false;
        int status = response.StatusCode;
        Step(
            status < 200 ? ClientEvent.Provisional
                : status < 300 ? ClientEvent.Success
                : ClientEvent.Failure,
            response
        );
        if (!IsOver)
            Schedule();
        return true;
    }

    /// <summary>The first state and its timers.</summary>
    private protected abstract void Begin();

    /// <summary>One step of the machine.</summary>
    private protected abstract void Step(ClientEvent what, SipMessage? response);

    private protected override void OnRetransmitTimer() => Step(ClientEvent.RetransmitTimer, null);

    private protected override void OnExpireTimer() => Step(ClientEvent.ExpireTimer, null);

    private protected override void OnSendError()
    {
        Clients.Carried.Remove(this);
        if (!TryRepeat())
            Step(ClientEvent.TransportError, null);
    }

    /// <summary>The connection that carried the request is gone; reported later, never inside a call.</summary>
    internal void PostConnectionLost(uint generation, long connectionId) =>
        StrandOrNull?.Post(ConnectionLostWork, this, new LostConnection(connectionId), generation);

    /// <summary>An ICMP report that quotes our branch: the request did not arrive. Counts only before any response, since a far end that has answered is there (RFC 3261 18.4).</summary>
    internal void PostUnreachable(uint generation) => StrandOrNull?.Post(UnreachableWork, this, null, generation);

    /// <summary>
    /// Once, when a connection died that had been there before: the same request, with the same branch, over a new one. Most often the far end
    /// had closed it as idle and read nothing; if it did read, the request is a retransmission to it (17.2.3), so it is safe for every
    /// method. Not after a provisional response to an INVITE, and not where only the one connection leads to the far end.
    /// </summary>
    private bool TryRepeat()
    {
        if (
            _wasRepeated
            || !_carrierWasOpen
            || _lastCarrier == 0
            || Flow.ConnectionId != 0
            || !HoldsRequest
            || (Method == SipMethod.Invite && State != ClientTransactionState.Calling)
        )
            return false;
        _wasRepeated = true;
        Context.Count(TransactionCounter.RequestsReconnected);
        TransmitHeld();
        return true;
    }

    /// <summary>The request is sent no more, neither by timer A nor over a new connection.</summary>
    private protected void StopRepeating()
    {
        RetransmitAt = Never;
        _wasRepeated = true;
    }

    private void ConnectionLost(long connectionId)
    {
        if (IsOver || _lastCarrier != connectionId || !HoldsRequest)
            return;
        Context.Count(TransactionCounter.ConnectionsLost);
        OnSendError();
    }

    private void Unreachable()
    {
        if (IsOver || State is not (ClientTransactionState.Calling or ClientTransactionState.Trying))
            return;
        Context.Count(TransactionCounter.Unreachable);
        Step(ClientEvent.TransportError, null);
    }

    private protected override void PrefetchEnd()
    {
        CacheLine.Fetch(User, 3);
        CacheLine.Fetch(UserState, 2);
    }

    private protected void Transmit(ReadOnlySpan<byte> request)
    {
        if (Context.Transport.SendFor(Flow, request, Token, Cause, out long connection) != SipSendResult.Queued)
            PostTransportError(Generation);
        else if (connection != 0 && HoldsRequest)
            Follow(connection);
    }

    /// <summary>From now on the end of this connection is reported.</summary>
    private void Follow(long connection)
    {
        _carrierWasOpen = Context.Transport.StateOf(connection) == SipConnectionState.Open;
        _lastCarrier = connection;
        Clients.Carried.Remove(this);
        Clients.Carried.Add(this, connection);
        // It may have closed before it was listed.
        if (Context.Transport.StateOf(connection) == SipConnectionState.Gone)
            PostConnectionLost(Generation, connection);
    }

    private protected void TransmitHeld()
    {
        if (_sent is not null)
            Transmit(_sent.AsSpan(0, _sentLength));
    }

    /// <summary>The held request, parsed into this thread's scratch message; null when it cannot be read (it was built wrong).</summary>
    private protected SipMessage? ParseHeld()
    {
        SipMessage sent = Scratch.Mine.SentMessage;
        return _sent is not null && sent.Parse(_sent, 0, _sentLength, Scratch.Limits).Status == SipParseStatus.Ok ? sent : null;
    }

    /// <summary>Holds a message in a pooled buffer of its size.</summary>
    private protected void Hold(ReadOnlySpan<byte> message)
    {
        DropHeld();
        _sent = Context.Buffers.Rent(message.Length);
        message.CopyTo(_sent);
        _sentLength = message.Length;
    }

    private protected void DropHeld()
    {
        if (_sent is null)
            return;
        Context.Buffers.Return(_sent);
        _sent = null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code.")]
    private protected void InformResponse(SipMessage response)
    {
        int status = response.StatusCode;
        Context.Statistics.CountReceived(Method, status);
        if (status >= 200 && _startedAt != 0)
        {
            Context.Statistics.TookClient(Method, status, Now - _startedAt);
            _startedAt = 0;
        }

        if (_carriage is { Carrier: not 0 } && !HoldsRequest)
            Clients.Carried.Remove(this);
        try
        {
            User?.OnResponse(this, response);
        }
        catch (Exception error)
        {
            CallbackFailed(nameof(IClientTransactionUser.OnResponse), error);
        }
    }

    private protected void InformTimeout()
    {
        Context.Count(TransactionCounter.ClientTimeouts);
        if (User is not null)
            Guard(static t => t.User!.OnTimeout(t), this, nameof(IClientTransactionUser.OnTimeout));
    }

    private protected void InformTransportError()
    {
        if (User is not null)
            Guard(static t => t.User!.OnTransportError(t), this, nameof(IClientTransactionUser.OnTransportError));
    }

    private protected void Terminate()
    {
        State = ClientTransactionState.Terminated;
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
            CallbackFailed(nameof(IClientTransactionUser.OnTerminated), error);
        }

        Clients.Carried.Remove(this);
        EndLife();
        User = null;
        UserState = null;
        DropHeld();
        Flow = default;
        DropStrand();
        Recycle();
    }

    private protected abstract void Recycle();

    private protected override string DescribeCall() => ParseHeld() is { } sent ? Encoding.UTF8.GetString(sent.CallId) : "(let go)";

    private sealed record LostConnection(long Id);

    [InlineArray(OwnBranch.Length)]
    private struct BranchBytes
    {
        private byte _first;
    }

    /// <summary>The place in the list of its connection (<see cref="CarriedClients"/>, under its lock), and the request that it serves.</summary>
    internal sealed class Carriage
    {
        /// <summary>The connection whose end it waits for; 0 for none.</summary>
        public long Carrier;

        public uint Next;

        public uint Previous;

        public SipEndPoint Cause { get; set; }
    }
}
