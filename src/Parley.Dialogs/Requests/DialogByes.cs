namespace Parley.Dialogs;

/// <summary>
/// How far the BYEs of the proxy's own in one dialog are: of each leg that is up at most one to each end, the caller's held back while RFC 3261 15
/// forbids it. Under the dialog's lock.
/// </summary>
/// <param name="headerLines">What they carry besides what the dialog writes.</param>
internal sealed class DialogByes(byte[] headerLines)
{
    private readonly List<(DialogLeg Leg, Holding Holding)> _legs = [];

    private enum Holding : byte
    {
        None,
        Held,
        Released,
    }

    public byte[] HeaderLines => headerLines;

    /// <summary>They have been sent, except for those that are held.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The call is ended by them from now on.</summary>
    public void Begin() => HasBegun = true;

    /// <summary>True once for a leg: its BYEs are sent now.</summary>
    /// <param name="callee">The callee's leg.</param>
    /// <param name="holdsCaller">The caller's is not yet.</param>
    public bool Begin(DialogLeg callee, bool holdsCaller)
    {
        if (_legs.Exists(one => one.Leg == callee))
            return false;
        _legs.Add((callee, holdsCaller ? Holding.Held : Holding.None));
        return true;
    }

    /// <summary>The caller's of this leg may go (null: of every leg); true when one waited.</summary>
    public bool Release(DialogLeg? callee)
    {
        bool released = false;
        for (int i = 0; i < _legs.Count; i++)
        {
            if (_legs[i].Holding != Holding.Held || (callee is not null && _legs[i].Leg != callee))
                continue;
            _legs[i] = (_legs[i].Leg, Holding.Released);
            released = true;
        }

        return released;
    }

    /// <summary>A leg whose caller's BYE has been released, once; null: none.</summary>
    public DialogLeg? TakeReleased()
    {
        int at = _legs.FindIndex(static one => one.Holding == Holding.Released);
        if (at < 0)
            return null;
        _legs[at] = (_legs[at].Leg, Holding.None);
        return _legs[at].Leg;
    }

    /// <summary>An end of the leg hangs up by itself, so the caller's need not go any more.</summary>
    public void Drop(DialogLeg callee)
    {
        int at = _legs.FindIndex(one => one.Leg == callee && one.Holding == Holding.Held);
        if (at >= 0)
            _legs[at] = (callee, Holding.None);
    }
}
