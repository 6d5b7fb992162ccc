namespace Parley.Dialogs;

/// <summary>
/// The offer and answer (RFC 3264) between the caller and one callee's leg that is under way: what each side said waits here until the
/// request that carried the offer is accepted, and is forgotten when it is not. Used under the dialog's lock.
/// </summary>
internal sealed class SdpExchange
{
    private byte[]? _ofCaller;
    private byte[]? _ofCallee;
    private byte[]? _preview; // an answer in a provisional response that is not reliable: some peers leave it out of the 2xx
    private DialogDirection _offeredTo;
    private object? _carrier; // the request of the offer, or the INVITE whose response made it
    private object? _accepted; // its 2xx was seen: another one is a repetition
    private SdpOrigin _origin; // what the carrier is, for another process
    private bool _awaitsAck;
    private bool _isChanged;

    /// <summary>Stands for a carrier of an earlier process: its outcome is not known, until it is sent again or an ACK brings the answer.</summary>
    private static readonly object Stored = new();

    private bool IsComplete => _ofCaller is not null && _ofCallee is not null;

    private bool IsOffered => _offeredTo != DialogDirection.None && !IsComplete;

    /// <summary>Something waits for its answer, or for the request that carries it to be accepted: it is stored with the dialog.</summary>
    public bool IsPending => _ofCaller is not null || _ofCallee is not null;

    /// <summary>For a row.</summary>
    public SdpPending Pending => new(_origin, _offeredTo, _awaitsAck, _ofCaller, _ofCallee, _preview);

    /// <summary>As a row had it. It is neither in force nor lost: a repetition of its request goes on with it, and the next offer takes its place.</summary>
    public static SdpExchange FromStore(in SdpPending pending) =>
        new()
        {
            _origin = pending.Origin,
            _offeredTo = pending.OfferedTo,
            _awaitsAck = pending.AwaitsAck,
            _ofCaller = pending.OfCaller,
            _ofCallee = pending.OfCallee,
            _preview = pending.Preview,
            _carrier = pending.AwaitsAck ? null : Stored,
        };

    /// <summary>True once after what waits has become other than it was.</summary>
    public bool TakeChange()
    {
        bool was = _isChanged;
        _isChanged = false;
        return was;
    }

    /// <summary>An INVITE, UPDATE or PRACK leaves with a description.</summary>
    /// <param name="carrier">The request.</param>
    /// <param name="origin">What it is.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="isPrack">A PRACK, which may carry an answer.</param>
    /// <param name="body">The description.</param>
    /// <param name="caller">The caller's leg.</param>
    /// <param name="callee">The callee's leg.</param>
    public void OnRequest(
        object carrier,
        SdpOrigin origin,
        DialogDirection direction,
        bool isPrack,
        byte[] body,
        DialogLeg caller,
        DialogLeg callee
    )
    {
        Adopt(carrier, origin);
        if (IsOffered && _carrier != carrier)
        {
            // An answer, or else two offers at once: the second will be refused (491).
            if (isPrack && _offeredTo != direction)
                Put(direction, body);
            else if (_carrier == Stored)
                Offer(carrier, origin, direction, body); // the former is over, or this one would not be sent (RFC 3264 8)
            return;
        }

        // An offer after an exchange that is complete but not accepted yet (UPDATE after a reliable 183): that one is in force.
        if (IsComplete && _carrier != carrier)
            Commit(caller, callee);
        Offer(carrier, origin, direction, body);
    }

    /// <summary>A response above 100 leaves.</summary>
    /// <param name="carrier">The request it answers.</param>
    /// <param name="origin">What that is.</param>
    /// <param name="direction">Which way the response goes.</param>
    /// <param name="isInvite">The request is an INVITE.</param>
    /// <param name="status">The status.</param>
    /// <param name="isReliable">A provisional one that is acknowledged by PRACK.</param>
    /// <param name="body">The description in it; null without.</param>
    /// <param name="caller">The caller's leg.</param>
    /// <param name="callee">The callee's leg.</param>
    /// <returns>True when new descriptions are in force.</returns>
    public bool OnResponse(
        object carrier,
        SdpOrigin origin,
        DialogDirection direction,
        bool isInvite,
        int status,
        bool isReliable,
        byte[]? body,
        DialogLeg caller,
        DialogLeg callee
    )
    {
        Adopt(carrier, origin);
        bool isMine = _carrier == carrier;
        if (status >= 300)
        {
            if (isMine)
                Discard();
            return false;
        }

        if (_accepted == carrier)
            return false;
        if (status < 200 && !isReliable)
        {
            if (isMine && IsOffered && _offeredTo != direction)
                (_preview, _isChanged) = (body ?? _preview, _isChanged | body is not null);
            return false;
        }

        if (isMine && IsOffered && _offeredTo != direction)
        {
            if (body is null && status >= 200)
                body = _preview;
            if (body is not null)
                Put(direction, body);
        }
        else if (body is not null && isInvite && !IsOffered && !IsComplete)
        {
            Offer(carrier, origin, direction, body);
            isMine = true;
        }

        if (status < 200)
            return false;
        _accepted = carrier;
        if (!isMine)
            return false;
        if (IsComplete)
            return Commit(caller, callee);
        if (isInvite && _offeredTo == direction)
        {
            _awaitsAck = _isChanged = true;
            _carrier = null;
        }
        else
        {
            Discard();
        }

        return false;
    }

    /// <summary>An ACK leaves: the answer to an offer in the 2xx, if it is to come at all.</summary>
    /// <returns>True when new descriptions are in force.</returns>
    public bool OnAck(DialogDirection direction, byte[]? body, DialogLeg caller, DialogLeg callee)
    {
        if (!_awaitsAck || _offeredTo == direction)
            return false;
        if (body is null)
        {
            Discard();
            return false;
        }

        Put(direction, body);
        return Commit(caller, callee);
    }

    /// <summary>A request is over.</summary>
    public void OnOver(object carrier)
    {
        if (_accepted == carrier)
            _accepted = null;
        if (_carrier == carrier)
            Discard();
    }

    /// <summary>The request of an earlier process comes again.</summary>
    private void Adopt(object carrier, SdpOrigin origin)
    {
        if (_carrier == Stored && origin == _origin)
            _carrier = carrier;
    }

    private void Offer(object carrier, SdpOrigin origin, DialogDirection direction, byte[] body)
    {
        Discard();
        _carrier = carrier;
        _origin = origin;
        _offeredTo = direction;
        Put(direction, body);
    }

    private void Put(DialogDirection direction, byte[] body)
    {
        _isChanged = true;
        if (direction == DialogDirection.Downstream)
            _ofCaller = body;
        else
            _ofCallee = body;
    }

    private bool Commit(DialogLeg caller, DialogLeg callee)
    {
        caller.Sdp = _ofCaller;
        callee.Sdp = _ofCallee;
        Discard();
        return true;
    }

    private void Discard()
    {
        _isChanged |= IsPending;
        _ofCaller = _ofCallee = _preview = null;
        _offeredTo = DialogDirection.None;
        _carrier = null;
        _awaitsAck = false;
    }
}
