using System.Text;
using Parley.Sip;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private TaskCompletionSource? _over;
    private DialogByes? _byes;

    /// <summary>
    /// Ends the call: an early one by CANCEL on every branch (when a 2xx crosses that, by BYE), a confirmed one by BYE both ways. From any
    /// thread, callback or hook. The end itself comes later, with the first answer.
    /// </summary>
    /// <param name="reason">Kept as <see cref="TerminationReason"/>.</param>
    /// <param name="headerLines">Lines that the BYEs carry after those of <see cref="DialogOptions.ExtraHeaderLines"/>, each "Name: value" with CRLF.</param>
    /// <returns>False when it is over already, or not answered with its INVITE's transaction gone.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed, or hold a header that the dialog writes itself.</exception>
    public bool Terminate(string? reason = null, string? headerLines = null)
    {
        byte[] lines = Lines(headerLines);
        DialogAction act;
        bool mine;
        lock (Gate)
        {
            if (_state == DialogState.Deleted)
                return false;
            if (_state is DialogState.Unconfirmed or DialogState.Early && _invite?.Transaction is null)
                return false;
            _byes ??= new DialogByes(this, lines);
            _reason ??= reason;
            DialogState old = _state;
            act = new DialogAction(Step(DialogEvent.Terminate), old, _state);
            mine = Post(ref act);
        }

        if (mine)
            Act(in act);
        return true;
    }

    /// <summary>Ends the call and completes when it is over.</summary>
    /// <param name="reason">Kept as <see cref="TerminationReason"/>.</param>
    /// <param name="headerLines">As of <see cref="Terminate"/>.</param>
    /// <returns>False when it is over already, or not answered with its INVITE's transaction gone.</returns>
    /// <exception cref="ArgumentException">The header lines are malformed, or hold a header that the dialog writes itself.</exception>
    public async ValueTask<bool> TerminateAsync(string? reason = null, string? headerLines = null)
    {
        TaskCompletionSource over =
            Volatile.Read(ref _over)
            ?? Interlocked.CompareExchange(ref _over, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null)
            ?? _over;
        if (!Terminate(reason, headerLines))
            return false;
        await over.Task.ConfigureAwait(false);
        return true;
    }

    /// <summary>BYE to both ends, once; after that, the one that was held back for the caller's ACK when that came.</summary>
    internal void SendByes()
    {
        DialogByes byes;
        lock (Gate)
        {
            byes = _byes ??= new DialogByes(this, Lines(null));
            // The BYEs have answers or time out: that ends the call, and nothing else shall meanwhile.
            if (_state is DialogState.ConfirmedNoAck or DialogState.Confirmed)
                _lifetimeDue = _stateDue = Never;
        }

        byes.Send();
    }

    /// <summary>Under the lock: how long a BYE to the caller has to wait for the ACK (RFC 3261 15): not beyond the end of the INVITE's transaction.</summary>
    internal long CallerByeWait =>
        _state != DialogState.ConfirmedNoAck
            ? 0
            : Math.Clamp(_startTime + Module.LeastDeleteDelay - Module.UnixMilliseconds, 0, Module.LeastDeleteDelay);

    /// <summary>Under the lock: an ACK lets the caller's BYE go; a BYE of one of the two makes it needless.</summary>
    private DialogEffects HeldByeMaySend(SipMethod method)
    {
        if (!_byes!.IsHeld)
            return DialogEffects.None;
        if (method == SipMethod.Ack)
            return _byes.Release() ? DialogEffects.SendByes : DialogEffects.None;
        _byes.Drop();
        return DialogEffects.None;
    }

    private byte[] Lines(string? headerLines)
    {
        if (string.IsNullOrEmpty(headerLines))
            return Module.ExtraHeaderLines;
        byte[] lines = Encoding.UTF8.GetBytes(headerLines);
        HeaderLines.Check(lines, nameof(headerLines));
        return [.. Module.ExtraHeaderLines, .. lines];
    }
}
