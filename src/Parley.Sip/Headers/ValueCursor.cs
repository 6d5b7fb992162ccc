namespace Parley.Sip;

/// <summary>Walks the values of one header name across its lines; the reader says how far each value reached.</summary>
internal ref struct ValueCursor
{
    private readonly SipMessage? _message;
    private readonly SipHeaderName _name;
    private int _index;
    private ReadOnlySpan<byte> _rest;

    internal ValueCursor(SipMessage? message, SipHeaderName name)
    {
        _message = message;
        _name = name;
        _index = -1;
    }

    /// <summary>The text from the next value to the end of its line. A comma with nothing after it leaves an empty text.</summary>
    internal bool TryNext(out ReadOnlySpan<byte> text)
    {
        WorkCount.Add();
        if (!_rest.IsEmpty)
        {
            // What is left begins with the comma after the value before.
            _rest = _rest[SipGrammar.SkipWhite(_rest, 1)..];
        }
        else if (!NextLine())
        {
            text = default;
            return false;
        }
        text = _rest;
        return true;
    }

    /// <summary>The value read reached so far into the text of <see cref="TryNext"/>: to its comma or to the end.</summary>
    internal void Advance(int consumed) => _rest = _rest[consumed..];

    private bool NextLine()
    {
        if (_message is null)
            return false;
        while (true)
        {
            _index = _message.IndexOf(_name, _index + 1);
            if (_index < 0)
            {
                _index = int.MaxValue - 1;
                return false;
            }
            _rest = _message.ValueOf(_message.HeaderAt(_index));
            // Lists may be empty; a Via line without a value is malformed, and the reader will say so.
            if (!_rest.IsEmpty || _name == SipHeaderName.Via)
                return true;
        }
    }
}
