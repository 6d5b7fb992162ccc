using System.Buffers;
using System.Buffers.Text;

namespace Parley.Dialogs;

/// <summary>
/// The values of one dialog: one reference, null while there are none. The array behind it is replaced by compare-and-swap, so readers
/// need no lock and the spans they get stay as they were.
/// </summary>
internal struct ValueStore
{
    private byte[]? _packed;

    public readonly ReadOnlySpan<byte> Packed => Volatile.Read(in _packed);

    public readonly int Count
    {
        get
        {
            int count = 0;
            foreach (PackedValue _ in new PackedValueReader(Packed))
                count++;
            return count;
        }
    }

    /// <summary>Stores or overwrites; true when that changed anything.</summary>
    public bool Set(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isInteger = false)
    {
        if (name.IsEmpty)
            throw new ArgumentException("A value has a name.", nameof(name));
        while (true)
        {
            byte[]? old = Volatile.Read(ref _packed);
            byte[] changed = PackedValues.With(old, name, value, isInteger);
            if (ReferenceEquals(old, changed))
                return false;
            if (Interlocked.CompareExchange(ref _packed, changed, old) == old)
                return true;
        }
    }

    public bool Set(ReadOnlySpan<byte> name, long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out int length);
        return Set(name, text[..length], isInteger: true);
    }

    /// <summary>True when there was such a value.</summary>
    public bool Remove(ReadOnlySpan<byte> name)
    {
        while (true)
        {
            byte[]? old = Volatile.Read(ref _packed);
            byte[]? changed = PackedValues.Without(old, name);
            if (ReferenceEquals(old, changed))
                return false;
            if (Interlocked.CompareExchange(ref _packed, changed is { Length: 0 } ? null : changed, old) == old)
                return true;
        }
    }

    /// <summary>Adds to an integer and returns the sum; a value that is missing or no integer counts as 0. Wraps around at 64 bits.</summary>
    public long Add(ReadOnlySpan<byte> name, long amount)
    {
        if (name.IsEmpty)
            throw new ArgumentException("A value has a name.", nameof(name));
        Span<byte> text = stackalloc byte[20];
        while (true)
        {
            byte[]? old = Volatile.Read(ref _packed);
            long sum =
                PackedValues.TryFind(old, name, out PackedValue found) && TryParse(found.Value, out long present)
                    ? unchecked(present + amount)
                    : amount;
            Utf8Formatter.TryFormat(sum, text, out int length);
            byte[] changed = PackedValues.With(old, name, text[..length], isInteger: true);
            if (ReferenceEquals(old, changed) || Interlocked.CompareExchange(ref _packed, changed, old) == old)
                return sum;
        }
    }

    public readonly bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        bool found = PackedValues.TryFind(Packed, name, out PackedValue it);
        value = it.Value;
        return found;
    }

    public readonly bool TryGet(ReadOnlySpan<byte> name, out long value)
    {
        value = 0;
        return PackedValues.TryFind(Packed, name, out PackedValue it) && TryParse(it.Value, out value);
    }

    /// <summary>Appends the text of the column <c>vars</c>.</summary>
    public readonly void WriteText(IBufferWriter<byte> text)
    {
        foreach (PackedValue value in new PackedValueReader(Packed))
            PairText.Append(text, value.Name, default, value.Value);
    }

    /// <summary>Stores all that the text of the column <c>vars</c> holds. Never throws.</summary>
    public void ReadText(ReadOnlySpan<byte> text)
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(text.Length);
        while (PairText.TryRead(ref text, scratch, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
            Set(name, value);
        ArrayPool<byte>.Shared.Return(scratch);
    }

    private static bool TryParse(ReadOnlySpan<byte> text, out long value) =>
        Utf8Parser.TryParse(text, out value, out int length) && length == text.Length;
}
