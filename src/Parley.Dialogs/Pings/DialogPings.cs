namespace Parley.Dialogs;

/// <summary>The pings of a dialog that has some. Under the dialog's lock.</summary>
internal sealed class DialogPings
{
    /// <summary>Milliseconds; 0: the module's.</summary>
    public int OptionsInterval;
    public int ReinviteInterval;

    private LegPing? _caller;
    private LegPing? _callee;

    public LegPing? Caller => _caller;

    public LegPing? Callee => _callee;

    /// <summary>Also without the lock.</summary>
    public LegPing? Of(DialogClock clock) => Volatile.Read(ref clock == DialogClock.CallerPing ? ref _caller : ref _callee);

    /// <summary>Gives each leg that is to be asked its ping. One of another leg than before replaces the old.</summary>
    public void Assign(DialogFlags flags, DialogLeg caller, DialogLeg? callee)
    {
        Assign(ref _caller, flags, caller, DialogFlags.OptionsPingCaller, DialogFlags.ReinvitePingCaller);
        if (callee is not null)
            Assign(ref _callee, flags, callee, DialogFlags.OptionsPingCallee, DialogFlags.ReinvitePingCallee);
    }

    /// <summary>The callee is another leg.</summary>
    public void StopCallee() => _callee?.Stop();

    public void Stop()
    {
        _caller?.Stop();
        _callee?.Stop();
    }

    private static void Assign(ref LegPing? ping, DialogFlags flags, DialogLeg leg, DialogFlags options, DialogFlags reinvite)
    {
        if ((flags & (options | reinvite)) == 0 || ping?.Leg == leg)
            return;
        ping?.Stop();
        ping = new LegPing(leg, (flags & reinvite) != 0);
    }
}
