namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private DialogState _state;
    private InternalFlags _flags;
    private long _startTime;
    private string? _reason;

    /// <summary>Where it stands.</summary>
    public DialogState State
    {
        get
        {
            lock (Gate)
            {
                return _state;
            }
        }
    }

    /// <summary>When it was answered; null before.</summary>
    public DateTimeOffset? StartTime
    {
        get
        {
            long start = Volatile.Read(ref _startTime);
            return start == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(start);
        }
    }

    /// <summary>Why it ended ("Upstream BYE", "Cancelled", "Lifetime Timeout", ... or the text given to Terminate); null while nothing ends it.</summary>
    public string? TerminationReason
    {
        get
        {
            lock (Gate)
            {
                return _reason;
            }
        }
    }

    /// <summary>The caller sent a CANCEL.</summary>
    public bool WasCancelled
    {
        get
        {
            lock (Gate)
            {
                return (_flags & InternalFlags.Cancelled) != 0;
            }
        }
    }

    internal DialogState StateInLock => _state;

    /// <summary>
    /// The one place where a state changes: asks the state machine and does, under the lock, what belongs to the change. What is to be done
    /// after the lock comes back, to be run by <see cref="Act"/> in its turn.
    /// </summary>
    private DialogEffects Step(DialogEvent what)
    {
        if ((_flags & InternalFlags.Unlinked) != 0)
            return DialogEffects.None;
        DialogStep step = DialogStateMachine.Next(
            _state,
            what,
            (_flags & InternalFlags.ByeSeen) != 0,
            (Flags & DialogFlags.ByeOnTimeout) != 0 || IsRacing
        );
        DialogEffects effects = step.Effects;
        if (step.State != _state)
        {
            Stripe.Counts[(int)_state]--;
            Stripe.Counts[(int)step.State]++;
            bool hasEndedOrRevived = step.State == DialogState.Deleted || _state == DialogState.Deleted;
            _state = step.State;
            if (hasEndedOrRevived)
                Stripe.EndedOrRevived(this);
        }

        if (effects == DialogEffects.None)
            return effects;
        if ((effects & DialogEffects.Answered) != 0)
            BeginLife();
        if ((effects & DialogEffects.Acknowledged) != 0)
        {
            EndAckWait();
            StartPings();
        }

        if ((effects & DialogEffects.RememberBye) != 0)
            _flags |= InternalFlags.ByeSeen;
        if ((effects & DialogEffects.CountFailed) != 0)
            Interlocked.Increment(ref Module.Statistics.Failed);
        if ((effects & DialogEffects.CountExpired) != 0)
            Interlocked.Increment(ref Module.Statistics.Expired);
        if ((effects & DialogEffects.Ended) != 0)
        {
            StopPings();
            BeginDelay();
        }

        if ((effects & DialogEffects.Unlink) != 0)
        {
            _flags |= InternalFlags.Unlinked;
            Stripe.Remove(this);
        }

        return effects;
    }

    private void BeginLife()
    {
        _startTime = Module.UnixMilliseconds;
        if (_byes is null)
            _reason = null; // a late 2xx: the failure's reason is no longer true
        StartLifetime();
    }
}
