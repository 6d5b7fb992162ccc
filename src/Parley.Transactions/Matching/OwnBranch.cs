using System.Buffers;
using System.Buffers.Binary;

namespace Parley.Transactions;

/// <summary>Our branches: magic cookie, slot and kind, generation, and 64 unguessable random bits.</summary>
internal static class OwnBranch
{
    /// <summary>Cookie 7, slot 8, generation 8, random 16.</summary>
    public const int Length = 39;

    private const int Binary = sizeof(uint) * 2 + sizeof(ulong);

    public static ReadOnlySpan<byte> Cookie => "z9hG4bK"u8;

    public static void Write(Span<byte> destination, uint index, bool invite, uint generation, ulong nonce)
    {
        Cookie.CopyTo(destination);
        Span<byte> bytes = stackalloc byte[Binary];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (index << 1) | (invite ? 1u : 0u));
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], generation);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], nonce);
        Convert.TryToHexStringLower(bytes, destination[Cookie.Length..], out _);
    }

    /// <summary>Reads a branch of ours; what follows it must begin with a dot.</summary>
    public static bool TryRead(ReadOnlySpan<byte> branch, out uint index, out bool invite, out uint generation, out ulong nonce)
    {
        invite = false;
        index = generation = 0;
        nonce = 0;
        if (branch.Length < Length || (branch.Length > Length && branch[Length] != '.') || !branch.StartsWith(Cookie))
            return false;
        Span<byte> bytes = stackalloc byte[Binary];
        if (Convert.FromHexString(branch[Cookie.Length..Length], bytes, out _, out _) != OperationStatus.Done)
            return false;
        uint slot = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        generation = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        nonce = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        index = slot >> 1;
        invite = (slot & 1) != 0;
        return true;
    }
}
