using Parley.Dialogs;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>What the two (or more) ends of one call are going to do: drawn at the call's beginning, so that a seed decides it.</summary>
internal sealed class CallPlan
{
    private readonly SipRandom _random;

    public CallPlan(SipRandom random, int agents)
    {
        _random = random;
        Caller = random.Next(agents);
        int forks = Chance(0.15) ? 2 + random.Next(2) : 1;
        for (int i = 0; i < forks; i++)
        {
            int callee = random.Next(agents);
            if (!Callees.Contains(callee)) Callees.Add(callee);
        }

        if (Chance(0.03)) GivesUpAfter = 300 + random.Next(4_000);
        if (Chance(0.4)) Flags |= DialogFlags.ByeOnTimeout;
        if (Chance(0.2)) Flags |= DialogFlags.EndOnRaceCondition;
        if (Chance(0.2)) Flags |= DialogFlags.OptionsPingCaller;
        if (Chance(0.2)) Flags |= DialogFlags.OptionsPingCallee;
        if (Chance(0.1)) Flags |= DialogFlags.AutoPrack;
        if (Chance(0.06)) Lifetime = Between(2_000, 30_000);
        if (Chance(0.10)) TerminatesAfter = Between(0, 40_000);
        else if (Chance(0.03)) TerminatesIn = MomentsToEnd[random.Next(MomentsToEnd.Length)];
        if (Chance(0.05)) BothHangUpAfter = Between(500, 20_000);
        if (Chance(0.10)) SendsAfter = Between(200, 20_000);
    }

    private static readonly DialogCallbackTypes[] MomentsToEnd = [DialogCallbackTypes.Created, DialogCallbackTypes.Early, DialogCallbackTypes.Confirmed,
        DialogCallbackTypes.RequestWithin, DialogCallbackTypes.ResponseForwarded, DialogCallbackTypes.ResponseWithin, DialogCallbackTypes.Terminated, DialogCallbackTypes.Failed];

    /// <summary>How the dialog is kept.</summary>
    public DialogFlags Flags { get; }

    /// <summary>A lifetime of its own, short enough to end calls that are up.</summary>
    public TimeSpan? Lifetime { get; }

    /// <summary>The proxy ends the call so long after its INVITE, wherever it stands then.</summary>
    public TimeSpan? TerminatesAfter { get; }

    /// <summary>A handler ends the call from within this callback.</summary>
    public DialogCallbackTypes TerminatesIn { get; }

    /// <summary>The proxy sends a request of its own to each end so long after the INVITE.</summary>
    public TimeSpan? SendsAfter { get; }

    private TimeSpan? BothHangUpAfter { get; }

    public int Caller { get; }

    public List<int> Callees { get; } = [];

    /// <summary>Milliseconds after which the proxy itself answers 480, whatever the callees do: a 200 that comes later revives the call. 0: never.</summary>
    public int GivesUpAfter { get; }

    /// <summary>"callee3-callee5.1500": whom to call, and when to give up.</summary>
    public string RequestUser => string.Join("-", Callees.Select(c => $"callee{c}")) + (GivesUpAfter == 0 ? "" : $".{GivesUpAfter}");

    /// <summary>The caller's part.</summary>
    public void PlayCaller(ScriptedCall call)
    {
        if (BothHangUpAfter is { } both)
        {
            call.OnEstablished = c => c.ByeAfter(both);
            return;
        }

        if (Chance(0.08)) call.CancelAfter(Between(100, 6_000));
        call.OnEstablished = PlayUp;
    }

    /// <summary>A callee's part.</summary>
    public void PlayCallee(ScriptedCall call)
    {
        if (Chance(0.85)) call.RingAfter(Between(10, 800));
        if (Chance(0.2)) call.After(Between(10, 1_000), static c => c.Ring(183, reliable: true)); // where the caller supports it
        TimeSpan answer = Between(200, 5_000);
        call.IgnoresCancel = Chance(0.05); // answers after a CANCEL: 200 against CANCEL, two answers of a fork
        if (Chance(0.80)) call.AnswerAfter(answer);
        else if (Chance(0.75)) call.RejectAfter(answer, Chance(0.5) ? 486 : 603);
        else if (Chance(0.5)) call.IgnoresCancel = true; // rings until somebody gives up
        if (BothHangUpAfter is { } both) call.OnEstablished = c => c.ByeAfter(both); // the BYEs cross
        else if (Chance(0.10)) call.OnEstablished = PlayUp; // both ends hang up: BYEs may cross
        else if (Chance(0.20)) call.OnEstablished = c => c.After(Between(500, 20_000), Request);
    }

    private void PlayUp(ScriptedCall call)
    {
        if (Chance(0.02)) return; // nobody ends it: the lifetime must
        if (Chance(0.25)) call.After(Between(500, 15_000), Request);
        call.ByeAfter(Chance(0.1) ? Between(0, 200) : Between(1_000, 60_000));
    }

    private void Request(ScriptedCall call)
    {
        if (!call.IsUp || call.Dialog is null) return;
        int which = _random.Next(4);
        if (which == 0) call.ReInvite();
        else call.SendRequest(which == 1 ? "INFO" : which == 2 ? "UPDATE" : "OPTIONS");
    }

    private bool Chance(double probability) => _random.Next(1_000_000) < probability * 1_000_000;

    private TimeSpan Between(int from, int to) => TimeSpan.FromMilliseconds(from + _random.Next(to - from));
}
