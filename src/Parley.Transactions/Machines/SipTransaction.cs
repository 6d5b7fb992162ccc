using System.Diagnostics.CodeAnalysis;

namespace Parley.Transactions;

/// <summary>What all four machines share: a place in a pool, a strand, and two deadlines on one timer.</summary>
/// <remarks>
/// A machine has at most two deadlines at a time: the next repetition and the end. Only the earlier one lies in the timer wheel; when it fires
/// the machine looks which is due and arms the next. So a transaction that is over in a moment leaves nothing behind in the wheel but one
/// short timer, which the version makes harmless.
/// </remarks>
public abstract class SipTransaction : ITimerTarget
{
    private protected const long Never = long.MaxValue;

    private static readonly StrandWork TimerWork = static (target, _, version) => ((SipTransaction)target!).TimerInStrand(version);
    private static readonly StrandWork FinishWork = static (target, _, generation) => ((SipTransaction)target!).FinishInStrand(generation);
    private static readonly StrandWork ErrorWork = static (target, _, generation) => ((SipTransaction)target!).ErrorInStrand(generation);

    private readonly uint _tokenBits;
    private Strand? _strand;
    private uint _generation = 1;
    private long _version;
    private long _armedDue = Never;

    private protected SipTransaction(TransactionContext context, uint index, TransactionKind kind)
    {
        Context = context;
        _tokenBits = (index << 2) | (uint)kind;
    }

    /// <summary>The strand in which all of this transaction's events run.</summary>
    public Strand Strand => _strand!;

    private protected TransactionContext Context { get; }

    /// <summary>Where it lies in its pool.</summary>
    internal uint Index => _tokenBits >> 2;

    /// <summary>Which life of the pooled object this is; never 0.</summary>
    internal uint Generation => Volatile.Read(ref _generation);

    /// <summary>What the transport gives back when a message of this life could not be sent.</summary>
    internal ulong Token => ((ulong)_generation << 32) | _tokenBits;

    private protected TimerValues Timers => Context.Values;

    private protected long Now => Context.Timers.Now;

    /// <summary>When to repeat the last message (timers A, E, G) or to send 100.</summary>
    private protected long RetransmitAt { get; set; } = Never;

    /// <summary>The present interval between repetitions.</summary>
    private protected long Interval { get; set; }

    /// <summary>When the state ends (timers B, D, F, H, I, J, K, L, M).</summary>
    private protected long ExpireAt { get; set; } = Never;

    private protected abstract bool IsOver { get; }

    void ITimerTarget.OnTimer(int kind, long version)
    {
        // A stale timer is left here without touching the strand. The version is looked at again inside.
        if (Volatile.Read(ref _version) != version || Volatile.Read(ref _strand) is not { } strand)
            return;
        if (!strand.TryEnter())
        {
            strand.Post(TimerWork, this, null, version);
            return;
        }

        try
        {
            TimerInStrand(version);
        }
        finally
        {
            strand.Leave();
        }
    }

    void ITimerTarget.Prefetch(int kind, long version, int step)
    {
        if (step != 0 || Volatile.Read(ref _version) != version)
            return;
        CacheLine.Fetch(_strand, 1);
        PrefetchEnd();
    }

    /// <summary>Fetches what the end of a life touches (<see cref="CacheLine"/>); outside of the strand, for a life that may be over.</summary>
    private protected abstract void PrefetchEnd();

    /// <summary>True when the strand is entered and the object still lives the life that the caller means.</summary>
    internal bool IsGeneration(long generation) => Generation == (uint)generation;

    internal Strand? StrandOrNull => Volatile.Read(ref _strand);

    /// <summary>A message could not be sent: reported to the machine later, never inside the call that sent it.</summary>
    internal void PostTransportError(uint generation) => StrandOrNull?.Post(ErrorWork, this, null, generation);

    /// <summary>Arms the wheel for the earlier deadline, unless a timer that comes no later is armed already.</summary>
    private protected void Schedule()
    {
        long due = Math.Min(RetransmitAt, ExpireAt);
        if (due >= _armedDue)
            return;
        _armedDue = due;
        long version = _version + 1;
        Volatile.Write(ref _version, version);
        Context.Timers.ArmAt(this, 0, version, due);
    }

    /// <summary>The next repetition, counted from when this one was due, so that the instants do not drift.</summary>
    private protected void RepeatAfter(long interval)
    {
        Interval = interval;
        long now = Now,
            due = RetransmitAt == Never ? now : RetransmitAt;
        RetransmitAt = due + interval > now ? due + interval : now + interval;
    }

    private protected void StopTimers() => RetransmitAt = ExpireAt = Never;

    /// <summary>Begins a life.</summary>
    private protected void Live(Strand strand)
    {
        Volatile.Write(ref _strand, strand);
        _armedDue = Never;
        StopTimers();
    }

    /// <summary>The end of a life, later: what runs in the strand now can finish first.</summary>
    private protected void PostFinish() => Strand.Post(FinishWork, this, null, Generation);

    /// <summary>Ends the life: from now on tokens, timers and branches of it mean nothing.</summary>
    private protected void EndLife()
    {
        StopTimers();
        _armedDue = Never;
        Volatile.Write(ref _version, _version + 1);
        uint next = _generation + 1;
        Volatile.Write(ref _generation, next == 0 ? 1 : next);
    }

    private protected void DropStrand() => Volatile.Write(ref _strand, null);

    private protected abstract void OnRetransmitTimer();

    private protected abstract void OnExpireTimer();

    private protected abstract void OnSendError();

    /// <summary>Informs the user, frees what is left, goes back to the pool.</summary>
    private protected abstract void Finish();

    /// <summary>Runs a callback of the user; what it throws is logged and counted.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the machine goes on whatever it throws.")]
    private protected void Guard<TState>(Action<TState> callback, TState state, string name)
    {
        try
        {
            callback(state);
        }
        catch (Exception error)
        {
            CallbackFailed(name, error);
        }
    }

    /// <summary>Logs and counts what a callback of the user threw: the boundary to user code, the machine goes on.</summary>
    private protected void CallbackFailed(string name, Exception error) => Context.CallbackFailed(name, DescribeCall(), error);

    /// <summary>The Call-ID where it is still known.</summary>
    private protected abstract string DescribeCall();

    private void TimerInStrand(long version)
    {
        if (_version != version)
            return;
        _armedDue = Never;
        if (IsOver)
            return;
        uint generation = _generation;
        long now = Now;
        if (ExpireAt <= now)
        {
            StopTimers();
            OnExpireTimer();
        }
        else if (RetransmitAt <= now)
        {
            OnRetransmitTimer();
        }

        if (_generation == generation && !IsOver)
            Schedule();
    }

    private void FinishInStrand(long generation)
    {
        if (IsGeneration(generation))
            Finish();
    }

    private void ErrorInStrand(long generation)
    {
        if (!IsGeneration(generation) || IsOver)
            return;
        Context.Count(TransactionCounter.TransportErrors);
        OnSendError();
    }
}
