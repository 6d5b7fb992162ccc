using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>The parties' session descriptions, kept when somebody will need them: the option says so, or a re-INVITE ping.</summary>
public sealed partial class Dialog
{
    internal bool KeepsSdp =>
        Module.Options.KeepSessionDescriptions || (Flags & (DialogFlags.ReinvitePingCaller | DialogFlags.ReinvitePingCallee)) != 0;

    /// <summary>A response to the initial INVITE leaves.</summary>
    internal void OnInviteSdp(InviteFollower invite, SipBranch branch, SipMessage reply, SipEdits edits)
    {
        byte[]? body = SdpBody.Of(reply, edits);
        bool isReliable = IsReliable(reply),
            changed;
        lock (Gate)
        {
            if (FindLeg(branch.Index, reply.ToTag) is not { } leg)
                return;
            if (leg.Exchange is null)
            {
                leg.Exchange = new SdpExchange();
                if (invite.Offer is { } offer)
                    leg.Exchange.OnRequest(invite, DialogDirection.Downstream, false, offer, _caller, leg);
            }

            changed = leg.Exchange.OnResponse(invite, DialogDirection.Upstream, true, reply.StatusCode, isReliable, body, _caller, leg);
        }

        if (changed)
            Updated();
    }

    /// <summary>The initial INVITE is over.</summary>
    internal void OnInviteSdpOver(InviteFollower invite)
    {
        lock (Gate)
        {
            _callee?.Exchange?.OnOver(invite);
            foreach (DialogLeg leg in _others ?? [])
                leg.Exchange?.OnOver(invite);
        }
    }

    /// <summary>A request within the dialog leaves.</summary>
    internal void OnRequestSdp(SipContext context, InDialogFollower request, SipEdits edits)
    {
        if (context.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Prack or SipMethod.Ack))
            return;
        byte[]? body = SdpBody.Of(edits.Original, edits);
        bool changed = false;
        lock (Gate)
        {
            DialogLeg leg = request.CalleeLeg!;
            SdpExchange exchange = leg.Exchange ??= new SdpExchange();
            if (context.Method == SipMethod.Ack)
                changed = exchange.OnAck(request.Direction, body, _caller, leg);
            else if (body is not null)
                exchange.OnRequest(request, request.Direction, context.Method == SipMethod.Prack, body, _caller, leg);
        }

        if (changed)
            Updated();
    }

    /// <summary>A response to a request within the dialog leaves; null: one of the proxy's own.</summary>
    internal void OnResponseSdp(SipContext context, InDialogFollower request, SipMessage? reply, int statusCode, SipEdits? edits)
    {
        if (
            request.CalleeLeg?.Exchange is not { } exchange
            || context.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Prack)
        )
            return;
        byte[]? body = reply is null ? null : SdpBody.Of(reply, edits);
        DialogDirection back = request.Direction == DialogDirection.Downstream ? DialogDirection.Upstream : DialogDirection.Downstream;
        bool changed;
        lock (Gate)
        {
            changed = exchange.OnResponse(
                request,
                back,
                context.Method == SipMethod.Invite,
                statusCode,
                reply is not null && IsReliable(reply),
                body,
                _caller,
                request.CalleeLeg!
            );
        }

        if (changed)
            Updated();
    }

    internal void OnRequestSdpOver(InDialogFollower request)
    {
        if (request.CalleeLeg?.Exchange is not { } exchange)
            return;
        lock (Gate)
        {
            exchange.OnOver(request);
        }
    }

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
