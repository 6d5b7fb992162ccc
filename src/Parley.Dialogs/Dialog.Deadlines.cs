namespace Parley.Dialogs;

/// <summary>What is to happen to a dialog by itself.</summary>
public sealed partial class Dialog
{
    /// <summary>A snapshot of what its timers wait for, the next one first.</summary>
    public IReadOnlyList<DialogDeadline> Deadlines
    {
        get
        {
            var list = new List<DialogDeadline>();
            lock (Lock)
            {
                long now = Runtime.Now;
                Add(list, "lifetime", _life.LifetimeDue, now);
                Add(list, NameOfStateDue(_life.State), _life.StateDue, now);
                if (MayPingInLock)
                {
                    Add(list, "callerPing", _pings?.Caller?.Due, now);
                    Add(list, "calleePing", _pings?.Callee?.Due, now);
                }
            }

            list.Sort(static (a, b) => a.Left.CompareTo(b.Left));
            return list;
        }
    }

    private static void Add(List<DialogDeadline> list, string name, long? due, long now)
    {
        if (due is { } there)
            list.Add(new DialogDeadline(name, TimeSpan.FromMilliseconds(Math.Max(0, there - now))));
    }

    private static string NameOfStateDue(DialogState state) =>
        state switch
        {
            DialogState.Deleted => "deletion",
            DialogState.ConfirmedNoAck => "ack",
            _ => "answer",
        };
}
