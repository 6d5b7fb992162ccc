using Parley.Dialogs;

namespace Parley.Simulation;

/// <summary>Follows every dialog through its callbacks and knows in which order and how often they may come.</summary>
internal sealed class DialogWatch
{
    private const DialogCallbackTypes PerDialog = DialogCallbackTypes.Failed | DialogCallbackTypes.Confirmed | DialogCallbackTypes.RequestWithin
        | DialogCallbackTypes.Terminated | DialogCallbackTypes.Expired | DialogCallbackTypes.Early | DialogCallbackTypes.ResponseForwarded
        | DialogCallbackTypes.ResponseWithin | DialogCallbackTypes.Destroy;

    private readonly List<Life> _lives = [];
    private readonly List<string> _violations;
    private readonly Action<string> _note;

    public DialogWatch(IDialogApi dialogs, List<string> violations, Action<string> note)
    {
        _violations = violations;
        _note = note;
        dialogs.Register(null, DialogCallbackTypes.Created, OnCreated);
    }

    public int Created => _lives.Count;

    public Dictionary<string, int> Ends()
    {
        var ends = new Dictionary<string, int>();
        foreach (Life life in _lives)
        {
            string end = life.Of(DialogCallbackTypes.Terminated) > 0 ? $"terminated ({life.Reason})"
                : life.Of(DialogCallbackTypes.Expired) > 0 ? "expired"
                : life.Of(DialogCallbackTypes.Failed) > 0 ? "failed" : "never ended";
            if (life.Of(DialogCallbackTypes.Failed) > 0 && life.Of(DialogCallbackTypes.Confirmed) > 0) end += " after a late 2xx";
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        return ends;
    }

    /// <summary>At the end of the run.</summary>
    public void Check()
    {
        foreach (Life life in _lives)
            foreach (string wrong in life.Wrong())
                _violations.Add($"dialog {life.Id}: {wrong} [{life.Story}]");
    }

    private void OnCreated(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var life = new Life(dialog.Id.ToString());
        _lives.Add(life);
        _note($"{life.Id} created");
        if (parameters.Direction != DialogDirection.Downstream || parameters.Message is null) _violations.Add($"dialog {life.Id}: Created without its INVITE");
        if (!dialog.On(PerDialog, OnAny, life, static freed => ((Life)freed!).Freed++)) _violations.Add($"dialog {life.Id}: no callbacks on a new dialog");
    }

    private void OnAny(Dialog dialog, DialogCallbackTypes type, DialogCallbackParameters parameters)
    {
        var life = (Life)parameters.Parameter!;
        _note($"{life.Id} {type} {dialog.State}");
        life.Add(type);
        if (type is DialogCallbackTypes.Terminated) life.Reason = dialog.TerminationReason ?? "no reason";
        if (type is DialogCallbackTypes.Early or DialogCallbackTypes.Confirmed or DialogCallbackTypes.ResponseForwarded && parameters.Direction != DialogDirection.Upstream)
            _violations.Add($"dialog {life.Id}: {type} with direction {parameters.Direction}");
        if (type is DialogCallbackTypes.RequestWithin or DialogCallbackTypes.ResponseWithin && (parameters.Direction == DialogDirection.None || parameters.Message is null))
            _violations.Add($"dialog {life.Id}: {type} without message or direction");
    }

    private sealed class Life(string id)
    {
        private readonly List<DialogCallbackTypes> _story = [];
        private readonly Dictionary<DialogCallbackTypes, int> _counts = [];

        public string Id => id;

        public int Freed;

        public string Reason = "";

        public string Story => string.Join(" ", _story);

        public int Of(DialogCallbackTypes type) => _counts.GetValueOrDefault(type);

        public void Add(DialogCallbackTypes type)
        {
            if (_story.Count < 40) _story.Add(type);
            _counts[type] = Of(type) + 1;
        }

        public IEnumerable<string> Wrong()
        {
            foreach (DialogCallbackTypes once in new[]
            {
                DialogCallbackTypes.Early, DialogCallbackTypes.Confirmed, DialogCallbackTypes.Failed, DialogCallbackTypes.Terminated,
                DialogCallbackTypes.Expired, DialogCallbackTypes.Destroy,
            })
                if (Of(once) > 1) yield return $"{once} ran {Of(once)} times";
            int ends = Of(DialogCallbackTypes.Terminated) + Of(DialogCallbackTypes.Expired);
            if (ends != Of(DialogCallbackTypes.Confirmed)) yield return $"confirmed {Of(DialogCallbackTypes.Confirmed)} times, ended {ends} times";
            if (Of(DialogCallbackTypes.Confirmed) == 0 && Of(DialogCallbackTypes.Failed) != 1) yield return "neither confirmed nor failed";
            if (Of(DialogCallbackTypes.Destroy) != 1) yield return "never destroyed";
            if (_story.Count is > 0 and < 40 && _story[^1] != DialogCallbackTypes.Destroy) yield return "something ran after Destroy";
            if (Freed != 1) yield return $"parameter freed {Freed} times";
            if (_story.Count >= 40) yield break;
            int confirmed = _story.IndexOf(DialogCallbackTypes.Confirmed);
            if (_story.IndexOf(DialogCallbackTypes.Early) > confirmed && confirmed >= 0) yield return "Early after Confirmed";
            foreach (DialogCallbackTypes late in new[] { DialogCallbackTypes.Terminated, DialogCallbackTypes.Expired })
            {
                int at = _story.IndexOf(late);
                if (at >= 0 && at < confirmed) yield return $"{late} before Confirmed";
            }
        }
    }
}
