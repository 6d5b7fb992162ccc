using Parley.Dialogs;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>What the two (or more) ends of one call are going to do: drawn at the call's beginning, so that a seed decides it.</summary>
internal sealed class CallPlan
{
    private const DialogFlags AnyFlag =
        DialogFlags.ByeOnTimeout
        | DialogFlags.OptionsPingCaller
        | DialogFlags.OptionsPingCallee
        | DialogFlags.ReinvitePingCaller
        | DialogFlags.ReinvitePingCallee
        | DialogFlags.EndOnRaceCondition
        | DialogFlags.AutoPrack;

    private readonly SipRandom _random;
    private readonly bool _whole;

    public CallPlan(SipRandom random, int agents, bool whole)
    {
        _random = random;
        _whole = whole;
        Caller = random.Next(agents);
        int forks = Chance(0.15) ? 2 + random.Next(2) : 1;
        for (int i = 0; i < forks; i++)
        {
            int callee = random.Next(agents);
            if (!Callees.Contains(callee))
                Callees.Add(callee);
        }

        if (Chance(0.03))
            GivesUpAfter = 300 + random.Next(4_000);
        if (whole)
            DrawWhole();
    }

    /// <summary>How the dialog is kept.</summary>
    public DialogFlags Flags { get; private set; }

    /// <summary>Milliseconds; 0: the default.</summary>
    public int Timeout { get; private set; }

    /// <summary>How often the on-timeout hook extends it.</summary>
    public int Extensions { get; private set; }

    /// <summary>Milliseconds from the INVITE after which the proxy ends it; -1: it does not.</summary>
    public int TerminateAfter { get; private set; } = -1;

    /// <summary>Which room with few places it wants to enter; -1: none.</summary>
    public int Room { get; private set; } = -1;

    /// <summary>The call passes the proxy twice.</summary>
    public bool IsSpiral { get; private set; }

    /// <summary>Milliseconds from the answer to the BYE of both; 0: not both.</summary>
    public int CrossAfter { get; private set; }

    public int Caller { get; }

    public List<int> Callees { get; } = [];

    /// <summary>Milliseconds after which the proxy itself answers 480, whatever the callees do: a 200 that comes later revives the call. 0: never.</summary>
    public int GivesUpAfter { get; }

    /// <summary>"callee3-callee5.1500": whom to call, and when to give up.</summary>
    public string RequestUser =>
        (IsSpiral ? "again-" : "") + string.Join("-", Callees.Select(c => $"callee{c}")) + (GivesUpAfter == 0 ? "" : $".{GivesUpAfter}");

    /// <summary>The caller's part.</summary>
    public void PlayCaller(ScriptedCall call)
    {
        if (Chance(0.08))
            call.CancelAfter(Between(100, 6_000));
        call.OnEstablished = CrossAfter > 0 ? Cross : PlayUp;
        if (!_whole)
            return;
        if (Chance(0.02))
            call.OnRinging = ringing => ringing.SendRequest("BYE"); // which only a caller may (RFC 3261 15)
        else if (Chance(0.10))
            call.OnRinging = ringing => ringing.After(Between(0, 1_000), c => RequestEarly(c));
    }

    /// <summary>A callee's part.</summary>
    public void PlayCallee(ScriptedCall call)
    {
        if (_whole)
            PlayCalleeWhole(call);
        else
            PlayCalleePlain(call);
    }

    private void DrawWhole()
    {
        for (int bit = 0; bit < 32; bit++)
            if (((int)AnyFlag >> bit & 1) != 0 && Chance(0.25))
                Flags |= (DialogFlags)(1 << bit);
        if (Chance(0.3))
            Timeout = 2_000 + _random.Next(30_000);
        if (Chance(0.3))
            Extensions = 1 + _random.Next(2);
        if (Chance(0.3))
            TerminateAfter = Chance(0.3) ? _random.Next(1_000) : _random.Next(25_000);
        if (Chance(0.5))
            Room = _random.Next(4);
        IsSpiral = Chance(0.08);
        if (Chance(0.06))
            CrossAfter = 500 + _random.Next(10_000);
    }

    private void PlayCalleeWhole(ScriptedCall call)
    {
        TimeSpan answer = Between(200, 5_000);
        if (Chance(0.85))
            call.After(Between(10, 800), c => c.Ring(Chance(0.3) ? 183 : 180, reliable: Chance(0.4)));
        if (Chance(0.10))
            call.After(Between(10, 2_000), c => c.Ring(183, tag: "further", reliable: Chance(0.3))); // forked further on
        if (Chance(0.10))
            call.After(Between(300, 2_000), RequestEarly);
        call.IgnoresCancel = Chance(0.05);
        if (Chance(0.80))
            call.AnswerAfter(answer);
        else if (Chance(0.75))
            call.RejectAfter(answer, Chance(0.5) ? 486 : 603);
        if (Chance(0.05))
            call.After(
                answer + Between(0, 1_000),
                c =>
                {
                    if (c.IsUp)
                        c.Answer("further");
                }
            );
        if (CrossAfter > 0)
            call.OnEstablished = Cross;
        else if (Chance(0.15))
            call.OnEstablished = PlayUp;
        else if (Chance(0.30))
            call.OnEstablished = c => c.After(Between(500, 20_000), Request);
    }

    private void Cross(ScriptedCall call) => call.ByeAfter(TimeSpan.FromMilliseconds(CrossAfter));

    private void RequestEarly(ScriptedCall call)
    {
        if (call.State == CallState.Ringing && call.Dialog is not null)
            call.SendRequest(Chance(0.7) ? "UPDATE" : "INFO");
    }

    private void PlayCalleePlain(ScriptedCall call)
    {
        if (Chance(0.85))
            call.RingAfter(Between(10, 800));
        TimeSpan answer = Between(200, 5_000);
        call.IgnoresCancel = Chance(0.05); // answers after a CANCEL: 200 against CANCEL, two answers of a fork
        if (Chance(0.80))
            call.AnswerAfter(answer);
        else if (Chance(0.75))
            call.RejectAfter(answer, Chance(0.5) ? 486 : 603);
        else if (Chance(0.5))
            call.IgnoresCancel = true; // rings until somebody gives up
        if (Chance(0.10))
            call.OnEstablished = PlayUp; // both ends hang up: BYEs may cross
        else if (Chance(0.20))
            call.OnEstablished = c => c.After(Between(500, 20_000), Request);
    }

    private void PlayUp(ScriptedCall call)
    {
        if (Chance(0.02))
            return; // nobody ends it: the lifetime must
        if (Chance(0.25))
            call.After(Between(500, 15_000), Request);
        call.ByeAfter(Chance(0.1) ? Between(0, 200) : Between(1_000, _whole ? 25_000 : 60_000));
    }

    private void Request(ScriptedCall call)
    {
        if (!call.IsUp || call.Dialog is null)
            return;
        int which = _random.Next(4);
        if (which == 0)
            call.ReInvite();
        else
            call.SendRequest(
                which == 1 ? "INFO"
                : which == 2 ? "UPDATE"
                : "OPTIONS"
            );
    }

    private bool Chance(double probability) => _random.Next(1_000_000) < probability * 1_000_000;

    private TimeSpan Between(int from, int to) => TimeSpan.FromMilliseconds(from + _random.Next(to - from));
}
