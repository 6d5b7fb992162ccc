using System.Diagnostics.CodeAnalysis;

namespace Parley.Dialogs;

/// <summary>
/// The values of one dialog in one array that is never changed, only replaced: per value the length of its name, the length of the value
/// doubled plus one for an integer, both as base-128 numbers, the name, the value. An integer is kept as its decimal text.
/// </summary>
internal static class PackedValues
{
    public static bool TryFind(ReadOnlySpan<byte> packed, ReadOnlySpan<byte> name, out PackedValue found)
    {
        foreach (PackedValue value in new PackedValueReader(packed))
        {
            if (value.Name.SequenceEqual(name))
            {
                found = value;
                return true;
            }
        }

        found = default;
        return false;
    }

    /// <summary>The array with this value in it; the same array when it was there already.</summary>
    public static byte[] With(byte[]? packed, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool isInteger)
    {
        packed ??= [];
        int start = packed.Length,
            end = packed.Length;
        if (TryFind(packed, name, out PackedValue old))
        {
            if (old.IsInteger == isInteger && old.Value.SequenceEqual(value))
                return packed;
            start = old.Start;
            end = old.End;
        }

        uint mark = ((uint)value.Length << 1) | (isInteger ? 1u : 0u);
        int nameAt = start + Base128.SizeOf((uint)name.Length) + Base128.SizeOf(mark);
        var result = new byte[packed.Length - (end - start) + (nameAt - start) + name.Length + value.Length];
        packed.AsSpan(0, start).CopyTo(result);
        int position = start;
        Base128.Write(result, ref position, (uint)name.Length);
        Base128.Write(result, ref position, mark);
        name.CopyTo(result.AsSpan(nameAt));
        value.CopyTo(result.AsSpan(nameAt + name.Length));
        packed.AsSpan(end).CopyTo(result.AsSpan(nameAt + name.Length + value.Length));
        return result;
    }

    /// <summary>The array without this value; null when it was the last one, the same array when it was not there.</summary>
    [return: NotNullIfNotNull(nameof(packed))]
    public static byte[]? Without(byte[]? packed, ReadOnlySpan<byte> name)
    {
        if (packed is null || !TryFind(packed, name, out PackedValue old))
            return packed;
        var result = new byte[packed.Length - (old.End - old.Start)];
        packed.AsSpan(0, old.Start).CopyTo(result);
        packed.AsSpan(old.End).CopyTo(result.AsSpan(old.Start));
        return result;
    }
}
