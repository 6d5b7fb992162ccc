using System.Runtime.CompilerServices;

namespace Parley.Sip;

/// <summary>The changes that make a forwarded message out of a received one: kept in order, written once. Reusable, allocation-free when warm.</summary>
/// <remarks>
/// <para>Edits refer to the message as received, not to what other edits made of it. Those at one place are written in the order
/// they were made, except that each Push goes before all others there.</para>
/// <para>Where edits overlap: of two that take out bytes from the same place on, the longer one counts, of equal ones the later. One
/// that begins inside bytes that another takes out loses its text; what it takes out goes all the same. Insertions at the first
/// byte or right behind the last byte of what is taken out stay.</para>
/// <para>Spaces that the request line has too many are left out (RFC 4475 3.1.2.9).</para>
/// </remarks>
public sealed partial class SipEdits
{
    private readonly EditList _edits = new();
    private SipMessage? _original;
    private byte[] _text = new byte[1024];
    private int _textUsed;
    private int _bodyLength;

    /// <summary>Forgets all edits and starts anew on this message, which must stay as it is until the edits are written.</summary>
    public void Reset(SipMessage original)
    {
        ArgumentNullException.ThrowIfNull(original);
        _original = original;
        _edits.Clear();
        _textUsed = 0;
        _bodyLength = original.Body.Length;
        if (original.IsRequest)
            RepairRequestLine(original);
    }

    /// <summary>The message being edited.</summary>
    /// <exception cref="InvalidOperationException">There has been no <see cref="Reset"/>.</exception>
    public SipMessage Original => _original ?? throw new InvalidOperationException("Reset comes first.");

