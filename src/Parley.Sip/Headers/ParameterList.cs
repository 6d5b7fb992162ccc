using System.Text;

namespace Parley.Sip;

/// <summary>Parameters after semicolons, of a header value or a URI.</summary>
public readonly ref struct ParameterList
{
    private readonly bool _escaped;

    internal ParameterList(ReadOnlySpan<byte> text, bool escaped)
    {
        Text = text;
        _escaped = escaped;
    }

    /// <summary>";a=b;c" as written, possibly empty.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>The first parameter of this name, compared without case (in a URI also with its escapes undone, RFC 3261 19.1.4).</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">Empty for a flag; a quoted value with its quotes.</param>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        // Only an escape makes the same name longer or shorter.
        bool isEscapedName = _escaped && name.Contains((byte)'%');
        foreach (var parameter in this)
        {
            if (
                SipText.EqualsIgnoreCase(parameter.Name, name)
                || (
                    _escaped && (isEscapedName || parameter.Name.Length > name.Length) && SipEscaping.EqualsIgnoreCase(parameter.Name, name)
                )
            )
            {
                value = parameter.Value;
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>The value of the first parameter of this name as text: of a header parameter without its quotes and backslashes, of a URI parameter with its
    /// escapes undone. Empty for a flag; null when there is no such parameter. Allocates.</summary>
    /// <param name="name">The name, without case.</param>
    public string? GetText(ReadOnlySpan<byte> name)
    {
        if (!TryGet(name, out ReadOnlySpan<byte> value))
            return null;
        return _escaped ? SipEscaping.UnescapeToString(value) : QuotedText.ToText(value);
    }

    /// <inheritdoc cref="GetText(ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public string? GetText(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int bound = Encoding.UTF8.GetMaxByteCount(name.Length);
        Span<byte> bytes = bound <= 128 ? stackalloc byte[bound] : new byte[bound];
        return GetText(bytes[..Encoding.UTF8.GetBytes(name, bytes)]);
    }

    /// <summary>True when there is a parameter of this name.</summary>
    public bool Contains(ReadOnlySpan<byte> name) => TryGet(name, out _);

    /// <summary>In the order written.</summary>
    public Enumerator GetEnumerator() => new(Text);

    /// <summary>Goes over the parameters.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> text) => _rest = text;

        /// <summary>The parameter reached.</summary>
        public Parameter Current { get; private set; }

        /// <summary>Goes to the next one; false at the end.</summary>
        public bool MoveNext()
        {
            WorkCount.Add();
            // The text was checked where it was parsed; here it is only cut up.
            int start = 0;
            while (start < _rest.Length && (_rest[start] == ';' || SipGrammar.IsWhite(_rest[start])))
                start++;
            if (start == _rest.Length)
                return false;
            _rest = _rest[start..];
            int nameEnd = _rest.IndexOfAny((byte)';', (byte)'=');
            if (nameEnd < 0)
                nameEnd = _rest.Length;
            var name = SipGrammar.Trim(_rest[..nameEnd]);
            if (nameEnd == _rest.Length || _rest[nameEnd] == ';')
            {
                Current = new Parameter(name, default);
                _rest = _rest[nameEnd..];
                return true;
            }
            int valueStart = SipGrammar.SkipWhite(_rest, nameEnd + 1);
            int end = valueStart;
            if (valueStart < _rest.Length && _rest[valueStart] == '"')
                end = Math.Max(valueStart, SipGrammar.QuotedEnd(_rest, valueStart));
            int semicolon = _rest[end..].IndexOf((byte)';');
            end = semicolon < 0 ? _rest.Length : end + semicolon;
            Current = new Parameter(name, SipGrammar.Trim(_rest[valueStart..end]));
            _rest = _rest[end..];
            return true;
        }
    }
}
