using Parley.Transactions;

namespace Parley.Dialogs;

/// <summary>
/// The dialog's clocks. Deadlines are fields; the wheel holds one entry per dialog, never further ahead than <see cref="LongestWait"/>. So a
/// change of a deadline costs nothing, and a dialog that is gone does not hang in the wheel for twelve hours.
/// </summary>
public sealed partial class Dialog
{
    /// <summary>Milliseconds. 100,000 standing dialogs cause about 3,000 cheap timers a second by it.</summary>
    internal const long LongestWait = 32_000;
    private const long Never = long.MaxValue;
    private const int LinesOfDialog = 4;

    private long _lifetime;
    private long _lifetimeDue = Never;
    private long _stateDue = Never; // early timeout in states 1 and 2, no-ACK timeout in 3, delete delay in 5
    private long _armedDue = Never;
    private int _armedVersion;
    private int _deleteDelay; // milliseconds; 0: the module's

    /// <summary>Its lifetime, counted from the answer; changed later, from the moment of the change (the field's <c>$DLG_timeout</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero, negative or above 68 years.</exception>
    public TimeSpan Timeout
    {
        get => TimeSpan.FromMilliseconds(Volatile.Read(ref _lifetime));
        set
        {
            long milliseconds = (long)value.TotalMilliseconds;
            if (milliseconds <= 0 || milliseconds > int.MaxValue * 1000L)
                throw new ArgumentOutOfRangeException(nameof(value), value, "A lifetime is above zero and below 68 years.");
            lock (Gate)
            {
                if (IsRacing)
                    return; // the race delay stands
                _lifetime = milliseconds;
                if (_state is DialogState.ConfirmedNoAck or DialogState.Confirmed)
                    StartLifetime(restart: true);
            }

            Updated();
        }
    }

    /// <summary>Under the lock: a race happened, and it is to end the call.</summary>
    private bool IsRacing => (_facts & DialogFacts.RaceOccurred) != 0 && (Flags & DialogFlags.EndOnRaceCondition) != 0;

    private string LifetimeReason => IsRacing ? DialogReasons.RaceCondition : DialogReasons.LifetimeTimeout;

    /// <summary>What is left of the lifetime; the whole of it before the answer, zero when over.</summary>
    public TimeSpan RemainingLifetime
    {
        get
        {
            lock (Gate)
            {
                if (_state == DialogState.Deleted)
                    return TimeSpan.Zero;
                if (_lifetimeDue != Never)
                    return TimeSpan.FromMilliseconds(Math.Max(0, _lifetimeDue - Module.Now));
                return _state is DialogState.Unconfirmed or DialogState.Early ? TimeSpan.FromMilliseconds(_lifetime) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>How long it stays matchable after its end; a value below 64*T1 is raised to it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or above 24 days.</exception>
    public TimeSpan DeleteDelay
    {
        get => TimeSpan.FromMilliseconds(DelayMilliseconds);
        set
        {
            if (value < TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue)
                throw new ArgumentOutOfRangeException(nameof(value), value, "A delete delay is between zero and 24 days.");
            Volatile.Write(ref _deleteDelay, (int)value.TotalMilliseconds);
        }
    }

    private long DelayMilliseconds => Math.Max(Module.LeastDeleteDelay, _deleteDelay != 0 ? _deleteDelay : Module.DeleteDelay);

    /// <summary>A timer of it fires in a moment: fetches the dialog, then what its end takes it out of.</summary>
    internal void Prefetch(int step)
    {
        if (step == 1)
            CacheLine.Fetch(this, LinesOfDialog);
        else
            Stripe.Prefetch(this);
    }

    /// <summary>A timer of the dialog or of its pings is due.</summary>
    internal void OnTimer(DialogClock clock, int version)
    {
        if (clock == DialogClock.Dialog)
            OnTimer(version);
        else
            Volatile.Read(ref _pings)?.Of(clock)?.OnTimer(version);
    }

    private void OnTimer(int version)
    {
        DialogAct act = default;
        bool mine = false;
        lock (Gate)
        {
            if (version != _armedVersion)
                return;
            _armedDue = Never;
            long now = Module.Now;
            DialogEvent? what = null;
            if (_stateDue <= now)
            {
                _stateDue = Never;
                what = _state switch
                {
                    DialogState.Unconfirmed or DialogState.Early => DialogEvent.EarlyOver,
                    DialogState.ConfirmedNoAck => DialogEvent.AckOver,
                    _ => DialogEvent.DelayOver,
                };
            }
            else if (_lifetimeDue <= now)
            {
                _lifetimeDue = Never;
                if (HasHooks(DialogHookKind.Timeout) && _state is (DialogState.ConfirmedNoAck or DialogState.Confirmed))
                {
                    act = new DialogAct(DialogEffects.RunTimeout, _state, _state);
                    mine = TakeTurn(ref act);
                }
                else
                {
                    what = DialogEvent.LifetimeOver;
                }
            }

            if (what is { } due)
            {
                DialogState old = _state;
                if (due is DialogEvent.LifetimeOver)
                    _reason ??= LifetimeReason;
                else if (due is DialogEvent.AckOver)
                    _reason ??= DialogReasons.NoAck;
                else if (due is DialogEvent.EarlyOver)
                    _reason ??= DialogReasons.NoAnswer;
                act = new DialogAct(Step(due), old, _state) { Context = null };
                mine = TakeTurn(ref act);
            }

            Arm();
        }

        if (mine)
            Act(in act);
    }

    /// <summary>A new dialog: waits for its answer.</summary>
    private void StartEarly()
    {
        long early = (long)Module.Options.EarlyTimeout.TotalMilliseconds;
        _stateDue = early > 0 ? Module.Now + early : Never;
        Arm();
    }

    private void StartLifetime(bool restart = false)
    {
        long now = Module.Now;
        _lifetimeDue = now + _lifetime;
        if (!restart)
        {
            long noAck = (long)Module.Options.NoAckTimeout.TotalMilliseconds;
            _stateDue = noAck > 0 ? now + noAck : Never;
        }

        Arm();
    }

    private void EndAckWait() => _stateDue = Never;

    private void BeginDelay()
    {
        _lifetimeDue = Never;
        _stateDue = Module.Now + DelayMilliseconds;
        Arm();
    }

    /// <summary>Sees to it that the wheel wakes the dialog at its next deadline or before.</summary>
    private void Arm()
    {
        long due = Math.Min(_stateDue, _lifetimeDue);
        if (due == Never || _armedDue <= due || (_facts & DialogFacts.Unlinked) != 0)
            return;
        long longest = Module.Now + LongestWait;
        if (due > longest)
        {
            if (_armedDue != Never)
                return;
            due = longest;
        }

        _armedDue = due;
        Module.DialogTimers.Arm(this, DialogClock.Dialog, ++_armedVersion, due - Module.Now);
    }
}
