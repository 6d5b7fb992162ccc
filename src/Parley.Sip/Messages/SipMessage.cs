using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Parley.Sip;

/// <summary>A view over received bytes: the start line and where each header lies; values are parsed when asked and remembered.
/// Reusable: parsing again forgets the former message, and allocates nothing once its table has grown.</summary>
/// <remarks>Everything span-typed lives as long as the buffer. One thread at a time. Keep a message beyond the receive call with <see cref="Retain"/>.</remarks>
public sealed partial class SipMessage
{
    private byte[] _buffer = [];
    private int _start;
    private int _length;
    private SipHeader[] _headers = new SipHeader[32];
    private int _headerCount;

    // Index + 1 of the first header of each known name, 0 when there is none; Repeated when another one follows, so that the
    // search for the next value of a header that came once ends at once.
    private readonly ushort[] _first = new ushort[HeaderNames.Count];
    private const ushort Repeated = 0x8000;

    private bool _isRequest;
    private SipMethod _method;
    private int _methodLength;
    private int _uriStart;
    private int _uriLength;
    private int _versionStart;
    private int _statusCode;
    private int _reasonStart;
    private int _reasonLength;
    private int _startLineEnd;
    private int _bodyStart;
    private int _contentLength;

    /// <summary>For tests and edges: copies the bytes and parses them; true when they are a good message.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SipMessage? message)
    {
        message = new SipMessage();
        if (message.Parse(bytes.ToArray(), 0, bytes.Length, SipLimits.Default).IsOk)
            return true;
        message = null;
        return false;
    }

    /// <summary>True for a request, false for a response.</summary>
    public bool IsRequest => _isRequest;

    /// <summary>The request's method; of a response the method in its CSeq.</summary>
    public SipMethod Method => _isRequest ? _method : CSeqMethod;

    /// <summary>The method as written; of a response the one in its CSeq.</summary>
    public ReadOnlySpan<byte> MethodText => _isRequest ? Slice(0, _methodLength) : CSeqMethodText;

    /// <summary>The request URI as written; empty for a response.</summary>
    public ReadOnlySpan<byte> RequestUri => Slice(_uriStart, _uriLength);

    /// <summary>100 to 699; 0 for a request.</summary>
    public int StatusCode => _statusCode;

    /// <summary>The reason phrase of a response, possibly empty; empty for a request.</summary>
    public ReadOnlySpan<byte> ReasonPhrase => Slice(_reasonStart, _reasonLength);

    /// <summary>The whole message. What a datagram carried before the start line or after the Content-Length is not part of it (RFC 3261 7.5, 18.3).</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, _length);

    /// <summary>What follows the blank line.</summary>
    public ReadOnlySpan<byte> Body => Slice(_bodyStart, _length - _bodyStart);

    /// <summary>Header lines found.</summary>
    public int HeaderCount => _headerCount;

    /// <summary>The header line at this place, in the order of the message.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below <see cref="HeaderCount"/>.</exception>
    public SipHeader HeaderAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_headerCount, nameof(index));
        return _headers[index];
    }

    /// <summary>The name as written.</summary>
    public ReadOnlySpan<byte> NameOf(SipHeader header) => Slice(header.Start, header.NameLength);

    /// <summary>The value as written, folds inside included (see <see cref="SipText.Unfold"/>), white space at its ends not.</summary>
    public ReadOnlySpan<byte> ValueOf(SipHeader header) => Slice(header.ValueStart, header.ValueLength);

    /// <summary>Index of the first header of this name, -1 when there is none.</summary>
    /// <param name="name">A name of the table; for <see cref="SipHeaderName.Other"/> the first header that is not in it.</param>
    public int IndexOf(SipHeaderName name) => IndexOf(name, 0);

    /// <summary>Index of the first header of this name at or after <paramref name="from"/>, -1 when there is none.</summary>
    /// <param name="name">A name of the table; for <see cref="SipHeaderName.Other"/> the first header that is not in it.</param>
    /// <param name="from">The index to begin at.</param>
    public int IndexOf(SipHeaderName name, int from)
    {
        int entry = (uint)name < (uint)_first.Length ? _first[(int)name] : 0;
        int first = (entry & ~Repeated) - 1;
        if (first < 0 || first >= from)
            return first;
        if ((entry & Repeated) == 0)
            return -1;
        for (int i = from; i < _headerCount; i++)
        {
            WorkCount.Add();
            if (_headers[i].Name == name)
                return i;
        }
        return -1;
    }

    /// <summary>Index of the first header of this name, full or compact, in any case; -1 when there is none.</summary>
    public int IndexOf(ReadOnlySpan<byte> name) => IndexOf(name, 0);

    /// <summary>Index of the first header of this name, full or compact, in any case, at or after <paramref name="from"/>; -1 when there is none.</summary>
    public int IndexOf(ReadOnlySpan<byte> name, int from)
    {
        var known = HeaderNames.Parse(name);
        if (known != SipHeaderName.Other)
            return IndexOf(known, from);
        for (int i = IndexOf(SipHeaderName.Other, from); i >= 0 && i < _headerCount; i++)
        {
            WorkCount.Add();
            if (_headers[i].Name == SipHeaderName.Other && SipText.EqualsIgnoreCase(NameOf(_headers[i]), name))
                return i;
        }
        return -1;
    }

    /// <summary>The value of the first header of this name, full or compact, in any case.</summary>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => TryValueAt(IndexOf(name), out value);

    /// <summary>The value of the first header of this name.</summary>
    public bool TryGetHeader(SipHeaderName name, out ReadOnlySpan<byte> value) => TryValueAt(IndexOf(name), out value);

    /// <summary>The offset in this message of a span that was taken from it.</summary>
    /// <exception cref="ArgumentException">The span is not part of this message.</exception>
    public int OffsetOf(ReadOnlySpan<byte> part)
    {
        var whole = Bytes;
        nint offset = Unsafe.ByteOffset(ref MemoryMarshal.GetReference(whole), ref MemoryMarshal.GetReference(part));
        if (offset < 0 || offset > whole.Length - part.Length)
            throw new ArgumentException("Not taken from this message.", nameof(part));
        return (int)offset;
    }

    /// <summary>The message as text, for logs and tests; allocates.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes);

    /// <summary>First byte after the start line.</summary>
    internal int StartLineEnd => _startLineEnd;

    /// <summary>Where the blank line begins: the place for headers after the last one.</summary>
    internal int HeadersEnd => _headerCount == 0 ? _startLineEnd : _headers[_headerCount - 1].End;

    internal int BodyStart => _bodyStart;

    internal int VersionStart => _versionStart;

    internal int Length => _length;

    private int FirstOf(SipHeaderName name) => (_first[(int)name] & ~Repeated) - 1;

    private ReadOnlySpan<byte> Slice(int start, int length) => _buffer.AsSpan(_start + start, length);

    private bool TryValueAt(int index, out ReadOnlySpan<byte> value)
    {
        value = index < 0 ? default : ValueOf(_headers[index]);
        return index >= 0;
    }
}
