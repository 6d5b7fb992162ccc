namespace Parley.Sip;

// Headers by name and value, checked: what code may write without knowing the wire.
public sealed partial class SipEdits
{
    /// <summary>Adds a header line after the last header.</summary>
    /// <param name="name">A token. Not one of those that the proxy writes: Via, From, To, Call-ID, CSeq, Max-Forwards, Route, Record-Route, Content-Type
    /// (<see cref="ReplaceBody"/>), Content-Length.</param>
    /// <param name="value">One line, sent as UTF-8.</param>
    /// <exception cref="ArgumentException">The name is not such a token; the value holds a line end or another control character.</exception>
    public void AddHeader(string name, string value) => Append(HeaderRules.Name(name), HeaderRules.Value(value));

    /// <inheritdoc cref="AddHeader(string, string)"/>
    public void AddHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        HeaderRules.CheckName(name);
        HeaderRules.CheckValue(value);
        Append(name, value);
    }

    /// <summary>One header line of this name after the last header, in place of all others: those received and those added by edits before.</summary>
    /// <param name="name">As in <see cref="AddHeader(string, string)"/>.</param>
    /// <param name="value">As there.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    public void SetHeader(string name, string value)
    {
        byte[] token = HeaderRules.Name(name);
        byte[] text = HeaderRules.Value(value);
        RemoveEverywhere(token);
        Append(token, text);
    }

    /// <inheritdoc cref="SetHeader(string, string)"/>
    public void SetHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        HeaderRules.CheckName(name);
        HeaderRules.CheckValue(value);
        RemoveEverywhere(name);
        Append(name, value);
    }

    /// <summary>Removes all header lines of this name, full or compact, in any case: those received and those added by edits before.</summary>
    /// <param name="name">As in <see cref="AddHeader(string, string)"/>.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    public void RemoveHeader(string name) => RemoveEverywhere(HeaderRules.Name(name));

    /// <inheritdoc cref="RemoveHeader(string)"/>
    public void RemoveHeader(ReadOnlySpan<byte> name)
    {
        HeaderRules.CheckName(name);
        RemoveEverywhere(name);
    }

    private void RemoveEverywhere(ReadOnlySpan<byte> name)
    {
        RemoveAll(name);
        SipHeaderName known = HeaderNames.Parse(name);
        // Whole lines stand only where headers do; an edit of several lines (AppendLines) loses those of this name.
        for (int i = 0; i < _edits.Count; i++)
        {
            ref Edit edit = ref _edits[i];
            if (edit.Removed == 0 && edit.TextLength > 0 && edit.Start < Original.BodyStart && IsLineStart(edit.Start))
                CutLines(ref edit, name, known);
        }
    }

    private bool IsLineStart(int place) => place == Original.HeadersEnd || Original.Bytes[place - 1] == '\n';

    // The text may be that of another edit too (Scratch), so it stays as it is: what is kept is written anew.
    private void CutLines(ref Edit edit, ReadOnlySpan<byte> name, SipHeaderName known)
    {
        byte[] old = _text;
        ReadOnlySpan<byte> text = old.AsSpan(edit.TextStart, edit.TextLength);
        int kept = 0;
        for (ReadOnlySpan<byte> rest = text; !rest.IsEmpty; rest = rest[LineLength(rest)..])
            kept += IsLineOf(rest[..LineLength(rest)], name, known) ? 0 : LineLength(rest);
        if (kept == text.Length)
            return;
        Span<byte> into = Reserve(kept, out int start);
        for (ReadOnlySpan<byte> rest = text; !rest.IsEmpty; rest = rest[LineLength(rest)..])
        {
            ReadOnlySpan<byte> line = rest[..LineLength(rest)];
            if (IsLineOf(line, name, known))
                continue;
            line.CopyTo(into);
            into = into[line.Length..];
        }
        edit.TextStart = start;
        edit.TextLength = kept;
        edit.Added = default;
    }

    private static int LineLength(ReadOnlySpan<byte> lines) => lines.IndexOf((byte)'\n') is >= 0 and var end ? end + 1 : lines.Length;

    private static bool IsLineOf(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, SipHeaderName known)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
            return false;
        ReadOnlySpan<byte> written = line[..colon].TrimEnd(" \t"u8);
        return known == SipHeaderName.Other ? SipText.EqualsIgnoreCase(written, name) : HeaderNames.Parse(written) == known;
    }
}
