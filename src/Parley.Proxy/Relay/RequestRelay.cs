using Parley.Sip;

namespace Parley.Proxy;

/// <summary>What a request's context knows of its relay: how far it has come, what failed, and the commands.</summary>
internal abstract class RequestRelay
{
    private protected RequestLifetime Lifetime;

    /// <summary>The caller's CANCEL has arrived.</summary>
    public bool IsCancelled { get; private protected set; }

    /// <summary>A final response was sent.</summary>
    public bool IsAnswered { get; private protected set; }

    public RelayPhase Phase { get; private protected set; }

    public RelayActivity Activity { get; private protected set; }

    /// <summary>Why the last round failed, or what was answered in place of relaying.</summary>
    public RelayFailure Failure { get; private protected set; }

    /// <summary>Which life of the pooled object this is.</summary>
    public long Version => Lifetime.Version;

    public abstract SipMessage? FailureReply { get; }

    public abstract IReadOnlyList<SipBranch> Branches { get; }

    /// <summary>Something is being done about the request that will lead to an answer.</summary>
    public abstract bool IsUnderWay { get; }

    /// <summary>Nothing has been done about the request, so that a failure of the proxy's own may forget it.</summary>
    public abstract bool MayRefuse { get; }

    public abstract void Begin();

    public abstract void AddTarget(BranchTarget target);

    /// <summary>The first target, for a stateless copy; null when none was added.</summary>
    public abstract BranchTarget? RemoveTarget();

    /// <summary>RelayAsync, inside the strand.</summary>
    public abstract ValueTask<bool> Forward(RelayOptions options, Func<RelayFailure, bool>? tryNext);

    /// <summary>RelayAsync from a handler that left the strand's synchronization context.</summary>
    public abstract ValueTask<bool> ForwardFromOutside(RelayOptions options, Func<RelayFailure, bool>? tryNext);

    /// <summary>One copy without transactions.</summary>
    public abstract ValueTask<bool> ForwardStateless();

    /// <summary>CANCELs all that has no final response; targets not tried are dropped.</summary>
    public abstract void CancelPending(ReadOnlySpan<byte> headerLines);

    /// <summary>A final response of the proxy's own is about to be sent: nothing is awaited any more.</summary>
    public abstract void OnFinalReply();

    /// <summary>A final response was sent.</summary>
    public abstract void Answered();

    /// <summary>See <see cref="SipContext.HoldReply"/>.</summary>
    public abstract ReplyHold? HoldReply(TimeSpan longest);

    /// <summary>A stateless copy has left: nothing else is to be done.</summary>
    public void MarkCopied() => Phase = RelayPhase.Copied;

    /// <summary>A failure of the proxy's own leaves. It is why the request failed, unless a branch failed before.</summary>
    public void NoteOwnFailure(int statusCode)
    {
        if (Failure.StatusCode == 0)
            Failure = new RelayFailure(statusCode, RelayFailure.ReasonOf(statusCode), IsReceived: false);
    }

    /// <summary>The core's first call is over.</summary>
    public void EndOfFirstCall() => Leave();

    public void HandlerBegins() => Lifetime.HandlerBegins();

    public void HandlerEnds()
    {
        Lifetime.HandlerEnds();
        CompleteIfOver();
    }

    /// <summary>A look-up keeps the context alive.</summary>
    public void LookupBegins() => Lifetime.LookupBegins();

    public void LookupEnds()
    {
        Lifetime.LookupEnds();
        CompleteIfOver();
    }

    private protected void Enter() => Lifetime.Enter();

    private protected void Leave()
    {
        Lifetime.Leave();
        CompleteIfOver();
    }

    /// <summary>Puts the context back when nothing keeps it.</summary>
    private protected abstract void CompleteIfOver();
}
