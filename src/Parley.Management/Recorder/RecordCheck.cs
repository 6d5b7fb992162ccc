using System.Numerics;
using System.Runtime.InteropServices;

namespace Parley.Management;

/// <summary>The checksum of records (CRC-32C): a record that a crash of the machine tore is found by it.</summary>
internal static class RecordCheck
{
    private const int CheckedFrom = 8;

    /// <summary>Of a whole record.</summary>
    public static uint Of(ReadOnlySpan<byte> record) => Of(record[CheckedFrom..], 0xFFFF_FFFF);

    private static uint Of(ReadOnlySpan<byte> bytes, uint crc)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, word);
        return ~crc;
    }
}
