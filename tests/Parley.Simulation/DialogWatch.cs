using Parley.Dialogs;

namespace Parley.Simulation;

/// <summary>Follows every dialog through its callbacks and knows in which order and how often they may come.</summary>
internal sealed class DialogWatch
{
    private const DialogCallbackTypes PerDialog =
        DialogCallbackTypes.Failed
        | DialogCallbackTypes.Confirmed
        | DialogCallbackTypes.RequestWithin
        | DialogCallbackTypes.Terminated
        | DialogCallbackTypes.Expired
        | DialogCallbackTypes.Early
        | DialogCallbackTypes.ResponseForwarded
        | DialogCallbackTypes.ResponseWithin
        | DialogCallbackTypes.Destroy;

    private const DialogCallbackTypes Stored = DialogCallbackTypes.Saved | DialogCallbackTypes.WriteValues;

    private readonly List<Life> _lives = [];
    private readonly Dictionary<DialogId, Life> _byId = [];
    private readonly List<WeakReference> _some = [];
    private readonly Violations _violations;
    private readonly Action<string> _note;
    private readonly DialogExercise? _exercise;

    public DialogWatch(IDialogApi dialogs, Violations violations, DialogExercise? exercise, Action<string> note)
    {
        _violations = violations;
        _exercise = exercise;
        _note = note;
        dialogs.StateChanged += OnStateChanged;
        dialogs.Register(null, DialogCallbackTypes.Created, OnCreated);
    }

    public int Created => _lives.Count;

    /// <summary>How often a callback ran, over all dialogs.</summary>
    public int Sum(DialogCallbackTypes type) => _lives.Sum(life => life.Of(type));

    /// <summary>After a collection of garbage: of every seventh dialog, how many something still holds.</summary>
    public int Held() => _some.Count(dialog => dialog.IsAlive);

