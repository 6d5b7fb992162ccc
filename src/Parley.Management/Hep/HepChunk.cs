namespace Parley.Management;

/// <summary>The chunks of vendor 0 ("The Homer Encapsulation Protocol", HEP3 revision 12, 3.2).</summary>
internal static class HepChunk
{
    public const ushort Family = 0x0001;
    public const ushort Protocol = 0x0002;
    public const ushort Source4 = 0x0003;
    public const ushort Target4 = 0x0004;
    public const ushort Source6 = 0x0005;
    public const ushort Target6 = 0x0006;
    public const ushort SourcePort = 0x0007;
    public const ushort TargetPort = 0x0008;
    public const ushort Seconds = 0x0009;
    public const ushort Microseconds = 0x000A;
    public const ushort Kind = 0x000B;
    public const ushort CaptureId = 0x000C;
    public const ushort Key = 0x000E;
    public const ushort Payload = 0x000F;
    public const ushort CompressedPayload = 0x0010;
    public const ushort Correlation = 0x0011;

    /// <summary>Vendor, type and length.</summary>
    public const int Head = 6;
}
