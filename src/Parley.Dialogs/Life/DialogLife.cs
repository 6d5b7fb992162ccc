namespace Parley.Dialogs;

/// <summary>
/// State, deadlines and end of one dialog, and the only code that writes them: an event and the time go in, effects and the next deadline come
/// out. A struct inside the dialog, used under its lock unless a member says otherwise. It calls nothing but the state machine.
/// </summary>
/// <remarks>
/// Deadlines are fields; the timer wheel holds one entry per dialog, never further ahead than <see cref="LongestWait"/>. So a change of a
/// deadline costs nothing, and a dialog that is gone does not stay in the wheel for twelve hours.
/// </remarks>
internal struct DialogLife
{
    /// <summary>Milliseconds. 100,000 standing dialogs cause about 3,000 cheap timers a second by it.</summary>
    public const long LongestWait = 32_000;

    private const long Never = long.MaxValue;

    private string? _reason;
    private long _startTime;
    private long _lifetime;
    private long _lifetimeDue;
    private long _stateDue; // early timeout in states 1 and 2, no-ACK timeout in 3, delete delay in 5
    private long _armedDue;
    private int _armedVersion;
    private int _deleteDelay; // milliseconds; 0: the module's
    private InternalFlags _internalFlags;
    private DialogState _state;

    public DialogLife(long lifetime)
    {
        _lifetime = lifetime;
        _lifetimeDue = _stateDue = _armedDue = Never;
        _state = DialogState.Unconfirmed;
    }

    public readonly DialogState State => _state;

    public readonly string? Reason => _reason;

    public readonly InternalFlags InternalFlags => _internalFlags;

    /// <summary>States 3 and 4.</summary>
    public readonly bool IsAnswered => _state is DialogState.ConfirmedNoAck or DialogState.Confirmed;

    /// <summary>States 1 and 2.</summary>
    public readonly bool IsEarly => _state is DialogState.Unconfirmed or DialogState.Early;

    /// <summary>When it was answered, unix milliseconds; 0 before. Also without the lock.</summary>
    public readonly long StartTime => Volatile.Read(in _startTime);

    /// <summary>Its lifetime, milliseconds. Also without the lock.</summary>
    public readonly long Lifetime => Volatile.Read(in _lifetime);

    /// <summary>Has one of these flags.</summary>
    public readonly bool Has(InternalFlags flags) => (_internalFlags & flags) != 0;

    /// <summary>A race happened, and it is to end the call.</summary>
    public readonly bool IsRacing(DialogFlags flags) =>
        (_internalFlags & InternalFlags.RaceOccurred) != 0 && (flags & DialogFlags.EndOnRaceCondition) != 0;

    /// <summary>What is left of the lifetime in milliseconds; the whole of it before the answer, 0 when over.</summary>
    public readonly long Remaining(long now)
    {
        if (_state == DialogState.Deleted)
            return 0;
        if (_lifetimeDue != Never)
            return Math.Max(0, _lifetimeDue - now);
        return IsEarly ? _lifetime : 0;
    }

    /// <summary>For a row: milliseconds until the lifetime is over; while nothing counts it, the whole of it.</summary>
    public readonly long UntilOver(long now) => _lifetimeDue == Never ? _lifetime : Math.Max(0, _lifetimeDue - now);

    /// <summary>When the lifetime is over, the timers' milliseconds; null while nothing counts it.</summary>
    public readonly long? LifetimeDue => _lifetimeDue == Never ? null : _lifetimeDue;

    /// <summary>When the wait of its state is over; null while there is none.</summary>
    public readonly long? StateDue => _stateDue == Never ? null : _stateDue;

    /// <summary>Its own delay, milliseconds; 0: the module's.</summary>
    public readonly int OwnDeleteDelay => Volatile.Read(in _deleteDelay);

