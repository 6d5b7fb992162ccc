using System.Numerics;

namespace Parley.Dialogs;

/// <summary>
/// The hash that decides a dialog's entry. It must give the numbers that operators' tables already hold (a row whose entry differs from
/// the hash of its Call-ID is not loaded), so it is fixed for good.
/// </summary>
public static class CoreHash
{
    /// <summary>The table size used when none is configured.</summary>
    public const int DefaultSize = 4096;

    /// <summary>The entry of a Call-ID in a table of <paramref name="size"/> entries. Allocates nothing.</summary>
    /// <param name="text">The Call-ID as on the wire.</param>
    /// <param name="size">The number of entries, a power of two.</param>
    /// <returns>A number from 0 to <paramref name="size"/> - 1.</returns>
    /// <exception cref="ArgumentException"><paramref name="size"/> is not a power of two.</exception>
    public static uint Compute(ReadOnlySpan<byte> text, int size = DefaultSize)
    {
        if (!BitOperations.IsPow2(size))
            throw new ArgumentException("The number of entries is a power of two.", nameof(size));
        return Compute(text) & (uint)(size - 1);
    }

    /// <summary>The hash before it is masked with the table size.</summary>
    /// <param name="text">The Call-ID as on the wire.</param>
    public static uint Compute(ReadOnlySpan<byte> text)
    {
        unchecked
        {
            uint hash = 0;
            for (; text.Length >= 4; text = text[4..])
                hash = Mix(hash, (Signed(text[0]) << 24) + (Signed(text[1]) << 16) + (Signed(text[2]) << 8) + Signed(text[3]));
            uint tail = 0;
            foreach (byte b in text)
                tail = (tail << 8) + Signed(b);
            hash = Mix(hash, tail); // also when the tail is empty
            return hash + (hash >> 11) + (hash >> 13) + (hash >> 23);
        }
    }

    private static uint Mix(uint hash, uint value) => unchecked(hash + (value ^ (value >> 3)));

    /// <summary>Bytes above 127 count as negative: the numbers in use come from machines whose char is signed.</summary>
    private static uint Signed(byte b) => unchecked((uint)(sbyte)b);
}