    /// <summary>Scratch space that lives until <see cref="Reset"/>: format a new value there, then give it (or a part of it) to an edit,
    /// which does not copy it again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public Span<byte> Scratch(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return Reserve(length, out _);
    }

    /// <summary>Replaces the request URI.</summary>
    /// <exception cref="InvalidOperationException">The message is a response.</exception>
    public void ReplaceRequestUri(ReadOnlySpan<byte> uri)
    {
        if (!Original.IsRequest)
            throw new InvalidOperationException("A response has no request URI.");
        Replace(Original.RequestUri, uri);
    }

    /// <summary>A Via header line before the first one.</summary>
    public void PushVia(ReadOnlySpan<byte> value) => Push(SipHeaderName.Via, value);

    /// <summary>Removes the first Via value (the line when it is alone there).</summary>
    /// <exception cref="InvalidOperationException">The message has no good Via.</exception>
    public void PopVia()
    {
        if (!Original.TryGetTopVia(out var via))
            throw new InvalidOperationException("There is no Via to remove.");
        RemoveValue(via.Text);
    }

    /// <summary>A header line before the first header of this name; when there is none, after the last Via. A later push goes before an earlier one.</summary>
    public void Push(SipHeaderName name, ReadOnlySpan<byte> value)
    {
        var (start, length) = Line(SipText.Header(name), value);
        int index = Original.IndexOf(name);
        _edits.Add(
            new Edit
            {
                Start = index >= 0 ? Original.HeaderAt(index).Start : AfterVias(),
                TextStart = start,
                TextLength = length,
                ValueStart = -1,
            },
            first: true
        );
    }

    /// <summary>A header line after the last header.</summary>
    public void Append(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var (start, length) = Line(name, value);
        Insert(Original.HeadersEnd, start, length);
    }

    /// <summary>A header line after the last header.</summary>
    public void Append(SipHeaderName name, ReadOnlySpan<byte> value) => Append(SipText.Header(name), value);

    /// <summary>Whole lines, each ended by CRLF, after the last header.</summary>
    public void AppendLines(ReadOnlySpan<byte> lines)
    {
        if (!lines.IsEmpty)
            Insert(Original.HeadersEnd, Append(lines), lines.Length);
    }

    /// <summary>The value of the first header of this name, or a new header after the last one when there is none. Setting again replaces what was set.</summary>
    public void Set(SipHeaderName name, ReadOnlySpan<byte> value)
    {
        int index = Original.IndexOf(name);
        if (index >= 0)
        {
            var header = Original.HeaderAt(index);
            if (header.ValueLength > 0 && !_edits.Covers(header.ValueStart, header.ValueLength))
            {
                Replace(header.ValueStart, header.ValueLength, Append(value), value.Length);
                return;
            }
            // The line is taken out by an edit before, or has no value to replace: a line of its own in its place.
            if (header.ValueLength == 0)
                RemoveLine(header);
        }
        var (start, length) = Line(SipText.Header(name), value);
        int added = _edits.FindAdded(name);
        if (added >= 0)
        {
            _edits[added].TextStart = start;
            _edits[added].TextLength = length;
            return;
        }
        int place = index >= 0 ? Original.HeaderAt(index).Start : Original.HeadersEnd;
        _edits.Add(
            new Edit
            {
                Start = place,
                TextStart = start,
                TextLength = length,
                ValueStart = -1,
                Added = name,
            }
        );
    }

    /// <summary>Removes all received header lines of this name; those pushed or appended by edits stay.</summary>
    public void RemoveAll(SipHeaderName name)
    {
        for (int i = Original.IndexOf(name); i >= 0; i = Original.IndexOf(name, i + 1))
            RemoveLine(Original.HeaderAt(i));
    }

    /// <summary>Removes all received header lines of this name, full or compact, in any case; those pushed or appended by edits stay.</summary>
    public void RemoveAll(ReadOnlySpan<byte> name)
    {
        for (int i = Original.IndexOf(name); i >= 0; i = Original.IndexOf(name, i + 1))
            RemoveLine(Original.HeaderAt(i));
    }

    /// <summary>Removes one value of a comma-joined or repeated header, with its comma; the line when no value is left there.</summary>
    /// <param name="value">Its Text, taken from the message.</param>
    /// <exception cref="ArgumentException">Not a value of a header of this message.</exception>
    public void RemoveValue(ReadOnlySpan<byte> value)
    {
        int start = Original.OffsetOf(value);
        for (int i = 0; i < Original.HeaderCount; i++)
        {
            var header = Original.HeaderAt(i);
            if (start < header.ValueStart || start >= header.ValueStart + header.ValueLength)
                continue;
            if (start == header.ValueStart && value.Length == header.ValueLength)
                RemoveLine(header);
            else
                RemoveFromLine(header, start);
            return;
        }
        throw new ArgumentException("Not a header value of this message.", nameof(value));
    }

    /// <summary>Replaces bytes taken from the message; with an empty text, removes them.</summary>
    /// <exception cref="ArgumentException">The part was not taken from this message.</exception>
    public void Replace(ReadOnlySpan<byte> part, ReadOnlySpan<byte> with) =>
        Replace(Original.OffsetOf(part), part.Length, Append(with), with.Length);

    /// <summary>Inserts right after bytes taken from the message.</summary>
    /// <exception cref="ArgumentException">The part was not taken from this message.</exception>
    public void InsertAfter(ReadOnlySpan<byte> part, ReadOnlySpan<byte> what) =>
        Insert(Original.OffsetOf(part) + part.Length, Append(what), what.Length);

    /// <summary>Another body with its type and length; an empty one removes body and Content-Type.</summary>
    public void ReplaceBody(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        int old = Original.Body.Length;
        if (old > 0)
            Replace(Original.BodyStart, old, Append(body), body.Length);
        else
            SetInsertion(Original.BodyStart, body);
        if (body.IsEmpty)
            RemoveAll(SipHeaderName.ContentType);
        else
            Set(SipHeaderName.ContentType, contentType);
        _bodyLength = body.Length;
        SetContentLength();
    }

    /// <summary>Adds a Content-Length when there is none: a stream needs it (RFC 3261 18.3).</summary>
    public void EnsureContentLength()
    {
        if (Original.IndexOf(SipHeaderName.ContentLength) < 0 && _edits.FindAdded(SipHeaderName.ContentLength) < 0)
            SetContentLength();
    }

    /// <summary>Notes in the first Via where the request really came from (RFC 3261 18.2.1, RFC 3581 4): received, and the port when
    /// the sender asked for it by rport. A received or rport value that the sender wrote himself is replaced.</summary>
    /// <param name="address">The source address; empty to leave received as it is.</param>
    /// <param name="port">The source port.</param>
    public void SetReceived(ReadOnlySpan<byte> address, int port)
    {
        if (!Original.TryGetTopVia(out var via))
            return;
        Span<byte> digits = stackalloc byte[20];
        if (via.HasRPort)
        {
            "rport="u8.CopyTo(digits);
            int length = 6 + SipText.Format((ulong)port, digits[6..]);
            Replace(via.RPortText, digits[..length]);
        }
        if (address.IsEmpty)
            return;
        if (!via.Received.IsEmpty)
        {
            Replace(via.Received, address);
            return;
        }
        var text = Reserve(10 + address.Length, out int start);
        ";received="u8.CopyTo(text);
        address.CopyTo(text[10..]);
        Insert(Original.OffsetOf(via.Text) + via.Text.Length, start, text.Length);
    }

    /// <summary>Bytes that <see cref="WriteTo"/> will write.</summary>
    public int Length
    {
        get
        {
            int length = 0,
                position = 0,
                removalStart = 0;
            for (int i = 0; i < _edits.Count; i++)
            {
                ref var edit = ref _edits[i];
                if (edit.Start >= position || edit.Start == removalStart)
                    length += Math.Max(0, edit.Start - position) + edit.TextLength;
                Pass(edit, ref position, ref removalStart);
            }
            return length + Original.Length - position;
        }
    }

    /// <summary>Writes the message with its edits and returns the bytes written.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than <see cref="Length"/>.</exception>
    public int WriteTo(Span<byte> destination)
    {
        var source = Original.Bytes;
        int written = 0,
            position = 0,
            removalStart = 0;
        for (int i = 0; i < _edits.Count; i++)
        {
            ref var edit = ref _edits[i];
            if (edit.Start >= position || edit.Start == removalStart)
            {
                if (edit.Start > position)
                    Copy(source[position..edit.Start], destination, ref written);
                Copy(_text.AsSpan(edit.TextStart, edit.TextLength), destination, ref written);
            }
            Pass(edit, ref position, ref removalStart);
        }
        Copy(source[position..], destination, ref written);
        return written;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(in Edit edit, ref int position, ref int removalStart)
    {
        if (edit.Start >= position)
            removalStart = edit.Start;
        position = Math.Max(position, edit.Start + edit.Removed);
    }

    private static void Copy(ReadOnlySpan<byte> part, Span<byte> destination, ref int written)
    {
        if (part.Length > destination.Length - written)
            throw new ArgumentException("Shorter than the message.", nameof(destination));
        part.CopyTo(destination[written..]);
        written += part.Length;
    }
}
