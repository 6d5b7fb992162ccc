namespace Parley.Dialogs;

/// <summary>What a request of the proxy's own within a dialog is made of. The one way to make one: BYE, OPTIONS, re-INVITE, PRACK, INFO, ACK, any.</summary>
internal ref struct InDialogRequest
{
    /// <summary>The method as on the wire.</summary>
    public ReadOnlySpan<byte> Method;

    /// <summary>The number in the destination leg's space; of an ACK its INVITE's.</summary>
    public uint CSeq;

    /// <summary>The dialog's Call-ID, as the destination knows it.</summary>
    public ReadOnlySpan<byte> CallId;

    /// <summary>URI of the party the request seems to come from.</summary>
    public ReadOnlySpan<byte> FromUri;

    /// <summary>That party's tag.</summary>
    public ReadOnlySpan<byte> FromTag;

    /// <summary>URI of the party it goes to, as in From or To of the initial INVITE.</summary>
    public ReadOnlySpan<byte> ToUri;

    /// <summary>That party's tag.</summary>
    public ReadOnlySpan<byte> ToTag;

    /// <summary>What the destination leg remembers: its remote target and route set.</summary>
    public PackedLeg Destination;

    /// <summary>Whole lines with their CRLF, checked by <see cref="HeaderLines"/>; none is needed.</summary>
    public ReadOnlySpan<byte> ExtraHeaders;

    /// <summary>Of the body; empty without one.</summary>
    public ReadOnlySpan<byte> ContentType;

    /// <summary>The body; empty: none.</summary>
    public ReadOnlySpan<byte> Body;
}
