using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// The legs of one dialog: the caller, the callee that answered first (before: rang first), the others of a fork; and which of them a message is
/// of. A struct inside the dialog and the only code that writes these fields. Under the dialog's lock unless a member says otherwise.
/// </summary>
internal struct LegSet(DialogLeg caller)
{
    /// <summary>Legs kept per dialog; a downstream that invents tags gets no more.</summary>
    public const int MaxLegs = 64;

    private DialogLeg? _callee;
    private DialogLeg[]? _others;
    private uint _inviteCSeq;

    /// <summary>Also without the lock.</summary>
    public readonly DialogLeg Caller => caller;

    /// <summary>The leg that answered first (before: rang first); null when none did. Also without the lock.</summary>
    public readonly DialogLeg? Callee => Volatile.Read(in _callee);

    /// <summary>The legs of a fork besides the callee.</summary>
    public readonly ReadOnlySpan<DialogLeg> Others => _others;

    /// <summary>The initial INVITE's number, as the caller wrote it. Also without the lock.</summary>
    public readonly uint InviteCSeq => _inviteCSeq;

    /// <summary>The other end of a call: of the caller the callee (null before there is one), of a callee the caller. Also without the lock.</summary>
    public readonly DialogLeg? OtherThan(DialogLeg leg) => leg.IsCaller ? Callee : caller;

    /// <summary>The caller, the winning callee, the others.</summary>
    public readonly List<DialogLeg> ToList()
    {
        var legs = new List<DialogLeg> { caller };
        if (_callee is not null)
            legs.Add(_callee);
        if (_others is not null)
            legs.AddRange(_others);
        return legs;
    }

    /// <summary>The leg of this branch and To tag.</summary>
    public readonly DialogLeg? Find(int branch, ReadOnlySpan<byte> tag)
    {
        if (_callee is not null && _callee.Branch == branch && _callee.TagBytes.SequenceEqual(tag))
            return _callee;
        if (_others is not null)
            foreach (DialogLeg leg in _others)
                if (leg.Branch == branch && leg.TagBytes.SequenceEqual(tag))
                    return leg;
        return null;
    }

    /// <summary>The callee leg with this tag, the winning one first.</summary>
    public readonly DialogLeg? FindCallee(ReadOnlySpan<byte> tag)
    {
        if (_callee is not null && _callee.TagBytes.SequenceEqual(tag))
            return _callee;
        if (_others is not null)
            foreach (DialogLeg leg in _others)
                if (leg.TagBytes.SequenceEqual(tag))
                    return leg;
        return null;
    }

    /// <summary>Whether a pair of tags is that of the caller and a callee, and which way a request with it goes.</summary>
    /// <param name="from">The From tag.</param>
    /// <param name="to">The To tag.</param>
    /// <param name="isDownstream">What the Routes say of the direction; null: nothing. It decides where both ends chose one tag.</param>
    /// <param name="direction">Where it goes.</param>
    /// <param name="callee">The callee's leg.</param>
    public readonly bool Matches(
        ReadOnlySpan<byte> from,
        ReadOnlySpan<byte> to,
        bool? isDownstream,
        out DialogDirection direction,
        out DialogLeg? callee
    )
    {
        DialogLeg? down = from.SequenceEqual(caller.TagBytes) ? FindCallee(to) : null;
        DialogLeg? up = to.SequenceEqual(caller.TagBytes) ? FindCallee(from) : null;
        if (down is not null && (up is null || isDownstream != false))
        {
            (direction, callee) = (DialogDirection.Downstream, down);
            return true;
        }

        (direction, callee) = (up is null ? DialogDirection.None : DialogDirection.Upstream, up);
        return up is not null;
    }

    /// <summary>From the initial INVITE: the caller's tag, contact, route set and flow. Before the dialog is in the table, so without the lock.</summary>
    public void LearnCaller(PackedLeg packed, uint cseq, in SipFlow flow)
    {
        caller.Packed = packed;
        caller.Flow = flow;
        _inviteCSeq = cseq;
    }

    /// <summary>From a response on a branch of the initial INVITE: a leg per (branch, To tag), from the first tagged 1xx on.</summary>
    /// <param name="owner">The dialog, for a leg that is new.</param>
    /// <param name="branch">The branch.</param>
    /// <param name="reply">The response.</param>
    /// <param name="contact">Its Contact; empty: none.</param>
    /// <param name="isRaw">The Contact cannot be read.</param>
    /// <param name="routes">Its route set.</param>
    /// <param name="flow">How it came.</param>
    /// <returns>True when the leg has a Contact that cannot be read since now.</returns>
    public bool LearnCallee(
        ILegOwner owner,
        int branch,
        SipMessage reply,
        ReadOnlySpan<byte> contact,
        bool isRaw,
        in RouteSets routes,
        in SipFlow flow
    )
    {
        bool isFinal = reply.StatusCode >= 200;
        ReadOnlySpan<byte> tag = reply.ToTag;
        DialogLeg? leg = Find(branch, tag) ?? Add(owner, branch, reply.CSeqNumber);
        if (leg is not { IsSettled: false })
            return false;
        PackedLeg old = leg.Packed;
        // The 2xx decides (RFC 3261 13.2.2.4); a provisional without Contact or Record-Route takes nothing away, nor does a Contact that cannot be read.
        if (contact.IsEmpty || (isRaw && !old.Contact.IsEmpty))
        {
            contact = old.ContactText;
            isRaw = old.IsContactRaw;
        }

        leg.Packed =
            routes.Count > 0 || isFinal
                ? PackedLeg.Build(old, tag, contact, routes.Count, routes.Packed, isRaw)
                : PackedLeg.Build(old, tag, contact, old.RouteCount, old.PackedRoutes, isRaw);
        leg.Flow = flow;
        if (isFinal)
            leg.IsAnswered = true;
        return isRaw && !old.IsContactRaw;
    }

