using System.Text;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>
/// One end of a dialog: the caller, or a callee that answered (or rings) on some branch. Legs are keyed by (branch, To tag).
/// What it remembers is packed bytes; the properties make strings of them, so ask once.
/// </summary>
public sealed class DialogLeg
{
    private readonly Dialog _dialog;
    internal byte[] Packed = [];
    internal ushort TagLength;
    internal ushort ContactLength;
    internal byte RouteCount;

    internal DialogLeg(Dialog dialog, int branch)
    {
        _dialog = dialog;
        Branch = branch;
    }

    /// <summary>The dialog this leg is an end of.</summary>
    public Dialog Dialog => _dialog;

    /// <summary>The branch of the initial INVITE the leg came up on; -1 for the caller.</summary>
    public int Branch { get; }

    /// <summary>True for the caller's leg.</summary>
    public bool IsCaller => Branch < 0;

    /// <summary>The leg's tag: the From tag of the caller, the To tag of a callee. Empty when there is none.</summary>
    public string Tag => throw new NotImplementedException();

    /// <summary>The URI requests to this leg go to (its Contact); empty when unknown.</summary>
    public string Contact => throw new NotImplementedException();

    /// <summary>The route set towards this leg, next hop first.</summary>
    public IReadOnlyList<string> RouteSet => throw new NotImplementedException();

    /// <summary>The highest CSeq of a request sent towards this leg; 0 before the first.</summary>
    public uint CSeq { get; internal set; }

    /// <summary>The last CSeq the proxy itself gave to a request towards this leg; 0: it never sent one.</summary>
    public uint GeneratedCSeq { get; internal set; }

    /// <summary>Where messages to this leg go: the listener used, the far end, the connection.</summary>
    public SipFlow Flow { get; internal set; }

    internal ReadOnlySpan<byte> TagBytes => Packed.AsSpan(0, TagLength);

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(TagBytes);
}