    public Dictionary<string, int> Ends()
    {
        var ends = new Dictionary<string, int>();
        foreach (Life life in _lives)
        {
            string end =
                life.Of(DialogCallbackTypes.Terminated) > 0 ? $"terminated ({life.Reason})"
                : life.Of(DialogCallbackTypes.Expired) > 0 ? "expired"
                : life.Of(DialogCallbackTypes.Failed) > 0 ? "failed"
                : "never ended";
            if (life.Of(DialogCallbackTypes.Failed) > 0 && life.Of(DialogCallbackTypes.Confirmed) > 0)
                end += " after a late 2xx";
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        return ends;
    }

    /// <summary>At the end of the run.</summary>
    public void Check()
    {
        foreach (Life life in _lives)
        foreach (string wrong in life.Wrong())
            _violations.Add($"dialog {life.Id}: {wrong} [{life.Story}]", life.CallId);
    }

    private void OnCreated(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var life = new Life(dialog.Id.ToString(), dialog.CallId);
        _lives.Add(life);
        if (!_byId.TryAdd(dialog.Id, life))
            _violations.Add($"dialog {life.Id}: created twice", life.CallId);
        if (_lives.Count % 7 == 0)
            _some.Add(new WeakReference(dialog));
        _note($"{life.Id} created");
        if (parameters.Direction != DialogDirection.Downstream || parameters.Message is null)
            _violations.Add($"dialog {life.Id}: Created without its INVITE", life.CallId);
        DialogCallbackTypes types = _exercise is null ? PerDialog : PerDialog | Stored;
        if (!dialog.On(types, OnAny, life, static freed => ((Life)freed!).Freed++))
            _violations.Add($"dialog {life.Id}: no callbacks on a new dialog", life.CallId);
        _exercise?.Act(dialog, type);
    }

    private void OnStateChanged(object? sender, DialogStateChangedEventArgs change)
    {
        if (!_byId.TryGetValue(change.Id, out Life? life))
        {
            _violations.Add($"dialog {change.Id}: {change.OldState} to {change.NewState} before Created", change.CallId);
            return;
        }

        if (change.OldState != life.State || change.NewState == change.OldState)
            _violations.Add($"dialog {life.Id}: {change.OldState} to {change.NewState}, it was {life.State}", life.CallId);
        life.State = change.NewState;
    }

    private void OnAny(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var life = (Life)parameters.Parameter!;
        _note($"{life.Id} {type} {dialog.State}");
        if (life.Of(DialogCallbackTypes.Destroy) > 0)
            _violations.Add($"dialog {life.Id}: {type} after Destroy", life.CallId);
        if ((type & Stored) == 0)
            life.Add(type);
        if (type is DialogCallbackTypes.Terminated)
            life.Reason = dialog.TerminationReason ?? "no reason";
        if (
            type is DialogCallbackTypes.Early or DialogCallbackTypes.Confirmed or DialogCallbackTypes.ResponseForwarded
            && parameters.Direction != DialogDirection.Upstream
        )
            _violations.Add($"dialog {life.Id}: {type} with direction {parameters.Direction}", life.CallId);
        if (
            type is DialogCallbackTypes.RequestWithin or DialogCallbackTypes.ResponseWithin
            && (parameters.Direction == DialogDirection.None || (parameters.Message is null && type == DialogCallbackTypes.RequestWithin))
        )
            _violations.Add($"dialog {life.Id}: {type} without message or direction", life.CallId);
        _exercise?.Act(dialog, type);
    }

    private sealed class Life(string id, string callId)
    {
        private readonly List<DialogCallbackTypes> _story = [];
        private readonly Dictionary<DialogCallbackTypes, int> _counts = [];

        public string Id => id;

        public string CallId => callId;

        public DialogState State = DialogState.Unconfirmed;

        public int Freed;

        public string Reason = "";

        public string Story => string.Join(" ", _story);

        public int Of(DialogCallbackTypes type) => _counts.GetValueOrDefault(type);

        public void Add(DialogCallbackTypes type)
        {
            if (_story.Count < 40)
                _story.Add(type);
            _counts[type] = Of(type) + 1;
        }

        // Confirmed at most once: a late 2xx revives a dialog that failed without an answer, and one that was answered ends with a BYE seen,
        // sent or stood in for, after which the table lets no 2xx revive it. So Failed and Confirmed may both run, each once, in this order.
        public IEnumerable<string> Wrong()
        {
            foreach (
                DialogCallbackTypes once in new[]
                {
                    DialogCallbackTypes.Early,
                    DialogCallbackTypes.Confirmed,
                    DialogCallbackTypes.Failed,
                    DialogCallbackTypes.Terminated,
                    DialogCallbackTypes.Expired,
                    DialogCallbackTypes.Destroy,
                }
            )
                if (Of(once) > 1)
                    yield return $"{once} ran {Of(once)} times";
            int ends = Of(DialogCallbackTypes.Terminated) + Of(DialogCallbackTypes.Expired);
            if (ends != Of(DialogCallbackTypes.Confirmed))
                yield return $"confirmed {Of(DialogCallbackTypes.Confirmed)} times, ended {ends} times";
            if (Of(DialogCallbackTypes.Confirmed) == 0 && Of(DialogCallbackTypes.Failed) != 1)
                yield return "neither confirmed nor failed";
            if (Of(DialogCallbackTypes.Destroy) != 1)
                yield return "never destroyed";
            if (_story.Count is > 0 and < 40 && _story[^1] != DialogCallbackTypes.Destroy)
                yield return "something ran after Destroy";
            if (Freed != 1)
                yield return $"parameter freed {Freed} times";
            if (_story.Count >= 40)
                yield break;
            int confirmed = _story.IndexOf(DialogCallbackTypes.Confirmed);
            if (_story.IndexOf(DialogCallbackTypes.Early) > confirmed && confirmed >= 0)
                yield return "Early after Confirmed";
            foreach (DialogCallbackTypes late in new[] { DialogCallbackTypes.Terminated, DialogCallbackTypes.Expired })
            {
                int at = _story.IndexOf(late);
                if (at >= 0 && at < confirmed)
                    yield return $"{late} before Confirmed";
            }

            if (confirmed >= 0 && _story.IndexOf(DialogCallbackTypes.Failed) > confirmed)
                yield return "Failed after Confirmed";
        }
    }
}
