using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>Of Call-ID and caller's tag, both of which never change.</summary>
    internal uint TagHash => Module.Table.HashOf(CallIdHash, _caller.TagBytes);

    /// <summary>Under the lock: whether the request fits its place in the dialog. One that does not is inert; one whose way can be put right is not when that will be done.</summary>
    internal void JudgeInLock(SipContext context, InDialogFollower follower)
    {
        follower.Order = follower.CalleeLeg!.OrderOf(follower.Direction, context.Request.CSeqNumber, context.Method);
        follower.Course = InDialogValidation.CourseOf(context, follower);
        follower.IsForeign = !MayComeFrom(follower.SourceLeg!.FlowInLock, context.Source);
        follower.IsInert =
            follower.IsForeign
            || follower.Order == CSeqOrder.Stale
            || (follower.Course != DialogValidation.Valid && Module.Options.SequentialRouting != SequentialRouting.Repair);
    }

    /// <summary>A leg whose far end is not known (it came from a store) is heard from anywhere.</summary>
    private bool MayComeFrom(in SipFlow leg, in SipFlow source)
    {
        SequentialSource allowed = Module.Options.SequentialSource;
        if (allowed == SequentialSource.Anywhere || leg.Remote == default)
            return true;
        if (allowed == SequentialSource.SameAddress)
            return (leg.Remote with { Port = 0 }) == (source.Remote with { Port = 0 });
        return ReferenceEquals(leg.Listener, source.Listener)
            && leg.Remote == source.Remote
            && (leg.ConnectionId == source.ConnectionId || leg.ConnectionId == 0);
    }

    /// <summary>Under the lock: does the request's Call-ID and pair of tags belong here, and which way does it go?</summary>
    internal bool Matches(SipContext context, out DialogDirection direction, out DialogLeg? callee)
    {
        SipMessage request = context.Request;
        direction = DialogDirection.None;
        callee = null;
        if (!request.CallId.SequenceEqual(CallIdBytes))
            return false;
        ReadOnlySpan<byte> from = request.FromTag,
            to = request.ToTag;
        DialogLeg? down = from.SequenceEqual(_caller.TagBytes) ? FindCallee(to) : null;
        DialogLeg? up = to.SequenceEqual(_caller.TagBytes) ? FindCallee(from) : null;
        // Both fit only when both ends chose one tag: then ftag and the routes know better than the tags.
        if (down is not null && (up is null || context.IsDownstream != false))
        {
            direction = DialogDirection.Downstream;
            callee = down;
            return true;
        }

        if (up is null)
            return false;
        direction = DialogDirection.Upstream;
        callee = up;
        return true;
    }
}
