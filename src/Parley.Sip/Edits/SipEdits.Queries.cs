namespace Parley.Sip;

public sealed partial class SipEdits
{
    /// <summary>Whether an edit touches a received header of this name or adds one. May be true without a real change, never false with one.</summary>
    /// <param name="name">The header.</param>
    public bool Changes(SipHeaderName name)
    {
        for (int i = 0; i < _edits.Count; i++)
        {
            ref var edit = ref _edits[i];
            int end = edit.Start + edit.Removed;
            for (int at = Original.IndexOf(name); at >= 0; at = Original.IndexOf(name, at + 1))
            {
                var header = Original.HeaderAt(at);
                if (edit.Start < header.End && (end > header.Start && (edit.Removed > 0 || edit.Start > header.Start)))
                    return true;
            }

            if (edit.TextLength > 0 && HasLine(_text.AsSpan(edit.TextStart, edit.TextLength), name))
                return true;
        }

        return false;
    }

    /// <summary>Whether an edit replaces, adds or removes the body.</summary>
    public bool ChangesBody
    {
        get
        {
            for (int i = 0; i < _edits.Count; i++)
            {
                if (_edits[i].Start >= Original.BodyStart && (_edits[i].Removed > 0 || _edits[i].TextLength > 0))
                    return true;
            }

            return false;
        }
    }

    private static bool HasLine(ReadOnlySpan<byte> text, SipHeaderName name)
    {
        while (!text.IsEmpty)
        {
            int colon = text.IndexOf((byte)':');
            if (colon < 0)
                return false;
            int start = text[..colon].LastIndexOf((byte)'\n') + 1;
            if (HeaderNames.Parse(text[start..colon].TrimEnd(" \t"u8)) == name)
                return true;
            int next = text[colon..].IndexOf((byte)'\n');
            if (next < 0)
                return false;
            text = text[(colon + next + 1)..];
        }

        return false;
    }
}
