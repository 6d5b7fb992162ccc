using Parley.Transactions;

namespace Parley.Proxy;

/// <summary>
/// A response that waits before it leaves, until <see cref="Release"/> or the end of its time; from <see cref="SipContext.HoldReply"/>. It is released
/// exactly once, and not used after that: the object serves other responses then.
/// </summary>
public sealed class ReplyHold : ITimerTarget
{
    // The state is the version, and below it these bits: one word, so that a late timer or release never meets the next life of the object.
    private const int Kept = 1;
    private const int Released = 2;
    private const int Sent = 4;
    private const int FlagBits = 3;

    private static readonly StrandWork SendWork = static (target, _, version) => ((ReplyHold)target!).Send(version);

    private readonly Pool<ReplyHold> _pool;
    private readonly List<HeldReply> _replies = [];
    private long _state;
    private IReplyHolder? _owner;
    private Strand? _strand;
    private long _longest;

    internal ReplyHold(Pool<ReplyHold> pool) => _pool = pool;

    private long Version => Volatile.Read(ref _state) >> FlagBits;

    /// <summary>Lets the response leave. From any thread; it leaves from the request's strand, maybe before this returns.</summary>
    /// <returns>False when it had left already, because its time was over.</returns>
    public bool Release()
    {
        long version = Version;
        Strand strand = _strand!;
        IReplyHolder owner = _owner!;
        if (!TryAdd(version, Released, out int before))
            return false;
        if ((before & Sent) != 0)
        {
            Return();
            return false;
        }

        if ((before & Kept) != 0)
        {
            strand.Post(SendWork, this, null, version);
            owner.Flush(); // this thread may have no receive loop
        }

        return true;
    }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        if (version == Version)
            _strand?.Run(SendWork, this, null, version);
    }

    /// <summary>In the strand: a response is about to be held for an observer.</summary>
    /// <param name="owner">The relay of its request.</param>
    /// <param name="strand">The strand of its request.</param>
    /// <param name="longest">Milliseconds that it waits at most.</param>
    internal void Open(IReplyHolder owner, Strand strand, long longest)
    {
        _owner = owner;
        _strand = strand;
        _longest = longest;
        Volatile.Write(ref _state, (Version + 1) << FlagBits);
    }

    /// <summary>In the strand: this response waits. The first of a hold; others of the same request join it.</summary>
    internal void Add(ReadOnlySpan<byte> bytes, int status, SipBranch branch, ReadOnlySpan<byte> tag) =>
        _replies.Add(HeldReply.Copy(bytes, status, branch, tag));

    /// <summary>In the strand: it repeats one that waits.</summary>
    internal bool Has(SipBranch branch, ReadOnlySpan<byte> tag)
    {
        foreach (HeldReply reply in _replies)
        {
            if (reply.Branch == branch && reply.Tag.SequenceEqual(tag))
                return true;
        }

        return false;
    }

    /// <summary>In the strand, once the first response is in: waits from now on. Released meanwhile, it has left when this returns.</summary>
    internal void Keep(TimerService timers)
    {
        long version = Version;
        TryAdd(version, Kept, out int before);
        if ((before & Released) != 0)
            Send(version);
        else
            timers.Arm(this, 0, version, _longest);
    }

    /// <summary>In the strand: a response waits already.</summary>
    internal bool HasReplies => _replies.Count > 0;

    private void Send(long version)
    {
        if (!TryAdd(version, Sent, out int before) || (before & Sent) != 0)
            return;
        _owner!.SendHeld(_replies);
        foreach (HeldReply reply in _replies)
            reply.Return();
        _replies.Clear();
        if ((before & Released) != 0)
            Return();
    }

    /// <summary>False: another life of the object.</summary>
    private bool TryAdd(long version, int flag, out int before)
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            before = (int)(state & ((1 << FlagBits) - 1));
            if (state >> FlagBits != version)
                return false;
            if (Interlocked.CompareExchange(ref _state, state | (long)flag, state) == state)
                return true;
        }
    }

    private void Return()
    {
        _owner = null;
        _pool.Return(this);
    }
}
