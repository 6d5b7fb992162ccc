using System.Collections;
using System.Text;

namespace Parley.Sip;

/// <summary>Header lines by name and value, checked as they are added. Enumerates them as text.</summary>
/// <remarks>A collection initializer makes them: <c>new SipHeaderLines { { "Retry-After", "30" } }</c>. Not thread-safe.</remarks>
public sealed class SipHeaderLines : IEnumerable<KeyValuePair<string, string>>
{
    private byte[] _lines = [];
    private int _length;

    /// <summary>Lines so far.</summary>
    public int Count { get; private set; }

    /// <summary>The lines as they are sent, each ended by CRLF; valid until the next change.</summary>
    public ReadOnlySpan<byte> Bytes => _lines.AsSpan(0, _length);

    /// <summary>Adds a line.</summary>
    /// <param name="name">A token. Not one of those that the proxy writes: Via, From, To, Call-ID, CSeq, Max-Forwards, Route, Record-Route, Content-Type, Content-Length.</param>
    /// <param name="value">One line, sent as UTF-8.</param>
    /// <exception cref="ArgumentException">The name is not such a token; the value holds a line end or another control character.</exception>
    public void Add(string name, string value) => Write(HeaderRules.Name(name), HeaderRules.Value(value));

    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        HeaderRules.CheckName(name);
        HeaderRules.CheckValue(value);
        Write(name, value);
    }

    /// <summary>Removes all lines.</summary>
    public void Clear() => Count = _length = 0;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        string[] lines = Encoding.UTF8.GetString(Bytes).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            yield return new KeyValuePair<string, string>(line[..colon], line[(colon + 2)..]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int length = name.Length + value.Length + 4;
        if (_lines.Length - _length < length)
            Array.Resize(ref _lines, Math.Max(_lines.Length * 2, _length + length));
        Span<byte> line = _lines.AsSpan(_length, length);
        name.CopyTo(line);
        ": "u8.CopyTo(line[name.Length..]);
        value.CopyTo(line[(name.Length + 2)..]);
        "\r\n"u8.CopyTo(line[^2..]);
        _length += length;
        Count++;
    }
}
