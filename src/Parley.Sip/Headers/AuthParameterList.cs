namespace Parley.Sip;

/// <summary>A challenge or credentials: a scheme and comma-separated parameters (RFC 3261 25.1, RFC 7616).</summary>
public readonly ref struct AuthParameterList
{
    private readonly ReadOnlySpan<byte> _parameters;

    /// <summary>Reads the value of one such header line; nothing is malformed here, what cannot be read is just not found.</summary>
    public AuthParameterList(ReadOnlySpan<byte> value)
    {
        value = SipGrammar.Trim(value);
        int end = value.IndexOfAnyExcept(SipGrammar.Token);
        Scheme = end < 0 ? value : value[..end];
        _parameters = end < 0 ? default : value[end..];
    }

    /// <summary>"Digest" and so on, as written; empty when there is no such header.</summary>
    public ReadOnlySpan<byte> Scheme { get; }

    /// <summary>The first parameter of this name, compared without case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">Without its quotes; escapes inside a quoted string stay as written.</param>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var parameter in this)
        {
            if (SipText.EqualsIgnoreCase(parameter.Name, name))
            {
                value = parameter.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>In the order written, values without their quotes.</summary>
    public Enumerator GetEnumerator() => new(_parameters);

    /// <summary>Goes over the parameters.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _text;
        private int _position;

        internal Enumerator(ReadOnlySpan<byte> text) => _text = text;

        /// <summary>The parameter reached.</summary>
        public Parameter Current { get; private set; }

        /// <summary>Goes to the next one; false at the end.</summary>
        public bool MoveNext()
        {
            while (_position < _text.Length)
            {
                int end = NextComma(_position);
                var part = SipGrammar.Trim(_text[_position..end]);
                _position = end + 1;
                int equals = part.IndexOf((byte)'=');
                if (part.IsEmpty || equals == 0)
                    continue;
                Current =
                    equals < 0
                        ? new Parameter(part, default)
                        : new Parameter(SipGrammar.Trim(part[..equals]), Parameter.Unquote(SipGrammar.Trim(part[(equals + 1)..])));
                return true;
            }
            return false;
        }

        private readonly int NextComma(int position)
        {
            while (true)
            {
                int next = _text[position..].IndexOfAny((byte)',', (byte)'"');
                if (next < 0)
                    return _text.Length;
                position += next;
                if (_text[position] == ',')
                    return position;
                int end = SipGrammar.QuotedEnd(_text, position);
                if (end < 0)
                    return _text.Length;
                position = end;
            }
        }
    }
}