    /// <summary>How long it stays after its end, milliseconds. Also without the lock.</summary>
    public readonly long DeleteDelay(DialogSettings settings)
    {
        int own = Volatile.Read(in _deleteDelay);
        return Math.Max(settings.LeastDeleteDelay, own != 0 ? own : settings.DeleteDelay);
    }

    /// <summary>Also without the lock.</summary>
    public void SetDeleteDelay(int milliseconds) => Volatile.Write(ref _deleteDelay, milliseconds);

    /// <summary>How long a BYE to the caller has to wait for the ACK of its leg (RFC 3261 15): not beyond the end of the INVITE's transaction.</summary>
    public readonly long CallerByeWait(long unixNow, DialogSettings settings) =>
        Math.Clamp(_startTime + settings.LeastDeleteDelay - unixNow, 0, settings.LeastDeleteDelay);

    /// <summary>A new dialog waits for its answer.</summary>
    public void StartEarly(long now, DialogSettings settings) =>
        _stateDue = settings.EarlyTimeout > 0 ? now + settings.EarlyTimeout : Never;

    /// <summary>As a store had it.</summary>
    /// <param name="state">Answered.</param>
    /// <param name="stored">Flags; those that are not stored are left out.</param>
    /// <param name="startTime">Unix milliseconds.</param>
    /// <param name="left">Of its lifetime, milliseconds; null: all.</param>
    /// <param name="now">The timers' milliseconds.</param>
    /// <param name="settings">Times.</param>
    public void Restore(DialogState state, InternalFlags stored, long startTime, long? left, long now, DialogSettings settings)
    {
        _internalFlags = (stored & InternalFlags.Stored) | InternalFlags.CreatedRun;
        _state = state;
        _startTime = startTime;
        long remaining = left ?? _lifetime;
        _lifetime = Math.Max(_lifetime, remaining);
        _lifetimeDue = now + Math.Max(0, remaining);
        if (IsEarly)
        {
            _lifetimeDue = Never;
            _stateDue = settings.EarlyTimeout > 0 ? now + settings.EarlyTimeout : Never;
        }
        else if (state == DialogState.ConfirmedNoAck && settings.NoAckTimeout > 0)
        {
            _stateDue = now + settings.NoAckTimeout;
        }
    }

    /// <summary>What the details of a row add to <see cref="Restore"/>. The time away counts: a deadline that has passed is due now.</summary>
    /// <param name="details">The details.</param>
    /// <param name="now">The timers' milliseconds.</param>
    /// <param name="unixNow">The wall clock.</param>
    public void RestoreDetails(in DialogLifeDetails details, long now, long unixNow)
    {
        if (details.Lifetime > 0)
            _lifetime = details.Lifetime;
        if (details.StartTime > 0 && details.StartTime / 1000 == _startTime / 1000)
            _startTime = details.StartTime;
        // A row whose timeout was changed by hand has another second than its details: the column counts.
        if (details.LifetimeDue > 0 && _lifetimeDue != Never && Math.Abs(details.LifetimeDue - unixNow - (_lifetimeDue - now)) <= 2_000)
            _lifetimeDue = now + Math.Max(0, details.LifetimeDue - unixNow);
        if (details.StateDue > 0 && _stateDue != Never)
            _stateDue = now + Math.Max(0, details.StateDue - unixNow);
        if (details.AckDue > 0 && _state == DialogState.Confirmed)
            _stateDue = now + Math.Max(0, details.AckDue - unixNow);
        _deleteDelay = Math.Max(0, details.DeleteDelay);
        _internalFlags |= details.Flags & InternalFlags.InDetails;
        _reason = details.Reason;
    }

    /// <summary>The one place where a state changes. Of what the event asks for, <see cref="Apply"/> does the deadlines; the rest is the dialog's to do.</summary>
    public DialogEffects Step(DialogEvent what, DialogFlags flags)
    {
        if ((_internalFlags & InternalFlags.Unlinked) != 0)
            return DialogEffects.None;
        DialogStep step = DialogStateMachine.Next(
            _state,
            what,
            (_internalFlags & InternalFlags.ByeSeen) != 0,
            (flags & DialogFlags.ByeOnTimeout) != 0 || IsRacing(flags)
        );
        _state = step.State;
        return step.Effects;
    }

