namespace Parley.Sip;

/// <summary>All address values of one header in order, across lines and commas.</summary>
public readonly ref struct NameAddrList
{
    private readonly SipMessage _message;
    private readonly SipHeaderName _name;

    internal NameAddrList(SipMessage message, SipHeaderName name)
    {
        _message = message;
        _name = name;
    }

    /// <summary>First value first; a malformed value ends the enumeration.</summary>
    public Enumerator GetEnumerator() => new(_message, _name);

    /// <summary>How many values can be read.</summary>
    public int Count()
    {
        int count = 0;
        foreach (var _ in this)
            count++;
        return count;
    }

    /// <summary>The first value; false when there is none or it is malformed.</summary>
    public bool TryGetFirst(out NameAddrView value)
    {
        var enumerator = GetEnumerator();
        bool found = enumerator.MoveNext();
        value = enumerator.Current;
        return found;
    }

    /// <summary>The last value that can be read; false when there is none.</summary>
    public bool TryGetLast(out NameAddrView value)
    {
        bool found = false;
        value = default;
        foreach (var each in this)
        {
            value = each;
            found = true;
        }
        return found;
    }

    /// <summary>Goes over the values.</summary>
    public ref struct Enumerator
    {
        private ValueCursor _cursor;

        internal Enumerator(SipMessage message, SipHeaderName name) => _cursor = new ValueCursor(message, name);

        /// <summary>The value reached.</summary>
        public NameAddrView Current { get; private set; }

        /// <summary>True once a malformed value has ended the enumeration.</summary>
        public bool IsMalformed { get; private set; }

        /// <summary>Goes to the next one; false at the end and at a malformed value.</summary>
        public bool MoveNext()
        {
            if (IsMalformed || !_cursor.TryNext(out var text))
                return false;
            if (!NameAddrParts.TryParse(text, out var parts, out int consumed))
            {
                IsMalformed = true;
                return false;
            }
            Current = new NameAddrView(text[..parts.Length], parts);
            _cursor.Advance(consumed);
            return true;
        }
    }
}
