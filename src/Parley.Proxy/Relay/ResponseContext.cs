using Parley.Sip;
using Parley.Transactions;

namespace Parley.Proxy;

/// <summary>
/// RFC 3261 16.7's response context: one server transaction and the client transactions of its branches. Everything here runs inside the
/// request's strand, so nothing is locked. Lives and is pooled with its <see cref="SipContext"/>.
/// </summary>
internal sealed partial class ResponseContext(SipContext context, Pool<SipContext> pool)
    : BranchLauncher(context),
        IClientTransactionUser,
        IServerTransactionUser,
        ITimerTarget,
        IReplyHolder
{
    private readonly List<SipBranch> _branches = [];
    private readonly List<BranchTarget?> _group = [];
    private readonly TargetQueue _targets = new();
    private ResponseChoice _choice;
    private TimerC _timer;
    private int _pending;
    private RelayOptions? _options;
    private Func<RelayFailure, bool>? _tryNext;
    private TaskCompletionSource<bool>? _groupLeft;

    public override IReadOnlyList<SipBranch> Branches => _branches;

    public override SipMessage? FailureReply => _choice.Response;

    public override bool IsUnderWay => _pending > 0 || Activity != RelayActivity.None || Phase == RelayPhase.Copied;

    // What belongs to a dialog that a module follows is not forgotten: its repetition would be judged as a new request there.
    public override bool MayRefuse => Phase < RelayPhase.Sent && !IsCancelled && !(Context.IsInDialog && !Context.Observers.IsEmpty);

    private bool HasFailureHooks => Context.Hooks.Failure.Length > 0 || Context.FailureHooks is { Count: > 0 };

    private RelayOptions Options => _options ?? Core.Options.Relay;

    public override void Begin()
    {
        Lifetime.Begin(hasTransaction: Context.Transaction is not null);
        Core.RequestBegins();
    }

    public override void AddTarget(BranchTarget target) => _targets.Add(target);

    public override BranchTarget? RemoveTarget() => _targets.RemoveFirst();

    public override ValueTask<bool> ForwardStateless() => StatelessRelay.Forward(Context);

    public override void OnFinalReply()
    {
        _targets.Clear();
        if (_pending > 0)
            CancelPending(default);
    }

    public override void Answered()
    {
        if (IsAnswered)
            return;
        IsAnswered = true;
        Core.RequestAnswered();
        foreach (SipBranch branch in _branches)
            branch.ReleaseResponse();
        Context.ReleaseEdits();
    }

    void IServerTransactionUser.OnTransportError(ServerTransaction transaction)
    {
        // RFC 6026 8.8: the machine goes on; when the response is never acknowledged, its timers end it.
    }

    void IServerTransactionUser.OnTerminated(ServerTransaction transaction)
    {
        if (!IsAnswered)
            Answered();
        Lifetime.TransactionEnds();
        Context.EndServer(isAwaiting: IsInvite && Lifetime.HasTransactions);
        CompleteIfOver();
    }

    void IClientTransactionUser.OnTerminated(ClientTransaction transaction)
    {
        var branch = (SipBranch)transaction.UserState!;
        Enter();
        if (branch.Transaction == transaction)
        {
            branch.Transaction = null;
            Fail(branch, 503, FailureReason.Unreachable); // nothing when it is final: else it was abandoned
        }

        Lifetime.TransactionEnds();
        Leave();
    }

    private protected override ClientTransaction CreateTransaction(SipBranch branch) =>
        Core.Transactions.CreateClient(Context.Strand, Context.Method, this, branch);

    private protected override void CompleteIfOver()
    {
        if (!Lifetime.IsIdle || Activity == RelayActivity.Choosing)
            return;
        if (Lifetime.HasTransactions && !TryReleaseTransactions())
            return;
        Lifetime.Close();
        if (!IsAnswered)
            Answered();
        Context.Observers.Completed(Context);
        Lifetime.NextVersion();
        foreach (SipBranch branch in _branches)
        {
            branch.End();
            Core.Branches.Return(branch);
        }

        _branches.Clear();
        _targets.Clear();
        _choice = default;
        _timer.Reset();
        _pending = 0;
        _options = null;
        _tryNext = null;
        _groupLeft = null;
        Phase = RelayPhase.Idle;
        Activity = RelayActivity.None;
        IsCancelled = IsAnswered = false;
        Failure = default;
        Context.End();
        pool.Return(Context);
    }

    /// <summary>
    /// An answered request other than INVITE needs its context no more: what its transactions still do (repeat the answer, swallow repetitions)
    /// they do alone. So a context lives as long as the exchange, not the 32 s of timer J.
    /// </summary>
    private bool TryReleaseTransactions()
    {
        if (IsInvite || !IsAnswered)
            return false;
        if (Context.Transaction is { } server)
            server.User = null;
        foreach (SipBranch branch in _branches)
        {
            if (branch.Transaction is not { } client)
                continue;
            client.User = null;
            client.UserState = null;
        }

        Lifetime.ReleaseTransactions();
        return true;
    }
}
