using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>The parties' session descriptions, kept when something will need them: the option says so, or a re-INVITE ping.</summary>
internal static class SdpLearning
{
    /// <summary>A response to the initial INVITE leaves.</summary>
    public static void OnInviteReply(Dialog dialog, InviteFollower invite, SipBranch branch, SipMessage reply, SipEdits edits)
    {
        byte[]? body = SdpBody.Of(reply, edits);
        bool isReliable = IsReliable(reply),
            changed;
        var origin = new SdpOrigin(SipMethod.Invite, dialog.LegSet.InviteCSeq, DialogDirection.Downstream);
        lock (dialog.Lock)
        {
            if (dialog.LegSet.Find(branch.Index, reply.ToTag) is not { } leg)
                return;
            DialogLeg caller = dialog.Caller;
            if (leg.Exchange is null)
            {
                leg.Exchange = new SdpExchange();
                if (invite.Offer is { } offer)
                    leg.Exchange.OnRequest(invite, origin, DialogDirection.Downstream, false, offer, caller, leg);
            }

            changed = leg.Exchange.OnResponse(
                invite,
                origin,
                DialogDirection.Upstream,
                true,
                reply.StatusCode,
                isReliable,
                body,
                caller,
                leg
            );
            changed |= leg.Exchange.TakeChange() && dialog.Life.IsAnswered;
        }

        if (changed)
            dialog.Updated();
    }

    /// <summary>The initial INVITE is over.</summary>
    public static void OnInviteOver(Dialog dialog, InviteFollower invite)
    {
        bool changed;
        lock (dialog.Lock)
        {
            changed = dialog.LegSet.EndExchanges(invite) && dialog.Life.IsAnswered;
        }

        if (changed)
            dialog.Updated();
    }

    /// <summary>A request within the dialog leaves.</summary>
    public static void OnRequest(Dialog dialog, SipContext context, InDialogFollower request, SipEdits edits)
    {
        if (context.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Prack or SipMethod.Ack))
            return;
        byte[]? body = SdpBody.Of(edits.Original, edits);
        bool changed = false;
        lock (dialog.Lock)
        {
            DialogLeg leg = request.CalleeLeg!;
            SdpExchange exchange = leg.Exchange ??= new SdpExchange();
            if (context.Method == SipMethod.Ack)
                changed = exchange.OnAck(request.Direction, body, dialog.Caller, leg);
            else if (body is not null)
                exchange.OnRequest(
                    request,
                    OriginOf(context, request),
                    request.Direction,
                    context.Method == SipMethod.Prack,
                    body,
                    dialog.Caller,
                    leg
                );
            changed |= exchange.TakeChange() && dialog.Life.IsAnswered;
        }

        if (changed)
            dialog.Updated();
    }

    /// <summary>A response to a request within the dialog leaves; null: one of the proxy's own.</summary>
    public static void OnReply(
        Dialog dialog,
        SipContext context,
        InDialogFollower request,
        SipMessage? reply,
        int statusCode,
        SipEdits? edits
    )
    {
        if (
            request.CalleeLeg?.Exchange is not { } exchange
            || context.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Prack)
        )
            return;
        byte[]? body = reply is null ? null : SdpBody.Of(reply, edits);
        bool changed;
        lock (dialog.Lock)
        {
            changed = exchange.OnResponse(
                request,
                OriginOf(context, request),
                request.ReplyDirection,
                context.Method == SipMethod.Invite,
                statusCode,
                reply is not null && IsReliable(reply),
                body,
                dialog.Caller,
                request.CalleeLeg!
            );
            changed |= exchange.TakeChange() && dialog.Life.IsAnswered;
        }

        if (changed)
            dialog.Updated();
    }

    /// <summary>A request within the dialog is over.</summary>
    public static void OnRequestOver(Dialog dialog, InDialogFollower request)
    {
        if (request.CalleeLeg?.Exchange is not { } exchange)
            return;
        bool changed;
        lock (dialog.Lock)
        {
            exchange.OnOver(request);
            changed = exchange.TakeChange() && dialog.Life.IsAnswered;
        }

        if (changed)
            dialog.Updated();
    }

    private static SdpOrigin OriginOf(SipContext context, InDialogFollower request) => new(context.Method, request.CSeq, request.Direction);

    /// <summary>RFC 3262 3: a provisional response that the far end acknowledges.</summary>
    private static bool IsReliable(SipMessage reply)
    {
        if (reply.StatusCode >= 200 || reply.RSeq < 0)
            return false;
        foreach (ReadOnlySpan<byte> option in reply.Tokens(SipHeaderName.Require))
            if (SipText.EqualsIgnoreCase(option, "100rel"u8))
                return true;
        return false;
    }
}
