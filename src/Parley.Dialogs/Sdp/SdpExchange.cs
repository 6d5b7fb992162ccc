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
    private bool _awaitsAck;

    private bool IsComplete => _ofCaller is not null && _ofCallee is not null;

    private bool IsOffered => _offeredTo != DialogDirection.None && !IsComplete;

    /// <summary>An INVITE, UPDATE or PRACK leaves with a description.</summary>
    /// <param name="carrier">The request.</param>
    /// <param name="direction">Which way it goes.</param>
    /// <param name="isPrack">A PRACK, which may carry an answer.</param>
    /// <param name="body">The description.</param>
    /// <param name="caller">The caller's leg.</param>
    /// <param name="callee">The callee's leg.</param>
    public void OnRequest(object carrier, DialogDirection direction, bool isPrack, byte[] body, DialogLeg caller, DialogLeg callee)
    {
        if (IsOffered && _carrier != carrier)
        {
            // An answer, or else two offers at once: the second will be refused (491).
            if (isPrack && _offeredTo != direction)
                Put(direction, body);
            return;
        }

        // An offer after an exchange that is complete but not accepted yet (UPDATE after a reliable 183): that one is in force.
        if (IsComplete && _carrier != carrier)
            Commit(caller, callee);
        Offer(carrier, direction, body);
    }

    /// <summary>A response above 100 leaves.</summary>
    /// <param name="carrier">The request it answers.</param>
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
        DialogDirection direction,
        bool isInvite,
        int status,
        bool isReliable,
        byte[]? body,
        DialogLeg caller,
        DialogLeg callee
    )
    {
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
                _preview = body ?? _preview;
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
            Offer(carrier, direction, body);
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
            _awaitsAck = true;
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

    private void Offer(object carrier, DialogDirection direction, byte[] body)
    {
        Discard();
        _carrier = carrier;
        _offeredTo = direction;
        Put(direction, body);
    }

    private void Put(DialogDirection direction, byte[] body)
    {
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
        _ofCaller = _ofCallee = _preview = null;
        _offeredTo = DialogDirection.None;
        _carrier = null;
        _awaitsAck = false;
    }
}
