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
            if (context.Application.Transport.IsOwn(via.Host, via.Port)) return true;
        return false;
    }

    /// <summary>The dialog that the same initial INVITE has from its first passage; null when this is its first, or that one was answered or ended meanwhile.</summary>
    public static Dialog? DialogOf(DialogModule module, SipContext context)
    {
        if (!HasPassed(context)) return null;
        SipMessage invite = context.Request;
        // The first passage wrote its dialog's id. Without it two copies of one INVITE, which a fork upstream made, could not be told apart.
        foreach (NameAddrView route in invite.RecordRoutes)
        {
            if (context.IsOwn(route.Uri) && route.Uri.Parameters.TryGet(module.RecordRouteParameter, out ReadOnlySpan<byte> did)
                && DialogId.TryParse(did, out DialogId id) && module.Table.Find(id) is { } named
                && named.CallIdHash == module.Table.HashOf(invite.CallId) && named.IsOf(invite)) return named;
        }

        foreach (Dialog dialog in module.Table.FindAllByCallId(invite.CallId))
            if (dialog.IsOf(invite)) return dialog;
        return null;
    }
}
