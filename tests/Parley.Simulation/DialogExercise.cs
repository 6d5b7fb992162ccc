using Parley.Dialogs;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>A module that uses the whole interface at random moments: from callbacks, hooks and timers, on dialogs young, up and over.</summary>
internal sealed class DialogExercise
{
    private readonly IDialogApi _dialogs;
    private readonly SimulatedClock _clock;
    private readonly SipRandom _random;
    private readonly Violations _violations;
    private readonly HashSet<DialogId> _rows = [];

    public DialogExercise(IDialogApi dialogs, SimulatedClock clock, SipRandom random, Violations violations)
    {
        _dialogs = dialogs;
        _clock = clock;
        _random = random;
        _violations = violations;
        Profiles = new ProfileModel(dialogs, violations);
        dialogs.AddProfiles("calls", hasValue: false);
        dialogs.AddProfiles("callee; room; tag", hasValue: true);
        dialogs.OnAnswer((dialog, _) => Meddle(dialog, 0.02));
        dialogs.OnHangup((dialog, _) => Meddle(dialog, 0.10));
        dialogs.OnTimeout(
            (dialog, _) =>
            {
                if (Chance(0.05))
                    dialog.Terminate("too late");
            }
        );
    }

    public ProfileModel Profiles { get; }

    /// <summary>In the request's handler, right after CreateDialog. False: the room is full.</summary>
    public bool Begin(Dialog dialog, CallPlan plan)
    {
        if (plan.Timeout > 0)
            dialog.Timeout = TimeSpan.FromMilliseconds(plan.Timeout);
        int extensions = plan.Extensions;
        dialog.OnTimeout(
            (late, _) =>
            {
                if (extensions-- > 0)
                    late.Timeout = TimeSpan.FromMilliseconds(1_000 + _random.Next(10_000));
            }
        );
        Profiles.Set(dialog, "calls", "");
        string callee = $"callee{plan.Callees[0]}";
        Profiles.Set(dialog, "callee", callee);
        if (plan.TerminateAfter >= 0)
        {
            DialogId id = dialog.Id; // the dialog itself is not to be held
            string callId = dialog.CallId;
            int how = _random.Next(6);
            _clock.Schedule(TimeSpan.FromMilliseconds(plan.TerminateAfter), () => Terminate(how, id, callId, callee));
        }

        return plan.Room < 0 || Profiles.Set(dialog, "room", $"r{plan.Room}", limit: 2);
    }

    /// <summary>In a callback, as its last deed: it may throw.</summary>
    public void Act(Dialog dialog, DialogCallbackTypes type)
    {
        if (type is DialogCallbackTypes.Terminated or DialogCallbackTypes.Expired or DialogCallbackTypes.Failed)
            Profiles.Left(dialog);
        else if (type is DialogCallbackTypes.Confirmed)
            Profiles.Answered(dialog);
        if (_dialogs.Current != dialog)
            _violations.Add($"dialog {dialog.Id}: not the current one in {type}", dialog.CallId);
        Meddle(dialog, 0.01);
        if (Chance(0.01))
            throw new ErrorLog.OnPurposeException();
    }

    private void Meddle(Dialog dialog, double termination)
    {
        switch (_random.Next(12))
        {
            case 0:
                dialog.Values.Set("last", $"v{_random.Next(100)}");
                break;
            case 1:
                dialog.Values.Add("count", 1);
                break;
            case 2:
                dialog.UserFlags.TestAndSet("seen");
                break;
            case 3:
                dialog.UserFlags.TestAndReset("seen");
                break;
            case 4 when dialog.State != DialogState.Deleted || Chance(0.2):
                Profiles.Set(dialog, "tag", $"t{_random.Next(4)}");
                break;
            case 5:
                Profiles.Unset(dialog, "tag", $"t{_random.Next(4)}");
                break;
            case 6 when Chance(0.2):
                dialog.Timeout = TimeSpan.FromMilliseconds(500 + _random.Next(20_000));
                break;
            case 7 when Chance(0.2) && dialog.State is DialogState.Confirmed or DialogState.ConfirmedNoAck:
                _ = dialog.SendSequentialAsync(Chance(0.5) ? "INFO" : "MESSAGE", toCaller: Chance(0.5));
                break;
        }

        if (!Chance(termination))
            return;
        bool over = dialog.State == DialogState.Deleted;
        if (dialog.Terminate("from inside") && over)
            _violations.Add($"dialog {dialog.Id}: terminated although it was over", dialog.CallId);
    }

    private void Terminate(int how, DialogId id, string callId, string callee)
    {
        switch (how)
        {
            case 0:
                _dialogs.Terminate(id.Entry, id.Id, "by id", "X-Reason: simulation\r\n");
                break;
            case 1:
                _dialogs.TerminateByDid(id.ToString(), "by did");
                break;
            case 2:
                _dialogs.TerminateByCallId(callId, "by Call-ID");
                break;
            case 3:
                using (_dialogs.Load(id))
                    _dialogs.Current?.Terminate("loaded");
                break;
            case 4 when Chance(0.3):
                _dialogs.FindProfile("callee")!.EndAll(callee, "all of a callee");
                break;
            default:
                Dialog? dialog = _dialogs.Find(id);
                dialog?.Terminate("twice");
                dialog?.Terminate("again");
                break;
        }
    }

    /// <summary>Between two events: gauges, store and profiles are what the dialogs are.</summary>
    public void Compare(MemoryDialogStore store, DialogPersistence persistence)
    {
        while (persistence.FlushAsync().AsTask().GetAwaiter().GetResult()) { }

        int active = 0,
            early = 0;
        _rows.Clear();
        foreach (DialogRecord row in store.Rows)
            _rows.Add(row.Id);
        foreach (Dialog dialog in _dialogs.Dialogs())
        {
            if (dialog.State == DialogState.Early)
                early++;
            if (dialog.State is not (DialogState.ConfirmedNoAck or DialogState.Confirmed))
                continue;
            active++;
            if (!_rows.Remove(dialog.Id))
                _violations.Add($"dialog {dialog.Id}: up and not in the store", dialog.CallId);
        }

        foreach (DialogId id in _rows)
            _violations.Add($"dialog {id}: over and still in the store", _dialogs.Find(id)?.CallId);
        _violations.Expect("active_dialogs", _dialogs.Statistics.ActiveDialogs, active);
        _violations.Expect("early_dialogs", _dialogs.Statistics.EarlyDialogs, early);
        Profiles.Compare();
    }

    private bool Chance(double probability) => _random.Next(1_000_000) < probability * 1_000_000;
}
