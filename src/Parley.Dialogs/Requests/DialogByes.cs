namespace Parley.Dialogs;

/// <summary>How far the BYEs of the proxy's own in one dialog are: at most one to each end, the caller's held back while RFC 3261 15 forbids it. Under the dialog's lock.</summary>
/// <param name="headerLines">What they carry besides what the dialog writes.</param>
internal sealed class DialogByes(byte[] headerLines)
{
    private Holding _holding;

    private enum Holding : byte
    {
        None,
        Held,
        Released,
    }

    public byte[] HeaderLines => headerLines;

    /// <summary>They have been sent, except for one that is held.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>The caller's waits for the ACK.</summary>
    public bool IsHeld => _holding == Holding.Held;

    /// <summary>They are sent now.</summary>
    /// <param name="holdsCaller">The caller's is not yet.</param>
    public void Begin(bool holdsCaller)
    {
        HasBegun = true;
        if (holdsCaller)
            _holding = Holding.Held;
    }

    /// <summary>The caller's may go; true when it waited.</summary>
    public bool Release()
    {
        if (_holding != Holding.Held)
            return false;
        _holding = Holding.Released;
        return true;
    }

    /// <summary>True once after <see cref="Release"/>: the caller's goes now.</summary>
    public bool TakeReleased()
    {
        bool was = _holding == Holding.Released;
        _holding = Holding.None;
        return was;
    }

    /// <summary>An end hangs up by itself, so the caller's need not go any more.</summary>
    public void Drop() => _holding = Holding.None;
}