    /// <summary>After a step: what its effects ask of deadlines and flags. True when a deadline was set, so that the timer may have to be armed anew.</summary>
    /// <param name="effects">Of the step.</param>
    /// <param name="now">The timers' milliseconds; looked at with <see cref="DialogEffects.Answered"/> and <see cref="DialogEffects.Ended"/> only.</param>
    /// <param name="unixNow">The wall clock; looked at with <see cref="DialogEffects.Answered"/> only.</param>
    /// <param name="settings">Times.</param>
    public bool Apply(DialogEffects effects, long now, long unixNow, DialogSettings settings)
    {
        if ((effects & DialogEffects.Acknowledged) != 0)
            _stateDue = Never;
        if ((effects & DialogEffects.RememberBye) != 0)
            _internalFlags |= InternalFlags.ByeSeen;
        if ((effects & DialogEffects.Unlink) != 0)
            _internalFlags |= InternalFlags.Unlinked;
        if ((effects & DialogEffects.Answered) != 0)
        {
            _startTime = unixNow;
            if ((_internalFlags & InternalFlags.Ending) == 0)
                _reason = null; // a late 2xx: the failure's reason is no longer true
            _lifetimeDue = now + _lifetime;
            _stateDue = settings.NoAckTimeout > 0 ? now + settings.NoAckTimeout : Never;
            return true;
        }

        if ((effects & DialogEffects.Ended) == 0)
            return false;
        _lifetimeDue = Never;
        _stateDue = now + DeleteDelay(settings);
        return true;
    }

    /// <summary>The first reason that is given counts; none after the end.</summary>
    public void SetReason(string? reason)
    {
        if (_state != DialogState.Deleted)
            _reason ??= reason;
    }

    /// <summary>True the first time: Created is to run.</summary>
    public bool TryBeginCreated()
    {
        if ((_internalFlags & InternalFlags.CreatedRun) != 0)
            return false;
        _internalFlags |= InternalFlags.CreatedRun;
        return true;
    }

    /// <summary>In state 4: the leg that the call goes on with has not been acknowledged yet, and is to be. True when a deadline was set.</summary>
    public bool AwaitAck(long now, DialogSettings settings)
    {
        if (_state != DialogState.Confirmed || settings.NoAckTimeout <= 0 || Has(InternalFlags.Ending))
            return false;
        _stateDue = now + settings.NoAckTimeout;
        return true;
    }

    /// <summary>In state 4: the ACK of the leg that the call goes on with has come. False when it was not waited for.</summary>
    public bool AcknowledgeLate()
    {
        if (_state != DialogState.Confirmed || _stateDue == Never)
            return false;
        _stateDue = Never;
        return true;
    }

    /// <summary>The proxy itself ends the call: CANCELs or BYEs of its own are to go.</summary>
    public void BeginEnding(string? reason)
    {
        _internalFlags |= InternalFlags.Ending;
        SetReason(reason);
    }

    /// <summary>The BYEs leave: they have answers or time out. That ends the call, and no deadline does meanwhile.</summary>
    public void HoldDeadlines()
    {
        _internalFlags |= InternalFlags.Ending;
        if (IsAnswered)
            _lifetimeDue = _stateDue = Never;
    }

    /// <summary>The call passes here twice and is one dialog.</summary>
    public void MarkSpiral() => _internalFlags |= InternalFlags.Spiral;

    /// <summary>The caller's CANCEL arrived. True when a deadline was set.</summary>
    public bool Cancel(DialogFlags flags, long now, DialogSettings settings)
    {
        _internalFlags |= InternalFlags.Cancelled;
        if (IsEarly)
            _reason ??= DialogReasons.Cancelled;
        return _state == DialogState.ConfirmedNoAck && Race(flags, now, settings);
    }

