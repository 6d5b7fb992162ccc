namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private TaskCompletionSource? _over;

    /// <summary>Ends the call: an early one by CANCEL on every branch, a confirmed one by BYE both ways.</summary>
    /// <param name="reason">Kept as <see cref="TerminationReason"/>.</param>
    /// <returns>False when it is over already.</returns>
    public bool Terminate(string? reason = null) => Happen(DialogEvent.Terminate, reason: reason);

    /// <summary>Ends the call and completes when it is over.</summary>
    /// <param name="reason">Kept as <see cref="TerminationReason"/>.</param>
    /// <returns>False when it is over already.</returns>
    public async ValueTask<bool> TerminateAsync(string? reason = null)
    {
        TaskCompletionSource over = Volatile.Read(ref _over) ?? Interlocked.CompareExchange(ref _over, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _over;
        if (!Terminate(reason)) return false;
        await over.Task.ConfigureAwait(false);
        return true;
    }

    /// <summary>BYE to both ends. The requests themselves come with the rest of the API; until then both count as answered at once.</summary>
    internal void SendByes() => Happen(DialogEvent.ByeAnswered);
}
