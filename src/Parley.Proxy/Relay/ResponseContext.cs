using System.Diagnostics.CodeAnalysis;
using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

/// <summary>
/// RFC 3261 16.7's response context: one server transaction and the client transactions of its branches. Everything here runs inside the
/// request's strand, so nothing is locked. Lives and is pooled with its <see cref="SipContext"/>.
/// </summary>
internal sealed partial class ResponseContext(SipContext context) : IClientTransactionUser, IServerTransactionUser, ITimerTarget
{
    private readonly List<SipBranch> _branches = [];
    private readonly List<BranchTarget?> _targets = [];
    private readonly List<BranchTarget?> _group = [];
    private long _version;
    private int _depth;
    private int _transactions;
    private int _handlers;
    private int _lookups;
    private int _pending;
    private bool _isOpen;
    private bool _isRelaying;
    private bool _isAccepted;
    private bool _isDeclined;
    private bool _isStarting;
    private bool _isChoosing;
    private int _roundStart;
    private int _chosenRound;
    private int _branchesAtChoice;
    private TaskCompletionSource<bool>? _groupLeft;
    private SipMessage? _live;
    private SipBranch? _liveBranch;
    private SipBranch? _chosen;
    private bool _timerArmed;
    private bool _wasRelayed;
    private bool _hasLeft;

    public IReadOnlyList<SipBranch> Branches => _branches;

    public bool IsCancelled { get; private set; }

    public bool IsAnswered { get; private set; }

    public int FailureStatus { get; private set; }

    public SipMessage? FailureReply => _chosen is null ? null : ResponseOf(_chosen);

    /// <summary>Something is being done about the request that will lead to an answer.</summary>
    public bool IsUnderWay => _pending > 0 || _isChoosing || _isStarting || _wasRelayed;

    /// <summary>
    /// Nothing has been done about the request, so that a failure of the proxy's own may forget it. What belongs to a dialog that a module
    /// follows is not forgotten: its repetition would be judged as a new request there.
    /// </summary>
    public bool MayRefuse => !_hasLeft && !IsCancelled && !(context.IsInDialog && context.Observers.Length > 0);

    /// <summary>Which life of the pooled object this is.</summary>
    public long Version => Volatile.Read(ref _version);

    private ProxyCore Core => context.Core;

    private bool IsInvite => context.Method == SipMethod.Invite;

    public void Begin()
    {
        Volatile.Write(ref _version, _version + 1);
        _isOpen = true;
        _depth = 1; // until the core has handed it to the handler
        _transactions = context.Transaction is null ? 0 : 1;
        Core.RequestBegins();
    }

    /// <summary>The core's first call is over.</summary>
    public void EndOfFirstCall() => Leave();

    public void HandlerBegins() => _handlers++;

    public void HandlerEnds()
    {
        _handlers--;
        if (_depth == 0)
            CompleteIfOver();
    }

    /// <summary>A stateless copy has left: nothing else is to be done.</summary>
    public void MarkRelayed() => _wasRelayed = true;

    /// <summary>The first target, for a stateless copy; null when none was added.</summary>
    public BranchTarget? TakeTarget()
    {
        if (_targets.Count == 0)
            return null;
        int best = 0;
        for (int i = 1; i < _targets.Count; i++)
        {
            if (QOf(_targets[i]) > QOf(_targets[best]))
                best = i;
        }

        BranchTarget? target = _targets[best];
        _targets.Clear();
        return target;
    }

    /// <summary>A lookup for a stateless copy keeps the context alive.</summary>
    public void LookupBegins() => _lookups++;

    public void LookupEnds()
    {
        _lookups--;
        if (_depth == 0)
            CompleteIfOver();
    }

    /// <summary>A final response of the proxy's own is about to be sent: nothing is awaited any more.</summary>
    public void OnFinalReply()
    {
        _targets.Clear();
        if (_pending > 0)
            CancelPending(default);
    }

