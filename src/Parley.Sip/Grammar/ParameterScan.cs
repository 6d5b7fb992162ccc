namespace Parley.Sip;

/// <summary>Reads one ";name[=value]" of a header value, white space and folds included; offsets count from the text.</summary>
internal ref struct ParameterScan(ReadOnlySpan<byte> text, int position)
{
    private readonly ReadOnlySpan<byte> _text = text;

    internal int Position = position;
    internal int NameStart;
    internal int NameLength;
    internal int ValueStart;
    internal int ValueLength;

    /// <summary>After the last character of the parameter read, white space excluded.</summary>
    internal int End;

    internal readonly ReadOnlySpan<byte> Name => _text.Slice(NameStart, NameLength);

    internal readonly ReadOnlySpan<byte> Value => _text.Slice(ValueStart, ValueLength);

    /// <summary>True while the scan stands on a semicolon.</summary>
    internal readonly bool More => Position < _text.Length && _text[Position] == ';';

    /// <summary>True when nothing, or only the comma before the next value, follows.</summary>
    internal readonly bool Ended => Position >= _text.Length || _text[Position] == ',';

    /// <summary>Called while <see cref="More"/>: false when the parameter is malformed.</summary>
    internal bool Read()
    {
        WorkCount.Add();
        Position = SipGrammar.SkipWhite(_text, Position + 1);
        NameStart = Position;
        int length = _text[Position..].IndexOfAnyExcept(SipGrammar.Token);
        NameLength = length < 0 ? _text.Length - Position : length;
        if (NameLength == 0)
            return false;
        End = ValueStart = Position + NameLength;
        Position = SipGrammar.SkipWhite(_text, End);
        ValueLength = 0;
        if (Position >= _text.Length || _text[Position] != '=')
            return true;
        // "name=" is taken for an empty value that lies right behind the sign.
        End = ValueStart = Position + 1;
        int value = Position = SipGrammar.SkipWhite(_text, End);
        if (Position < _text.Length && _text[Position] == '"')
        {
            int end = SipGrammar.QuotedEnd(_text, Position);
            if (end < 0)
                return false;
            Position = end;
        }
        else
        {
            int end = _text[Position..].IndexOfAny(SipGrammar.ValueEnd);
            Position = end < 0 ? _text.Length : Position + end;
        }
        ValueLength = Position - value;
        if (ValueLength > 0)
        {
            ValueStart = value;
            End = Position;
        }
        Position = SipGrammar.SkipWhite(_text, Position);
        return true;
    }
}
