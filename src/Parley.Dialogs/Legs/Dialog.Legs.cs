using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>Legs kept per dialog; a downstream that invents tags gets no more.</summary>
    internal const int MaxLegs = 64;

    private readonly DialogLeg _caller;
    private DialogLeg? _callee;
    private DialogLeg[]? _others;
    private uint _inviteCSeq;

    /// <summary>The caller's leg.</summary>
    public DialogLeg Caller => _caller;

    /// <summary>The leg that answered first (before: rang first); null when none did.</summary>
    public DialogLeg? Callee => Volatile.Read(ref _callee);

    /// <summary>A snapshot of all legs: the caller, the winning callee, the others.</summary>
    public IReadOnlyList<DialogLeg> Legs
    {
        get
        {
            lock (Gate)
            {
                var legs = new List<DialogLeg> { _caller };
                if (_callee is not null)
                    legs.Add(_callee);
                if (_others is not null)
                    legs.AddRange(_others);
                return legs;
            }
        }
    }

    /// <summary>The leg of this branch and To tag.</summary>
    private DialogLeg? FindLeg(int branch, ReadOnlySpan<byte> tag)
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
    private DialogLeg? FindCallee(ReadOnlySpan<byte> tag)
    {
        if (_callee is not null && _callee.TagBytes.SequenceEqual(tag))
            return _callee;
        if (_others is not null)
            foreach (DialogLeg leg in _others)
                if (leg.TagBytes.SequenceEqual(tag))
                    return leg;
        return null;
    }

    /// <summary>From the initial INVITE: the caller's tag, contact, route set and flow.</summary>
    internal void LearnCaller(SipContext context)
    {
        SipMessage invite = context.Request;
        var routes = default(RouteSets);
        routes.ReadRequest(invite);
        ReadOnlySpan<byte> contact = ContactOrRaw(context, invite, out bool isRaw);
        _caller.Packed = PackedLeg.Build(default, invite.FromTag, contact, routes.Count, routes.Packed, isRaw);
        if (isRaw)
            Module.Log.ContactUnreadable(this, "caller");
        _caller.Flow = context.Source;
        _inviteCSeq = invite.CSeqNumber;
        routes.Dispose();
    }

    /// <summary>From a response on a branch of the initial INVITE: a leg per (branch, To tag), from the first tagged 1xx on.</summary>
    internal void LearnCallee(SipContext context, SipBranch branch, SipMessage reply)
    {
        bool isFinal = reply.StatusCode >= 200;
        ReadOnlySpan<byte> tag = reply.ToTag;
        if (tag.IsEmpty && !isFinal)
            return;
        var routes = default(RouteSets);
        routes.ReadResponse(context, reply, _caller.Packed.RouteCount);
        ReadOnlySpan<byte> contact = ContactOrRaw(context, reply, out bool isRaw);
        bool becameRaw = false;
        lock (Gate)
        {
            DialogLeg? leg = FindLeg(branch.Index, tag) ?? AddLeg(branch.Index, reply.CSeqNumber);
            if (leg is { IsSettled: false })
            {
                PackedLeg old = leg.Packed;
                // The 2xx decides (RFC 3261 13.2.2.4); a provisional without Contact or Record-Route takes nothing away, nor does a Contact that cannot be read.
                if (contact.IsEmpty || (isRaw && !old.Contact.IsEmpty))
                {
                    contact = old.ContactText;
                    isRaw = old.IsContactRaw;
                }

                becameRaw = isRaw && !old.IsContactRaw;
                leg.Packed =
                    routes.Count > 0 || isFinal
                        ? PackedLeg.Build(old, tag, contact, routes.Count, routes.Packed, isRaw)
                        : PackedLeg.Build(old, tag, contact, old.RouteCount, old.PackedRoutes, isRaw);
                leg.Flow = branch.Flow;
                if (isFinal)
                    leg.IsAnswered = true;
            }
        }

        if (becameRaw)
            Module.Log.ContactUnreadable(this, "callee");
        routes.Dispose();
    }

    /// <summary>A leg answered by this connection: what the proxy sends there of its own goes by it too.</summary>
    internal void LearnConnection(DialogLeg leg, in SipFlow flow)
    {
        lock (Gate)
        {
            leg.LearnFlow(flow);
        }
    }

    /// <param name="branch">The branch it came up on.</param>
    /// <param name="sent">The number the INVITE had there: not the caller's when somebody changed it on the branch.</param>
    private DialogLeg? AddLeg(int branch, uint sent)
    {
        var leg = new DialogLeg(this, branch);
        leg.Numbers = LegCSeq.FromInvite(_inviteCSeq, sent);
        leg.SawInvite(DialogDirection.Downstream, _inviteCSeq);
        if (_callee is null)
        {
            _callee = leg;
            return leg;
        }

        if ((_others?.Length ?? 0) >= MaxLegs)
            return null;
        _others = [.. _others ?? [], leg];
        return leg;
    }

    /// <summary>The leg whose 2xx is forwarded first is the callee.</summary>
    private void SetWinner(int branch, ReadOnlySpan<byte> tag)
    {
        DialogLeg? winner = FindLeg(branch, tag);
        if (winner is null || winner == _callee)
            return;
        int at = Array.IndexOf(_others!, winner);
        DialogLeg[] others = [.. _others!];
        others[at] = _callee!;
        _others = others;
        _callee = winner;
    }

    /// <summary>Once the INVITE is over, legs that only rang are of no use.</summary>
    private void DropUnansweredLegs()
    {
        if (_others is null || _state is not (DialogState.ConfirmedNoAck or DialogState.Confirmed))
            return;
        DialogLeg[] answered = Array.FindAll(_others, static leg => leg.IsAnswered);
        _others = answered.Length == 0 ? null : answered;
    }

    /// <summary>The same as <see cref="ContactOf"/>; of a Contact that cannot be read the whole value.</summary>
    private static ReadOnlySpan<byte> ContactOrRaw(SipContext context, SipMessage message, out bool isRaw)
    {
        ReadOnlySpan<byte> contact = ContactOf(context, message);
        isRaw =
            contact.IsEmpty
            && !message.Contacts.TryGetFirst(out _)
            && message.TryGetHeader(SipHeaderName.Contact, out contact)
            && !contact.IsEmpty;
        return contact;
    }

    /// <summary>The URI to send requests of this party to; empty when there is none, for a star, and for a URI of the proxy's own.</summary>
    private static ReadOnlySpan<byte> ContactOf(SipContext context, SipMessage message)
    {
        SipUriView uri = default;
        if (message.Contacts.TryGetFirst(out NameAddrView contact))
        {
            if (contact.IsStar)
                return default;
            uri = contact.Uri;
        }
        else if (message.TryGetHeader(SipHeaderName.Contact, out ReadOnlySpan<byte> value))
        {
            uri = Bracketed(value);
        }

        return !uri.IsValid || context.IsOwn(uri) ? default : uri.Text;
    }

    /// <summary>The URI in the brackets of a value that is malformed around them (<c>"Joe" &lt;sip:joe@host&gt;;;</c>): the remote target is no less certain for it.</summary>
    private static SipUriView Bracketed(ReadOnlySpan<byte> value)
    {
        for (int open = value.IndexOf((byte)'<'); open >= 0; )
        {
            value = value[(open + 1)..];
            int close = value.IndexOf((byte)'>');
            if (close < 0)
                break;
            if (SipUriView.TryParse(value[..close], out SipUriView uri) && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips)
                return uri;
            open = value.IndexOf((byte)'<');
        }

        return default;
    }
}
