using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// Dialogs that came back from a store before their ACK was seen. If the process ended while their 2xx was held back, the caller never got it and
/// repeats its INVITE (RFC 3261 17.1.1.2), which makes a new dialog here. The one from the store then has no parties: it ends, without a record.
/// </summary>
internal sealed class UnacknowledgedCalls(TimeProvider time)
{
    /// <summary>64*T1 and some: an INVITE is repeated no longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    private readonly Lock _lock = new();
    private readonly List<Dialog> _calls = [];
    private long _last;
    private int _count;

    /// <summary>There are none: nothing is to be done at an INVITE.</summary>
    public bool IsEmpty => Volatile.Read(in _count) == 0;

    /// <summary>A dialog in state 3 came back.</summary>
    public void Add(Dialog dialog)
    {
        lock (_lock)
        {
            _last = time.GetTimestamp();
            _calls.Add(dialog);
            _count = _calls.Count;
        }
    }

    /// <summary>Ends the dialog that this initial INVITE had made before the restart.</summary>
    public void Supersede(SipMessage invite)
    {
        Dialog? former;
        lock (_lock)
        {
            if (time.GetElapsedTime(_last) > Longest)
                _calls.Clear();
            int at = _calls.FindIndex(call => IsOf(call, invite.CallId, invite.FromTag) && call.Callee?.CSeq == invite.CSeqNumber);
            former = at < 0 ? null : _calls[at];
            if (at >= 0)
                _calls.RemoveAt(at);
            _count = _calls.Count;
        }

        former?.Supersede();
    }

    /// <summary>A dialog with this Call-ID and caller's tag.</summary>
    public static bool IsOf(Dialog dialog, ReadOnlySpan<byte> callId, ReadOnlySpan<byte> callerTag) =>
        dialog.CallIdBytes.SequenceEqual(callId) && dialog.Caller.TagBytes.SequenceEqual(callerTag);
}
