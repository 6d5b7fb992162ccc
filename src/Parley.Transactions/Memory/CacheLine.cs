using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Parley.Transactions;

/// <summary>
/// Asks for cache lines ahead of their use. What a call leaves behind is touched again 32 s later (64*T1) and is in no cache by then; lines that are
/// asked for together arrive together, one after the other they cost a wait each. A hint: without an instruction for it, it does nothing.
/// </summary>
public static class CacheLine
{
    private const int Size = 64;

    /// <summary>Asks for the line in which this place lies.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="place">A field or an element.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch<T>(ref readonly T place)
    {
        // The collector may move the place meanwhile: then a line is fetched in vain.
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in place)));
    }

    /// <summary>Asks for the first lines of an object.</summary>
    /// <param name="target">The object; null: nothing is done.</param>
    /// <param name="lines">How many, of 64 bytes each; those beyond its end are fetched in vain.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(object? target, int lines)
    {
        if (target is null)
            return;
        ref byte first = ref Unsafe.As<Bytes>(target).First;
        for (int i = 0; i < lines; i++)
            Fetch(in Unsafe.AddByteOffset(ref first, (nint)(i * Size)));
    }

    // The layout of any object: its fields begin behind the method table.
    private sealed class Bytes
    {
        public byte First;
    }
}
