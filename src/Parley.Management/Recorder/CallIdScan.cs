using System.Numerics;
using System.Runtime.InteropServices;

namespace Parley.Management;

/// <summary>Finds the Call-ID in the bytes of a message without parsing it: also in one that is malformed.</summary>
internal static class CallIdScan
{
    /// <summary>The value; empty when there is none.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> rest = message;
        while (true)
        {
            int end = rest.IndexOf((byte)'\n');
            if (end < 0 || end + 1 >= rest.Length)
                return default;
            rest = rest[(end + 1)..];
            byte first = (byte)(rest[0] | 0x20);
            if (first == (byte)'c' && rest.Length > 8 && IsCallId(rest[..7]))
            {
                if (TryValue(rest[7..], out ReadOnlySpan<byte> value))
                    return value;
            }
            else if (first == (byte)'i' && TryValue(rest[1..], out ReadOnlySpan<byte> compact))
            {
                return compact;
            }
            else if (rest[0] is (byte)'\r' or (byte)'\n')
            {
                return default; // the body
            }
        }
    }

    /// <summary>A number for sampling: evenly spread, the same in every process.</summary>
    public static uint Hash(ReadOnlySpan<byte> callId)
    {
        uint crc = 0x9E37_79B9;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(callId);
        foreach (ulong word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (byte one in callId[(words.Length * 8)..])
            crc = BitOperations.Crc32C(crc, one);
        return crc * 0x85EB_CA6B;
    }

    private static bool IsCallId(ReadOnlySpan<byte> name) =>
        name[4] == (byte)'-'
        && (name[1] | 0x20) == 'a'
        && (name[2] | 0x20) == 'l'
        && (name[3] | 0x20) == 'l'
        && (name[5] | 0x20) == 'i'
        && (name[6] | 0x20) == 'd';

    private static bool TryValue(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> value)
    {
        value = default;
        int at = 0;
        while (at < rest.Length && rest[at] is (byte)' ' or (byte)'\t')
            at++;
        if (at >= rest.Length || rest[at] != (byte)':')
            return false;
        rest = rest[(at + 1)..];
        int end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        value = (end < 0 ? rest : rest[..end]).Trim(" \t"u8);
        return true;
    }
}