    /// <summary>The winning callee of a dialog that a store had.</summary>
    public void Restore(DialogLeg callee) => _callee = callee;

    /// <summary>What the details of a row add.</summary>
    public void Restore(uint inviteCSeq, DialogLeg[] others)
    {
        _inviteCSeq = inviteCSeq;
        _others = others.Length == 0 ? null : others;
    }

    /// <summary>The leg whose 2xx is forwarded first is the callee.</summary>
    public void SetWinner(int branch, ReadOnlySpan<byte> tag)
    {
        DialogLeg? winner = Find(branch, tag);
        if (winner is not null && winner != _callee)
            Promote(winner);
    }

    /// <summary>Another callee's leg than this one is up.</summary>
    public readonly bool HasOtherUp(DialogLeg leg)
    {
        // Two branches may lead to one callee, who answers both with one tag: that is one dialog for the parties.
        if (_callee is { IsUp: true } callee && !callee.TagBytes.SequenceEqual(leg.TagBytes))
            return true;
        if (_others is not null)
            foreach (DialogLeg other in _others)
                if (other.IsUp && !other.TagBytes.SequenceEqual(leg.TagBytes))
                    return true;
        return false;
    }

    /// <summary>The callees' legs that are up, the callee first.</summary>
    public readonly List<DialogLeg> Up()
    {
        var up = new List<DialogLeg>(1);
        if (_callee is { IsUp: true })
            up.Add(_callee);
        foreach (DialogLeg leg in _others ?? [])
            if (leg.IsUp && !up.Exists(known => known.TagBytes.SequenceEqual(leg.TagBytes)))
                up.Add(leg);
        return up;
    }

    /// <summary>The ACK of a 2xx. Of several legs that answered the first that the caller acknowledges counts as the callee: it is the one that it talks to.</summary>
    /// <returns>True when the callee is another leg now.</returns>
    public bool Acknowledge(DialogLeg leg)
    {
        if (!leg.IsUp)
            return false;
        leg.IsAcknowledged = true;
        return leg != _callee && _callee is not { IsUp: true, IsAcknowledged: true } && Promote(leg);
    }

    /// <summary>A BYE has ended this leg while another is up, which is the callee from now on if this one was: one that is acknowledged, before one that is not.</summary>
    /// <returns>True when the callee is another leg now.</returns>
    public bool End(DialogLeg leg)
    {
        leg.IsOver = true;
        foreach (DialogLeg same in _others ?? [])
            if (same.TagBytes.SequenceEqual(leg.TagBytes))
                same.IsOver = true;
        if (leg != _callee || _others is null)
            return false;
        DialogLeg? next =
            Array.Find(_others, static other => other is { IsUp: true, IsAcknowledged: true })
            ?? Array.Find(_others, static other => other.IsUp);
        return next is not null && Promote(next);
    }

    private bool Promote(DialogLeg leg)
    {
        int at = Array.IndexOf(_others!, leg);
        DialogLeg[] others = [.. _others!];
        others[at] = _callee!;
        _others = others;
        Volatile.Write(ref _callee, leg);
        return true;
    }

    /// <summary>Once the INVITE is over, legs that only rang are of no use.</summary>
    public void DropUnanswered()
    {
        if (_others is null)
            return;
        DialogLeg[] answered = Array.FindAll(_others, static leg => leg.IsAnswered);
        _others = answered.Length == 0 ? null : answered;
    }

    /// <summary>A request for which a callee's leg was named can go there: the leg is still here, and an INVITE goes to one that answered (RFC 3261 14.1).</summary>
    public readonly bool CanAsk(DialogLeg leg, bool isInvite) =>
        (leg == _callee || (_others is not null && Array.IndexOf(_others, leg) >= 0)) && (leg.IsUp || !(isInvite || leg.IsOver));

    /// <summary>Of every callee's leg: a request that carried or may carry session descriptions is over.</summary>
    /// <returns>True when something that waited for its end is forgotten.</returns>
    public readonly bool EndExchanges(object carrier)
    {
        bool changed = EndExchange(_callee, carrier);
        foreach (DialogLeg leg in _others ?? [])
            changed |= EndExchange(leg, carrier);
        return changed;
    }

    private static bool EndExchange(DialogLeg? leg, object carrier)
    {
        if (leg?.Exchange is not { } exchange)
            return false;
        exchange.OnOver(carrier);
        return exchange.TakeChange();
    }

    /// <param name="owner">The dialog.</param>
    /// <param name="branch">The branch it came up on.</param>
    /// <param name="sent">The number the INVITE had there: not the caller's when it was changed on the branch.</param>
    private DialogLeg? Add(ILegOwner owner, int branch, uint sent)
    {
        if (_callee is not null && (_others?.Length ?? 0) >= MaxLegs)
            return null;
        var leg = new DialogLeg(owner, branch);
        leg.Numbers = LegCSeq.FromInvite(_inviteCSeq, sent);
        leg.SawInvite(DialogDirection.Downstream, _inviteCSeq);
        if (_callee is null)
            _callee = leg;
        else
            _others = [.. _others ?? [], leg];
        return leg;
    }
}
