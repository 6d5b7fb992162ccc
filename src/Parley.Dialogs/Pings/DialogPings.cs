namespace Parley.Dialogs;

/// <summary>The pings of a dialog that has some. Under the dialog's lock.</summary>
internal sealed class DialogPings
{
    /// <summary>Milliseconds; 0: the module's.</summary>
    public int OptionsInterval;
    public int ReinviteInterval;

    private LegPing? _caller;
    private LegPing? _callee;

    public void Start(Dialog dialog, DialogLeg? callee, double earliest)
    {
        Begin(ref _caller, dialog, dialog.Caller, DialogFlags.OptionsPingCaller, DialogFlags.ReinvitePingCaller, earliest);
        if (callee is not null)
            Begin(ref _callee, dialog, callee, DialogFlags.OptionsPingCallee, DialogFlags.ReinvitePingCallee, earliest);
    }

    public LegPing? Of(DialogClock clock) => Volatile.Read(ref clock == DialogClock.CallerPing ? ref _caller : ref _callee);

    public void Restart()
    {
        _caller?.Start(0.5);
        _callee?.Start(0.5);
    }

    public void Stop()
    {
        _caller?.Stop();
        _callee?.Stop();
    }

    private static void Begin(ref LegPing? ping, Dialog dialog, DialogLeg leg, DialogFlags options, DialogFlags reinvite, double earliest)
    {
        if ((dialog.Flags & (options | reinvite)) == 0)
            return;
        if (ping?.Leg != leg)
        {
            ping?.Stop();
            ping = new LegPing(dialog, leg, (dialog.Flags & reinvite) != 0);
        }

        ping.Start(earliest);
    }
}
