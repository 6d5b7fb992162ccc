using System.Buffers.Text;

namespace Parley.Transactions;

/// <summary>Our branches: magic cookie, slot and kind, generation, and 64 random bits that nobody can guess.</summary>
internal static class OwnBranch
{
    /// <summary>Cookie 7, slot 8, generation 8, random 16.</summary>
    public const int Length = 39;

    public static ReadOnlySpan<byte> Cookie => "z9hG4bK"u8;

    public static void Write(Span<byte> destination, uint index, bool invite, uint generation, ulong nonce)
    {
        Cookie.CopyTo(destination);
        ((index << 1) | (invite ? 1u : 0u)).TryFormat(destination[7..], out _, "x8");
        generation.TryFormat(destination[15..], out _, "x8");
        nonce.TryFormat(destination[23..], out _, "x16");
    }

    /// <summary>Reads a branch of ours; what follows it must begin with a dot.</summary>
    public static bool TryRead(ReadOnlySpan<byte> branch, out uint index, out bool invite, out uint generation, out ulong nonce)
    {
        invite = false;
        index = generation = 0;
        nonce = 0;
        if (branch.Length < Length || (branch.Length > Length && branch[Length] != '.') || !branch.StartsWith(Cookie))
            return false;
        if (
            !Utf8Parser.TryParse(branch.Slice(7, 8), out uint slot, out int read, 'x')
            || read != 8
            || !Utf8Parser.TryParse(branch.Slice(15, 8), out generation, out read, 'x')
            || read != 8
            || !Utf8Parser.TryParse(branch.Slice(23, 16), out nonce, out read, 'x')
            || read != 16
        )
            return false;
        index = slot >> 1;
        invite = (slot & 1) != 0;
        return true;
    }
}
