using Parley.Sip;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>The call has passed the proxy twice and is one dialog.</summary>
    internal bool IsSpiralInLock => (_flags & InternalFlags.Spiral) != 0;

    internal bool IsSpiral
    {
        get
        {
            lock (Gate)
            {
                return IsSpiralInLock;
            }
        }
    }

    /// <summary>The same initial INVITE comes again: true while it is not answered, and from then on the dialog knows that its messages pass twice. Under the lock.</summary>
    internal bool IsOfInLock(SipMessage invite)
    {
        if (_state is not (DialogState.Unconfirmed or DialogState.Early) || invite.CSeqNumber != _inviteCSeq)
            return false;
        if (!invite.FromTag.SequenceEqual(_caller.TagBytes) || !invite.CallId.SequenceEqual(CallIdBytes))
            return false;
        _flags |= InternalFlags.Spiral;
        return true;
    }
}
