namespace Parley.Sip;

/// <summary>Edits in the order of their place; at one place in the order they were made. Grown and kept.</summary>
internal sealed class EditList
{
    private Edit[] _edits = new Edit[16];

    internal int Count { get; private set; }

    internal ref Edit this[int index] => ref _edits[index];

    internal void Clear() => Count = 0;

    /// <summary>After the edits of the same place, or before all of them.</summary>
    internal void Add(in Edit edit, bool first = false)
    {
        if (Count == _edits.Length)
            Array.Resize(ref _edits, Count * 2);
        int at = Count++;
        while (at > 0 && (_edits[at - 1].Start > edit.Start || (first && _edits[at - 1].Start == edit.Start)))
        {
            WorkCount.Add();
            _edits[at] = _edits[at - 1];
            at--;
        }
        _edits[at] = edit;
    }

    internal void RemoveAt(int index)
    {
        _edits.AsSpan(index + 1, Count - index - 1).CopyTo(_edits.AsSpan(index));
        Count--;
    }

    /// <summary>The edit that takes out bytes from this place on, -1 when there is none.</summary>
    internal int FindRemoval(int start)
    {
        // From the end, where the newest edits of a walk through the message lie.
        int found = -1;
        for (int i = Count - 1; i >= 0 && _edits[i].Start >= start; i--)
        {
            WorkCount.Add();
            if (_edits[i].Start == start && _edits[i].Removed > 0)
                found = i;
        }
        return found;
    }

    /// <summary>True when an edit takes out all these bytes.</summary>
    internal bool Covers(int start, int length)
    {
        for (int i = 0; i < Count; i++)
        {
            if (
                _edits[i].Removed > 0
                && _edits[i].Start <= start
                && _edits[i].Start + _edits[i].Removed >= start + length
                && (_edits[i].Start < start || _edits[i].Removed > length)
            )
                return true;
        }
        return false;
    }

    /// <summary>The edit that takes out the list value at this place, -1 when it stays.</summary>
    internal int FindValue(int valueStart)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_edits[i].ValueStart == valueStart)
                return i;
        }
        return -1;
    }

    internal int FindAdded(SipHeaderName name)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_edits[i].Added == name)
                return i;
        }
        return -1;
    }
}
