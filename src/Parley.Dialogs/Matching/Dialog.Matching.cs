using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>Of Call-ID and caller's tag, both of which never change.</summary>
    internal uint TagHash => Module.Table.HashOf(CallIdHash, _caller.TagBytes);

    /// <summary>Under the lock: does the request's Call-ID and pair of tags belong here, and which way does it go?</summary>
    internal bool Fits(SipContext context, out DialogDirection direction, out DialogLeg? callee)
    {
        SipMessage request = context.Request;
        direction = DialogDirection.None;
        callee = null;
        if (!request.CallId.SequenceEqual(CallIdBytes)) return false;
        ReadOnlySpan<byte> from = request.FromTag, to = request.ToTag;
        DialogLeg? down = from.SequenceEqual(_caller.TagBytes) ? FindCallee(to) : null;
        DialogLeg? up = to.SequenceEqual(_caller.TagBytes) ? FindCallee(from) : null;
        // Both fit only when both ends chose one tag: then ftag and the routes know better than the tags.
        if (down is not null && (up is null || context.IsDownstream != false))
        {
            direction = DialogDirection.Downstream;
            callee = down;
            return true;
        }

        if (up is null) return false;
        direction = DialogDirection.Upstream;
        callee = up;
        return true;
    }
}
