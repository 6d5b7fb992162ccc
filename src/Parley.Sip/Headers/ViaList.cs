namespace Parley.Sip;

/// <summary>All Via values of a message in order, across lines and commas.</summary>
public readonly ref struct ViaList
{
    private readonly SipMessage _message;

    internal ViaList(SipMessage message) => _message = message;

    /// <summary>First value first; a malformed value ends the enumeration.</summary>
    public Enumerator GetEnumerator() => new(_message);

    /// <summary>How many values can be read.</summary>
    public int Count()
    {
        int count = 0;
        foreach (var _ in this)
            count++;
        return count;
    }

    /// <summary>Goes over the values.</summary>
    public ref struct Enumerator
    {
        private readonly SipMessage? _message;
        private ValueCursor _cursor;
        private bool _started;

        internal Enumerator(SipMessage message)
        {
            _message = message;
            _cursor = new ValueCursor(message, SipHeaderName.Via);
        }

        /// <summary>The value reached.</summary>
        public ViaView Current { get; private set; }

        /// <summary>True once a malformed value has ended the enumeration.</summary>
        public bool IsMalformed { get; private set; }

        /// <summary>Goes to the next one; false at the end and at a malformed value.</summary>
        public bool MoveNext()
        {
            if (IsMalformed || !_cursor.TryNext(out var text))
                return false;
            if (!Read(text, out var via, out int consumed))
            {
                IsMalformed = true;
                return false;
            }
            Current = via;
            _cursor.Advance(consumed);
            return true;
        }

        // The first value is the one that the message remembers.
        private bool Read(ReadOnlySpan<byte> text, out ViaView via, out int consumed)
        {
            if (!_started)
            {
                _started = true;
                return _message!.ReadTopVia(out via, out consumed);
            }
            bool isGood = ViaParts.TryParse(text, out var parts, out consumed);
            via = isGood ? new ViaView(text[..parts.Length], parts) : default;
            return isGood;
        }
    }
}