    /// <summary>A final response was sent.</summary>
    public void Answered()
    {
        if (IsAnswered)
            return;
        IsAnswered = true;
        Core.RequestAnswered();
        foreach (SipBranch branch in _branches)
            branch.ReleaseResponse();
        context.ReleaseEdits();
    }

    void IServerTransactionUser.OnTransportError(ServerTransaction transaction)
    {
        // RFC 6026 8.8: the machine goes on; when nobody hears, its timers end it.
    }

    void IServerTransactionUser.OnTerminated(ServerTransaction transaction)
    {
        if (!IsAnswered)
            Answered();
        context.EndServer();
        _transactions--;
        if (_depth == 0)
            CompleteIfOver();
    }

    void IClientTransactionUser.OnTerminated(ClientTransaction transaction)
    {
        var branch = (SipBranch)transaction.UserState!;
        if (branch.Transaction == transaction)
        {
            branch.Transaction = null;
            if (!branch.IsFinal)
            {
                // Abandoned, or a machine that ended without saying why.
                Enter();
                Fail(branch, 503);
                _transactions--;
                Leave();
                return;
            }
        }

        _transactions--;
        if (_depth == 0)
            CompleteIfOver();
    }

    private void Enter() => _depth++;

    private void Leave()
    {
        if (--_depth == 0)
            CompleteIfOver();
    }

    private void CompleteIfOver()
    {
        if (!_isOpen || _handlers > 0 || _lookups > 0 || _isChoosing)
            return;
        if (_transactions > 0 && !TryLetTransactionsGo())
            return;
        _isOpen = false;
        if (!IsAnswered)
            Answered();
        foreach (RelayObserver observer in context.Observers)
        {
            try
            {
                observer.OnCompleted(context);
            }
            catch (Exception error) when (Caught("completion observer", error)) { }
        }

        Volatile.Write(ref _version, _version + 1);
        foreach (SipBranch branch in _branches)
        {
            branch.End();
            Core.Branches.Return(branch);
        }

        _branches.Clear();
        _targets.Clear();
        _pending = 0;
        _wasRelayed = _hasLeft = false;
        _isRelaying = _isAccepted = _isDeclined = _isStarting = _isChoosing = _timerArmed = false;
        _roundStart = _chosenRound = _branchesAtChoice = 0;
        _groupLeft = null;
        _chosen = null;
        IsCancelled = IsAnswered = false;
        FailureStatus = 0;
        context.End();
        Core.Contexts.Return(context);
    }

    /// <summary>
    /// An answered request other than INVITE needs its context no more: what its transactions still do (repeat the answer, swallow repetitions)
    /// they do alone. So a context lives as long as the exchange, not the 32 s of timer J.
    /// </summary>
    private bool TryLetTransactionsGo()
    {
        if (IsInvite || !IsAnswered)
            return false;
        if (context.Transaction is { } server)
            server.User = null;
        foreach (SipBranch branch in _branches)
        {
            if (branch.Transaction is { } client)
                LetGo(client);
        }

        _transactions = 0;
        return true;
    }

    private static void LetGo(ClientTransaction transaction)
    {
        transaction.User = null;
        transaction.UserState = null;
    }

    private bool Caught(string hook, Exception error)
    {
        context.HookFailed(hook, error);
        return true;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    public void TellForwarding(SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        foreach (RelayObserver observer in context.Observers)
        {
            try
            {
                observer.OnReplyForwarding(context, branch, reply, statusCode, edits);
            }
            catch (Exception error)
            {
                Caught("reply observer", error);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the request goes on.")]
    public void TellForwarded(SipBranch? branch, int statusCode)
    {
        foreach (RelayObserver observer in context.Observers)
        {
            try
            {
                observer.OnReplyForwarded(context, branch, statusCode);
            }
            catch (Exception error)
            {
                Caught("reply observer", error);
            }
        }
    }
}
