using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Parley.Sip;

/// <summary>A keyed, counter-driven source (SipHash-2-4): unpredictable with a random key, repeatable with a seed. Thread-safe, lock-free.</summary>
public sealed class SipRandom
{
    /// <summary>Bytes of a key for <see cref="FromKey"/>.</summary>
    public const int KeyLength = 16;

    private readonly ulong _key0;
    private readonly ulong _key1;
    private ulong _counter;

    private SipRandom(ulong key0, ulong key1)
    {
        _key0 = key0;
        _key1 = key1;
    }

    /// <summary>A source with a key of the operating system's randomness.</summary>
    public static SipRandom CreateSecure()
    {
        Span<byte> key = stackalloc byte[16];
#pragma warning disable RS0030 // The one place that may: everything else takes its randomness from here.
        System.Security.Cryptography.RandomNumberGenerator.Fill(key);
#pragma warning restore RS0030
        return new SipRandom(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
    }

    /// <summary>A source that gives the same numbers for the same seed.</summary>
    public static SipRandom FromSeed(ulong seed)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in seed));
        return new SipRandom(SipHash.Compute(1, 2, bytes), SipHash.Compute(3, 4, bytes));
    }

    /// <summary>A source with a key that outlives the process: its <see cref="Hash"/> proves what was written under the same key before.</summary>
    /// <param name="key"><see cref="KeyLength"/> secret bytes.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public static SipRandom FromKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
            throw new ArgumentException($"A key has {KeyLength} bytes.", nameof(key));
        return new SipRandom(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
    }

    /// <summary>64 bits.</summary>
    public ulong Next()
    {
        ulong count = Interlocked.Increment(ref _counter);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, count);
        return SipHash.Compute(_key0, _key1, bytes);
    }

    /// <summary>0 to the limit, itself excluded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not positive.</exception>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return (int)Math.BigMul(Next(), (ulong)limit, out _);
    }

    /// <summary>Lower-case hexadecimal digits, for tags and branches.</summary>
    public void FillToken(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ulong bits = Next();
            int count = Math.Min(16, destination.Length);
            for (int i = 0; i < count; i++, bits >>= 4)
                destination[i] = "0123456789abcdef"u8[(int)(bits & 15)];
            destination = destination[count..];
        }
    }

    /// <summary>A keyed hash of bytes: hash tables that a sender cannot flood, stateless branches. Does not change what <see cref="Next()"/> gives.</summary>
    public ulong Hash(ReadOnlySpan<byte> bytes) => SipHash.Compute(_key0 ^ 0x9e3779b97f4a7c15, ~_key1, bytes);
}
