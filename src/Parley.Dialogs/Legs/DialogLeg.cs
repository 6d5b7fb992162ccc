using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// One end of a dialog: the caller, or a callee that answered (or rings) on some branch. Legs are keyed by (branch, To tag).
/// What it remembers is packed bytes; the properties make strings of them, so ask once.
/// </summary>
public sealed class DialogLeg
{
    private readonly ILegOwner _owner;
    private readonly short _branch;
    private SipFlow _flow;
    private LegCSeq _numbers;
    private uint _inviteTo;
    private uint _inviteFrom;
    private uint _refreshTo;
    private uint _refreshFrom;
    private uint _highestFrom;
    private SipMethod _highestFromMethod;
    private PackedLeg _packed;

    internal DialogLeg(ILegOwner owner, int branch)
    {
        _owner = owner;
        _branch = (short)branch;
        _packed = PackedLeg.Empty;
    }

    /// <summary>The dialog this leg is an end of, as the layer below it knows it.</summary>
    internal ILegOwner Owner => _owner;

    /// <summary>The dialog's lock.</summary>
    internal Lock Lock => _owner.Lock;

    /// <summary>The branch of the initial INVITE the leg came up on; -1 for the caller.</summary>
    public int Branch => _branch;

    /// <summary>True for the caller's leg.</summary>
    public bool IsCaller => _branch < 0;

    /// <summary>The leg has sent a 2xx. True for the caller.</summary>
    public bool IsAnswered { get; internal set; }

    /// <summary>Its first 2xx has left: what it said of its contact and routes stands, a repetition says nothing new.</summary>
    internal bool IsSettled { get; set; }

    /// <summary>Of a callee's leg: the caller has acknowledged its 2xx. Under the lock.</summary>
    internal bool IsAcknowledged { get; set; }

    /// <summary>Of a callee's leg: a BYE has ended it, and the call went on with another leg (RFC 3261 13.2.2.4).</summary>
    public bool IsOver { get; internal set; }

    /// <summary>Of a callee's leg: it has sent a 2xx, and no BYE has ended it.</summary>
    internal bool IsUp => IsAnswered && !IsOver;

    /// <summary>The leg's tag: the From tag of the caller, the To tag of a callee. Empty when there is none.</summary>
    public string Tag => Encoding.UTF8.GetString(_packed.Tag);

    /// <summary>The leg's tag as it came; allocates nothing. The bytes stay as they are whatever comes later.</summary>
    public ReadOnlySpan<byte> TagUtf8 => _packed.Tag;

    /// <summary>The bytes of <see cref="Contact"/>; allocates nothing. They stay as they are whatever comes later.</summary>
    public ReadOnlySpan<byte> ContactUtf8 => _packed.ContactText;

    /// <summary>The URI requests to this leg go to (its Contact); empty when unknown, the header's value as it came when <see cref="IsContactRaw"/>.</summary>
    public string Contact => Encoding.UTF8.GetString(_packed.ContactText);

    /// <summary>
    /// The leg's Contact cannot be read. It was passed on (RFC 3261 16.3: a proxy refuses nothing that it does not use), but the proxy itself has
    /// no remote target for the leg then: its own requests (BYE, ping) cannot be sent there, and that of the other party's is not compared.
    /// </summary>
    public bool IsContactRaw => _packed.IsContactRaw;

    /// <summary>The route set towards this leg as URIs, next hop first.</summary>
    public IReadOnlyList<string> RouteSet
    {
        get
        {
            PackedLeg packed = _packed;
            if (packed.RouteCount == 0)
                return [];
            var routes = new List<string>(packed.RouteCount);
            foreach (ReadOnlySpan<byte> route in packed.Routes)
                routes.Add(Encoding.UTF8.GetString(route));
            return routes;
        }
    }

    /// <summary>The highest CSeq that a request of the other party towards this leg came with; 0 before the first.</summary>
    public uint CSeq => _numbers.Highest;

    /// <summary>The last CSeq the proxy itself gave to a request towards this leg, one of its own or one that it numbered anew since; 0: it never sent one.</summary>
    public uint GeneratedCSeq => _numbers.Generated;

    /// <summary>The listener, far end and connection that messages of this leg came by last.</summary>
    public SipFlow Flow
    {
        get
        {
            lock (Lock)
            {
                return _flow;
            }
        }
        internal set => _flow = value; // under the lock
    }

    /// <summary>
    /// True when the leg's messages came over a stream (TCP, TLS) whose connection is gone: it is closed, or a restart has cut it, until the next request of
    /// the party comes by another. <see cref="Flow"/> names the listener and where the far end was. Pings are not sent to it meanwhile, and it is not taken for dead by them
    /// before <see cref="DialogOptions.NoFlowTimeout"/>.
    /// </summary>
    public bool IsWithoutFlow => IsGone(Flow);

    internal bool IsWithoutFlowInLock => IsGone(_flow);

    /// <summary>Asked when it is wanted: a connection that closes need not find the legs that it carried.</summary>
    private bool IsGone(in SipFlow flow) =>
        flow.Listener is { IsReliable: true }
        && (flow.ConnectionId == 0 || _owner.Transport?.StateOf(flow.ConnectionId) == SipConnectionState.Gone);

    internal ref readonly SipFlow FlowInLock => ref _flow;

