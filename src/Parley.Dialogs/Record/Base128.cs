namespace Parley.Dialogs;

/// <summary>Numbers in as few bytes as they need: seven bits a byte, the low ones first, the highest bit of a byte says that another follows.</summary>
internal static class Base128
{
    /// <summary>More bytes hold no number of 32 bits.</summary>
    private const int MostBytes = 5;

    public static int SizeOf(uint number)
    {
        int size = 1;
        for (; number >= 0x80; number >>= 7)
            size++;
        return size;
    }

    /// <summary>Writes a number at the position and moves it behind.</summary>
    public static void Write(Span<byte> destination, ref int position, uint number)
    {
        for (; number >= 0x80; number >>= 7)
            destination[position++] = (byte)(number | 0x80);
        destination[position++] = (byte)number;
    }

    /// <summary>Reads the number at the position, which was written by <see cref="Write"/>, and moves it behind.</summary>
    public static uint Read(ReadOnlySpan<byte> source, ref int position)
    {
        uint number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = source[position++];
            number |= (uint)(b & 0x7f) << shift;
            if (b < 0x80)
                return number;
        }
    }

    /// <summary>Reads a number that anything may have written; false when the bytes end before it does, or it has more than 32 bits.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ref int position, out uint number)
    {
        ulong value = 0;
        number = 0;
        for (int shift = 0; shift < MostBytes * 7; shift += 7)
        {
            if (position >= source.Length)
                return false;
            byte b = source[position++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b >= 0x80)
                continue;
            number = (uint)value;
            return value <= uint.MaxValue;
        }

        return false;
    }
}
