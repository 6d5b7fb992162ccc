namespace Parley.Sip;

/// <summary>One change: bytes of the original taken out, bytes of the edits' own text put there.</summary>
internal struct Edit
{
    /// <summary>Where in the original.</summary>
    internal int Start;

    /// <summary>Bytes taken out; 0 for an insertion.</summary>
    internal int Removed;
    internal int TextStart;
    internal int TextLength;

    /// <summary>Offset of the list value that this edit takes out, -1 for any other edit.</summary>
    internal int ValueStart;

    /// <summary>The header that <see cref="SipEdits.Set"/> added because there was none.</summary>
    internal SipHeaderName Added;
}
