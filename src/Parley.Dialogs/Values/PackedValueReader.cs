namespace Parley.Dialogs;

/// <summary>One value and where it lies in its array.</summary>
internal readonly ref struct PackedValue
{
    public ReadOnlySpan<byte> Name { get; init; }
    public ReadOnlySpan<byte> Value { get; init; }
    public bool IsInteger { get; init; }
    public int Start { get; init; }
    public int End { get; init; }
}

/// <summary>Walks over an array of <see cref="PackedValues"/>.</summary>
internal ref struct PackedValueReader(ReadOnlySpan<byte> packed)
{
    private readonly ReadOnlySpan<byte> _packed = packed;
    private int _next;

    public PackedValue Current { get; private set; }

    public readonly PackedValueReader GetEnumerator() => this;

    public bool MoveNext()
    {
        int start = _next;
        if (start >= _packed.Length)
            return false;
        int nameLength = (int)Base128.Read(_packed, ref _next);
        uint mark = Base128.Read(_packed, ref _next);
        ReadOnlySpan<byte> name = _packed.Slice(_next, nameLength);
        ReadOnlySpan<byte> value = _packed.Slice(_next + nameLength, (int)(mark >> 1));
        _next += nameLength + value.Length;
        Current = new PackedValue
        {
            Name = name,
            Value = value,
            IsInteger = (mark & 1) != 0,
            Start = start,
            End = _next,
        };
        return true;
    }
}
