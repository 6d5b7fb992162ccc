using Parley.Proxy;
using Parley.Sip;

namespace Parley.Server.Calls;

/// <summary>Follows one initial INVITE until its final response, for the line that the log gets of it. Pooled by <see cref="CallLog"/>.</summary>
internal sealed class CallAttempt(CallLog log) : RelayObserver
{
    private string? _why;
    private bool _isOver;

    /// <summary>When the INVITE arrived, a timestamp of the clock.</summary>
    public long Begin { get; private set; }

    /// <summary>Why the server refuses the call; null when it has not said.</summary>
    public string? Why => _why;

    public void Start(long now)
    {
        (Begin, _why, _isOver) = (now, null, false);
    }

    /// <summary>The reason that the line gives for a refusal of the server's own.</summary>
    public void Explain(string why) => _why = why;

    public override void OnReplyForwarding(SipContext context, SipBranch? branch, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (_isOver || statusCode < 200)
            return;
        _isOver = true;
        if (statusCode < 300)
            log.Answered(context, this, branch);
        else
            log.Failed(context, this, branch, reply, statusCode);
    }

    public override void OnCompleted(SipContext context) => log.Return(this);
}
