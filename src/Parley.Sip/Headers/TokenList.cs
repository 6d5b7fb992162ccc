namespace Parley.Sip;

/// <summary>All comma-separated values of one header in order, across its lines; empty ones are skipped.</summary>
public readonly ref struct TokenList
{
    private readonly SipMessage _message;
    private readonly SipHeaderName _name;

    internal TokenList(SipMessage message, SipHeaderName name)
    {
        _message = message;
        _name = name;
    }

    /// <summary>True when one of the values is this, compared without case.</summary>
    public bool Contains(ReadOnlySpan<byte> token)
    {
        foreach (var each in this)
        {
            if (SipText.EqualsIgnoreCase(each, token))
                return true;
        }
        return false;
    }

    /// <summary>First value first.</summary>
    public Enumerator GetEnumerator() => new(_message, _name);

    /// <summary>Goes over the values.</summary>
    public ref struct Enumerator
    {
        private ValueCursor _cursor;

        internal Enumerator(SipMessage message, SipHeaderName name) => _cursor = new ValueCursor(message, name);

        /// <summary>The value reached, without white space around it; what follows a semicolon is part of it.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Goes to the next one; false at the end.</summary>
        public bool MoveNext()
        {
            while (_cursor.TryNext(out var text))
            {
                int end = SipGrammar.CommaOrEnd(text, 0);
                _cursor.Advance(end);
                Current = SipGrammar.Trim(text[..end]);
                if (!Current.IsEmpty)
                    return true;
            }
            return false;
        }
    }
}
