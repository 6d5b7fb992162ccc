namespace Parley.Proxy;

// An answer that comes after the handler has returned. The open handle counts as a handler that is still running, so the context stays this request's.
public sealed partial class SipContext
{
    private IDeferral? _deferral;

    internal bool IsDeferred => _deferral is { IsOpen: true };

    /// <summary>The handle counts as a handler until it is closed: at once when the caller's CANCEL has come.</summary>
    /// <exception cref="InvalidOperationException">The request is none to be deferred.</exception>
    internal void Attach(IDeferral deferral)
    {
        if (IsAnswered || Relay.IsUnderWay || _deferral is not null)
            throw new InvalidOperationException("The request has been answered, relayed or deferred already.");
        _deferral = deferral;
        Relay.HandlerBegins();
        if (IsCancelled)
            AbortDeferred();
    }

    /// <summary>The request ends by another way: CANCEL, or an answer.</summary>
    internal void AbortDeferred()
    {
        if (_deferral is not { IsOpen: true } deferral)
            return;
        deferral.Abort();
        Relay.HandlerEnds();
    }

    /// <summary>The handle has been used: it is closed.</summary>
    internal void ResumeDeferred(SipRequestHandler handler)
    {
        Core.Watchdog?.Enter(this, "handler");
        RunHandler(handler);
        Core.Watchdog?.Leave();
        Relay.HandlerEnds();
    }

    /// <summary>The limit is over, the handle is closed.</summary>
    internal void ExpireDeferred(int statusCode)
    {
        ReplyInStrand(statusCode, null, default);
        Relay.HandlerEnds();
    }
}
