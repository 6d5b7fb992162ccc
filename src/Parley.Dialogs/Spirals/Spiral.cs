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
    public static Dialog? DialogOf(DialogModule module, SipContext context)
    {
        if (!HasPassed(context))
            return null;
        SipMessage invite = context.Request;
        // The first passage wrote its dialog's id. Without it two copies of one INVITE, which a fork upstream made, could not be told apart.
        foreach (NameAddrView route in invite.RecordRoutes)
        {
            if (
                context.IsOwn(route.Uri)
                && route.Uri.Parameters.TryGet(module.RecordRouteParameter, out ReadOnlySpan<byte> did)
                && DialogId.TryParse(did, out DialogId id)
                && Named(module, id, invite) is { } named
            )
                return named;
        }

        uint hash = module.Table.HashOf(invite.CallId);
        DialogStripe stripe = module.Table.StripeOf(CoreHash.Compute(invite.CallId, module.Table.HashSize));
        lock (stripe.Gate)
        {
            int left = DialogStripe.MostAlike;
            Dialog? dialog = stripe.FirstAlike(hash, module.Table, invite.FromTag);
            for (; dialog is not null && left > 0; dialog = stripe.NextAlike(dialog), left--)
                if (dialog.IsOfInLock(invite))
                    return dialog;
        }

        return null;
    }

    private static Dialog? Named(DialogModule module, DialogId id, SipMessage invite)
    {
        if (module.Table.Find(id) is not { } dialog || dialog.CallIdHash != module.Table.HashOf(invite.CallId))
            return null;
        lock (module.Table.StripeOf(id.Entry).Gate)
            return dialog.IsOfInLock(invite) ? dialog : null;
    }
}
