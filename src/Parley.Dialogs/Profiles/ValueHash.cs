using System.Buffers.Binary;

namespace Parley.Dialogs;

/// <summary>A keyed hash of a profile value: values come from the network, and a sender must not be able to choose ones that collide. Same key, same hash: a seeded run repeats.</summary>
internal static class ValueHash
{
    private const ulong A = 0x9E3779B97F4A7C15,
        B = 0xE7037ED1A0B428DB;

    public static ulong Compute(ReadOnlySpan<byte> text, ulong key)
    {
        ulong hash = Mix(key ^ A, B ^ (ulong)text.Length);
        for (; text.Length >= 8; text = text[8..])
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text), key ^ B);
        ulong tail = 0;
        foreach (byte b in text)
            tail = (tail << 8) | b;
        return Mix(hash ^ tail, key ^ A);
    }

    private static ulong Mix(ulong x, ulong y)
    {
        ulong high = Math.BigMul(x, y, out ulong low);
        return high ^ low;
    }
}