    /// <summary>Under the lock: a message of the leg came this way. One that came by less than TLS does not take a leg away from TLS.</summary>
    internal void LearnFlow(in SipFlow flow)
    {
        if (_flow.Listener is { } known && known.Protocol.IsSecure() && !flow.Listener.Protocol.IsSecure())
            return;
        _flow = flow;
    }

    /// <summary>Its texts: an array that is replaced, never changed.</summary>
    internal PackedLeg Packed
    {
        get => _packed;
        set => _packed = value;
    }

    /// <summary>Of a callee's leg: an INVITE between it and the caller; its ACK has the same number. Under the lock.</summary>
    internal void SawInvite(DialogDirection direction, uint cseq)
    {
        if (direction == DialogDirection.Downstream)
            _inviteTo = Math.Max(_inviteTo, cseq);
        else
            _inviteFrom = Math.Max(_inviteFrom, cseq);
    }

    /// <summary>Of a callee's leg: the CSeq of the last INVITE of one direction; 0 when there was none.</summary>
    internal uint LastInvite(DialogDirection direction) => direction == DialogDirection.Downstream ? _inviteTo : _inviteFrom;

    /// <summary>Of a callee's leg: a request between it and the caller came; not for ACK. Under the lock.</summary>
    internal void SawRequest(DialogLeg caller, DialogDirection direction, uint cseq, SipMethod method)
    {
        if (direction == DialogDirection.Downstream)
        {
            _numbers.Saw(cseq, method);
            return;
        }

        // Each callee of a fork counts for itself, so the caller's leg, which has them all, does not know the order.
        caller._numbers.Saw(cseq, method);
        if (cseq < _highestFrom)
            return;
        _highestFrom = cseq;
        _highestFromMethod = method;
    }

    /// <summary>Of a callee's leg: where a request between it and the caller stands in its sequence. Under the lock.</summary>
    internal CSeqOrder OrderOf(DialogDirection direction, uint cseq, SipMethod method)
    {
        if (method == SipMethod.Ack)
        {
            uint invite = LastInvite(direction); // 0: not known since a restart
            return cseq == invite || invite == 0 ? CSeqOrder.Next
                : cseq < invite ? CSeqOrder.Repeated
                : CSeqOrder.Stale;
        }

        if (direction == DialogDirection.Downstream)
            return _numbers.OrderOf(cseq, method);
        if (cseq > _highestFrom || _highestFrom == 0)
            return CSeqOrder.Next;
        return cseq == _highestFrom && (method == _highestFromMethod || _highestFromMethod == SipMethod.Other)
            ? CSeqOrder.Repeated
            : CSeqOrder.Stale;
    }

    /// <summary>Of a callee's leg: the highest number that a request of it came with; 0 before the first.</summary>
    internal uint HighestFrom
    {
        get => _highestFrom;
        init => _highestFrom = value;
    }

    /// <summary>Of a callee's leg: a target refresh between it and the caller is accepted. False when one that was sent later was accepted before. Under the lock.</summary>
    internal bool TakeRefresh(DialogDirection direction, uint cseq)
    {
        ref uint last = ref direction == DialogDirection.Downstream ? ref _refreshTo : ref _refreshFrom;
        if (cseq < last)
            return false;
        last = cseq;
        return true;
    }

    /// <summary>Its numbers besides <see cref="Numbers"/>, for a row and from one. Under the lock.</summary>
    internal LegCounts Counts
    {
        get => new(_inviteTo, _inviteFrom, _refreshTo, _refreshFrom, _highestFrom, _highestFromMethod);
        set => (_inviteTo, _inviteFrom, _refreshTo, _refreshFrom, _highestFrom, _highestFromMethod) = value;
    }

    /// <summary>Under the lock: the number for a request of the proxy's own to this leg.</summary>
    internal uint TakeOwnCSeq() => _numbers.TakeOwn();

    /// <summary>Under the lock.</summary>
    internal ref LegCSeq Numbers => ref _numbers;

    /// <summary>Whether requests towards the leg are renumbered. Without the lock: the first own request concerns only what comes after it.</summary>
    internal bool IsRenumbering => _numbers.IsRenumbering;

    internal ReadOnlySpan<byte> TagBytes => _packed.Tag;

    /// <summary>
    /// The session description of this party that is in force, as it left the proxy (a multipart body whole); empty when there is none or it is
    /// not kept. Kept with <see cref="DialogOptions.KeepSessionDescriptions"/> or a re-INVITE ping.
    /// </summary>
    public string SessionDescription => Sdp is { } sdp ? Encoding.UTF8.GetString(SdpBody.BodyOf(sdp)) : "";

    /// <summary>What is in force, see <see cref="SdpBody"/>; replaced, never changed.</summary>
    internal byte[]? Sdp { get; set; }

    /// <summary>Of a callee's leg: what is being negotiated with the caller; null when nothing is kept.</summary>
    internal SdpExchange? Exchange { get; set; }

    /// <summary>Under the lock: the leg is where this contact says. False when that is nothing new.</summary>
    internal bool SetContact(ReadOnlySpan<byte> contact)
    {
        PackedLeg old = _packed;
        if (contact.IsEmpty || old.Contact.SequenceEqual(contact))
            return false;
        _packed = PackedLeg.Build(old, old.Tag, contact, old.RouteCount, old.PackedRoutes);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsCaller ? "caller" : $"callee {_branch}")} tag={Tag} contact={Contact}";
}
