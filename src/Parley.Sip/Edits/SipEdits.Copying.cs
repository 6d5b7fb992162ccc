namespace Parley.Sip;

public sealed partial class SipEdits
{
    /// <summary>Forgets its own edits and takes over all of another's, which are on the same message.</summary>
    /// <param name="other">The edits to copy; they stay as they are.</param>
    /// <exception cref="ArgumentException">They are on another message.</exception>
    public void CopyFrom(SipEdits other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Original != Original)
            throw new ArgumentException("Not on the same message.", nameof(other));
        _edits.Clear();
        _textUsed = 0;
        other._text.AsSpan(0, other._textUsed).CopyTo(Reserve(other._textUsed, out _));
        for (int i = 0; i < other._edits.Count; i++)
            _edits.Add(other._edits[i]);
        _bodyLength = other._bodyLength;
    }
}
