using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>Recognises requests that have passed this proxy before.</summary>
internal static class Spiral
{
    /// <summary>One of the request's Vias is the proxy's own.</summary>
    public static bool HasPassed(SipContext context)
    {
        foreach (ViaView via in context.Request.Vias)
            if (context.Transport.IsOwn(via.Host, via.Port))
                return true;
        return false;
    }

    /// <summary>The dialog that the same initial INVITE has from its first passage; null when this is its first, or that one was answered or ended meanwhile.</summary>
    public static Dialog? DialogOf(DialogTable table, ReadOnlySpan<byte> recordRouteParameter, SipContext context)
    {
        if (!HasPassed(context))
            return null;
        SipMessage invite = context.Request;
        // The first passage wrote its dialog's id. Without it two copies of one INVITE, which a fork upstream made, could not be distinguished.
        foreach (NameAddrView route in invite.RecordRoutes)
        {
            if (
                context.IsOwn(route.Uri)
                && route.Uri.Parameters.TryGet(recordRouteParameter, out ReadOnlySpan<byte> did)
                && DialogId.TryParse(did, out DialogId id)
                && Named(table, id, invite) is { } named
            )
                return named;
        }

        uint hash = table.HashOf(invite.CallId);
        DialogStripe stripe = table.StripeOf(CoreHash.Compute(invite.CallId, table.HashSize));
        lock (stripe.Lock)
        {
            int left = DialogStripe.MostAlike;
            Dialog? dialog = stripe.FirstAlike(hash, invite.FromTag);
            for (; dialog is not null && left > 0; dialog = stripe.NextAlike(dialog), left--)
                if (dialog.IsOfInLock(invite))
                    return dialog;
        }

        return null;
    }

    private static Dialog? Named(DialogTable table, DialogId id, SipMessage invite)
    {
        if (table.Find(id) is not { } dialog || dialog.CallIdHash != table.HashOf(invite.CallId))
            return null;
        lock (table.StripeOf(id.Entry).Lock)
            return dialog.IsOfInLock(invite) ? dialog : null;
    }
}