    /// <summary>RFC 5407: 200 and CANCEL (or an early BYE) crossed. With end-on-race-condition the call gets the race delay and no more. True when a deadline was set.</summary>
    public bool Race(DialogFlags flags, long now, DialogSettings settings)
    {
        _internalFlags |= InternalFlags.RaceOccurred;
        if ((flags & DialogFlags.EndOnRaceCondition) == 0)
            return false;
        _lifetime = settings.RaceConditionTimeout;
        _lifetimeDue = now + _lifetime;
        return true;
    }

    /// <summary>Changes the lifetime, and of an answered dialog its end. True when a deadline was set. While a race is to end the call nothing changes: the race delay stands.</summary>
    public bool SetLifetime(long milliseconds, DialogFlags flags, long now)
    {
        if (IsRacing(flags))
            return false;
        _lifetime = milliseconds;
        if (!IsAnswered)
            return false;
        _lifetimeDue = now + milliseconds;
        return true;
    }

    /// <summary>The timer of this version fired: what happened; null when nothing is due, and for a timer that was replaced by another.</summary>
    /// <param name="version">As armed.</param>
    /// <param name="now">The timers' milliseconds.</param>
    /// <param name="flags">Of the dialog.</param>
    /// <param name="hasTimeoutHooks">Hooks are to run before the lifetime ends.</param>
    /// <param name="runsHooks">They are to run now, and <see cref="TryEndLifetime"/> is asked after them.</param>
    /// <param name="isStale">Nothing is to be armed.</param>
    public DialogEvent? OnTimer(int version, long now, DialogFlags flags, bool hasTimeoutHooks, out bool runsHooks, out bool isStale)
    {
        runsHooks = false;
        isStale = version != _armedVersion;
        if (isStale)
            return null;
        _armedDue = Never;
        if (_stateDue <= now)
        {
            _stateDue = Never;
            switch (_state)
            {
                case DialogState.Unconfirmed or DialogState.Early:
                    _reason ??= DialogReasons.NoAnswer;
                    return DialogEvent.EarlyOver;
                case DialogState.ConfirmedNoAck:
                    _reason ??= DialogReasons.NoAck;
                    return DialogEvent.AckOver;
                case DialogState.Confirmed: // the leg that is left of several has never been acknowledged
                    _lifetimeDue = Never;
                    _reason ??= DialogReasons.NoAck;
                    return DialogEvent.LifetimeOver;
                default:
                    return DialogEvent.DelayOver;
            }
        }

        if (_lifetimeDue > now)
            return null;
        _lifetimeDue = Never;
        runsHooks = hasTimeoutHooks && IsAnswered;
        if (runsHooks)
            return null;
        _reason ??= LifetimeReason(flags);
        return DialogEvent.LifetimeOver;
    }

    /// <summary>The on-timeout hooks have run: true when the lifetime is over all the same, that is when none of them set a new one and nothing ended the call meanwhile.</summary>
    public bool TryEndLifetime(DialogFlags flags)
    {
        if (_lifetimeDue != Never || !IsAnswered)
            return false;
        _reason ??= LifetimeReason(flags);
        return true;
    }

    /// <summary>The next deadline: true when the wheel has to be armed with this version so that it fires then or before.</summary>
    public bool TryArm(long now, out int version, out long wait)
    {
        (version, wait) = (0, 0);
        long due = Math.Min(_stateDue, _lifetimeDue);
        if (due == Never || _armedDue <= due || (_internalFlags & InternalFlags.Unlinked) != 0)
            return false;
        long longest = now + LongestWait;
        if (due > longest)
        {
            if (_armedDue != Never)
                return false;
            due = longest;
        }

        _armedDue = due;
        (version, wait) = (++_armedVersion, due - now);
        return true;
    }

    private readonly string LifetimeReason(DialogFlags flags) =>
        IsRacing(flags) ? DialogReasons.RaceCondition : DialogReasons.LifetimeTimeout;
}
