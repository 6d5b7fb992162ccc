using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Sip;

public sealed partial class SipEdits
{
    private void RepairRequestLine(SipMessage original)
    {
        int uri = original.OffsetOf(original.RequestUri),
            method = original.MethodText.Length,
            uriEnd = uri + original.RequestUri.Length;
        if (uri > method + 1)
            Replace(method + 1, uri - method - 1, 0, 0);
        if (original.VersionStart > uriEnd + 1)
            Replace(uriEnd + 1, original.VersionStart - uriEnd - 1, 0, 0);
        int versionEnd = original.VersionStart;
        var bytes = original.Bytes;
        while (bytes[versionEnd] is not ((byte)' ' or (byte)'\r' or (byte)'\n'))
            versionEnd++;
        int spaces = 0;
        while (bytes[versionEnd + spaces] == ' ')
            spaces++;
        if (spaces > 0)
            Replace(versionEnd, spaces, 0, 0);
    }

    // The place after the last of the Via lines at the top; a message without Via has it before the first header.
    private int AfterVias()
    {
        int after = Original.StartLineEnd;
        for (int i = Original.IndexOf(SipHeaderName.Via); i >= 0; i = Original.IndexOf(SipHeaderName.Via, i + 1))
            after = Original.HeaderAt(i).End;
        return after;
    }

    private void SetContentLength()
    {
        Span<byte> digits = stackalloc byte[20];
        Set(SipHeaderName.ContentLength, digits[..SipText.Format((ulong)_bodyLength, digits)]);
    }

    private void RemoveLine(in SipHeader header) => Replace(header.Start, header.End - header.Start, 0, 0);

    private void Replace(int start, int length, int textStart, int textLength)
    {
        if (length == 0)
        {
            Insert(start, textStart, textLength);
            return;
        }
        int same = _edits.FindRemoval(start);
        if (same < 0 || (_edits[same].ValueStart >= 0 && _edits[same].Removed < length))
        {
            _edits.Add(
                new Edit
                {
                    Start = start,
                    Removed = length,
                    TextStart = textStart,
                    TextLength = textLength,
                    ValueStart = -1,
                }
            );
        }
        else if (_edits[same].Removed <= length && _edits[same].ValueStart < 0)
        {
            ref var edit = ref _edits[same];
            edit.Removed = length;
            edit.TextStart = textStart;
            edit.TextLength = textLength;
        }
    }

    private void Insert(int start, int textStart, int textLength) =>
        _edits.Add(
            new Edit
            {
                Start = start,
                TextStart = textStart,
                TextLength = textLength,
                ValueStart = -1,
            }
        );

    // The body's place holds at most one insertion, so that replacing a body twice leaves the second one.
    private void SetInsertion(int place, ReadOnlySpan<byte> body)
    {
        int text = Append(body);
        for (int i = 0; i < _edits.Count; i++)
        {
            if (_edits[i].Start != place)
                continue;
            _edits[i].TextStart = text;
            _edits[i].TextLength = body.Length;
            return;
        }
        Insert(place, text, body.Length);
    }

    // A value goes with the comma before it when a value before it stays, else with the comma behind it. That changes with each value
    // taken out, so all edits of the line that take out values are placed again.
    private void RemoveFromLine(in SipHeader header, int valueStart)
    {
        if (_edits.FindValue(valueStart) >= 0)
            return;
        _edits.Add(new Edit { Start = valueStart, ValueStart = valueStart });
        var line = Original.ValueOf(header);
        int position = 0,
            staysUntil = -1,
            staying = 0;
        while (position < line.Length)
        {
            int start = SipGrammar.SkipWhite(line, position);
            int comma = SipGrammar.CommaOrEnd(line, start);
            int next = comma < line.Length ? SipGrammar.SkipWhite(line, comma + 1) : comma;
            int end = start + SipGrammar.Trim(line[start..comma]).Length;
            int edit = _edits.FindValue(header.ValueStart + start);
            if (edit < 0)
            {
                staysUntil = end;
                staying++;
            }
            else
            {
                int from = staysUntil < 0 ? start : staysUntil;
                int to = staysUntil < 0 ? next : end;
                if (staysUntil >= 0)
                    staysUntil = end;
                Place(edit, header.ValueStart + from, to - from);
            }
            position = comma + 1;
        }
        if (staying == 0)
            RemoveLine(header);
    }

    private void Place(int index, int start, int removed)
    {
        var edit = _edits[index];
        _edits.RemoveAt(index);
        // What replaced the value goes with it.
        for (int i = 0; i < _edits.Count; i++)
        {
            if (_edits[i].Start == start && _edits[i].Removed > 0 && _edits[i].ValueStart < 0)
                _edits[i].TextLength = 0;
        }
        edit.Start = start;
        edit.Removed = removed;
        _edits.Add(edit);
    }

    private (int Start, int Length) Line(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty)
            throw new ArgumentException("A header needs a name.", nameof(name));
        // The value may lie in the text itself, which taking more of it can move: the old array stays as it was.
        var line = Reserve(name.Length + value.Length + 4, out int start);
        name.CopyTo(line);
        ": "u8.CopyTo(line[name.Length..]);
        value.CopyTo(line[(name.Length + 2)..]);
        "\r\n"u8.CopyTo(line[^2..]);
        return (start, line.Length);
    }

    // Spans of the scratch space are used where they lie.
    private int Append(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return 0;
        nint offset = Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(_text), ref MemoryMarshal.GetReference(text));
        if (offset >= 0 && offset <= _textUsed - text.Length)
            return (int)offset;
        text.CopyTo(Reserve(text.Length, out int start));
        return start;
    }

    private Span<byte> Reserve(int length, out int start)
    {
        _ = Original;
        if (_text.Length - _textUsed < length)
        {
            var larger = new byte[Math.Max(_text.Length * 2, _textUsed + length)];
            _text.AsSpan(0, _textUsed).CopyTo(larger);
            _text = larger;
        }
        start = _textUsed;
        _textUsed += length;
        return _text.AsSpan(start, length);
    }
}
