using Parley.Sip;

namespace Parley.Proxy;

// A response that an observer lets wait: everything about it is done but the sending, and the context lives until that.
internal sealed partial class ResponseContext
{
    private ReplyHold? _hold;
    private bool _mayHold;

    public override ReplyHold? HoldReply(TimeSpan longest)
    {
        if (!_mayHold || _hold is not null)
            return null;
        _hold = Core.Holds.Rent();
        _hold.Open(this, Context.Strand, Math.Max(1, (long)longest.TotalMilliseconds));
        return _hold;
    }

    /// <summary>Sends what an observer had held.</summary>
    public void SendHeld(List<HeldReply> replies)
    {
        Enter();
        _hold = null;
        foreach (HeldReply reply in replies)
        {
            SendUpstream(reply.Bytes, reply.Status);
            Core.Counters.Count(ProxyCounter.RepliesForwarded);
            Context.Observers.ReplyForwarded(Context, reply.Branch, reply.Status);
        }

        Lifetime.LookupEnds();
        Leave();
    }

    public void Flush() => Core.Transport.Flush();

    /// <summary>The bytes wait; false when nothing is held and they are to be sent now. What comes while one waits waits with it, so that a further 2xx of a fork does not overtake the first.</summary>
    private bool TryHold(SipBranch branch, SipMessage response, RelayScratch scratch, int status)
    {
        if (_hold is not { } hold)
            return false;
        bool isFirst = !hold.HasReplies;
        hold.Add(scratch.Write(), status, branch, response.ToTag);
        if (!isFirst)
            return true;
        Lifetime.LookupBegins();
        hold.Keep(Core.Timers);
        return true;
    }
}
