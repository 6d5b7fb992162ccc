using System.Runtime.InteropServices;

namespace Parley.Management;

/// <summary>The head of a record in the ring; what it is about follows. Kept in files: it does not change.</summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct RecordHeader
{
    public const int Size = 64;

    public const byte CutFlag = 1;
    public const byte RemoteIPv6Flag = 2;
    public const byte LocalIPv6Flag = 4;
    public const byte DialogFlag = 8;

    /// <summary>Captured by another agent: what stands as local is the receiver.</summary>
    public const byte ForeignFlag = 16;

    /// <summary>All of the record, a multiple of 8.</summary>
    [FieldOffset(0)]
    public int Length;

    /// <summary>Of what follows this field, in a ring that is a file; else 0.</summary>
    [FieldOffset(4)]
    public uint Check;

    /// <summary>UTC, in units of 100 ns.</summary>
    [FieldOffset(8)]
    public long Ticks;

    [FieldOffset(16)]
    public RecordKind Kind;

    [FieldOffset(17)]
    public byte Protocol;

    [FieldOffset(18)]
    public byte Flags;

    [FieldOffset(19)]
    public byte Step;

    /// <summary>The bytes after the head.</summary>
    [FieldOffset(20)]
    public int Payload;

    // Of a message.
    [FieldOffset(24)]
    public ulong RemoteHigh;

    [FieldOffset(32)]
    public ulong RemoteLow;

    [FieldOffset(40)]
    public ulong LocalHigh;

    [FieldOffset(48)]
    public ulong LocalLow;

    [FieldOffset(56)]
    public ushort RemotePort;

    [FieldOffset(58)]
    public ushort LocalPort;

    // Of a step, or of sampling, where the number is the threshold.
    [FieldOffset(24)]
    public ulong Dialog;

    [FieldOffset(32)]
    public long Number;

    [FieldOffset(40)]
    public int Further;

    /// <summary>The Call-ID comes first in the payload, then the detail.</summary>
    [FieldOffset(44)]
    public int CallIdLength;
}
