using System.Buffers.Binary;

namespace Parley.Management;

/// <summary>What the chunks of a packet said.</summary>
internal sealed class HepFields
{
    /// <summary>AF_INET6 as Linux numbers it, which HEP does too.</summary>
    public const byte IPv6 = 10;

    public const byte IPv4 = 2;

    public byte Family { get; private set; } = IPv4;

    public byte Protocol { get; private set; } = 17;

    public byte[]? Source4 { get; private set; }

    public byte[]? Target4 { get; private set; }

    public byte[]? Source6 { get; private set; }

    public byte[]? Target6 { get; private set; }

    public ushort SourcePort { get; private set; }

    public ushort TargetPort { get; private set; }

    public uint Seconds { get; private set; }

    public uint Microseconds { get; private set; }

    public byte Kind { get; private set; }

    public uint CaptureId { get; private set; }

    public byte[]? Key { get; private set; }

    public byte[]? Correlation { get; private set; }

    public byte[]? Payload { get; private set; }

    public byte[]? Compressed { get; private set; }

    /// <summary>Takes a chunk over; one of a type that is not known is passed over.</summary>
    /// <returns>False when its length is not that of its type.</returns>
    public bool Take(ushort type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case HepChunk.Family when value.Length == 1:
                Family = value[0];
                return Family is IPv4 or IPv6;
            case HepChunk.Protocol when value.Length == 1:
                Protocol = value[0];
                return true;
            case HepChunk.Source4 when value.Length == 4:
                Source4 = value.ToArray();
                return true;
            case HepChunk.Target4 when value.Length == 4:
                Target4 = value.ToArray();
                return true;
            case HepChunk.Source6 when value.Length == 16:
                Source6 = value.ToArray();
                return true;
            case HepChunk.Target6 when value.Length == 16:
                Target6 = value.ToArray();
                return true;
            case HepChunk.SourcePort when value.Length == 2:
                SourcePort = BinaryPrimitives.ReadUInt16BigEndian(value);
                return true;
            case HepChunk.TargetPort when value.Length == 2:
                TargetPort = BinaryPrimitives.ReadUInt16BigEndian(value);
                return true;
            case HepChunk.Kind when value.Length == 1:
                Kind = value[0];
                return true;
            default:
                return TakeLonger(type, value);
        }
    }

    private bool TakeLonger(ushort type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case HepChunk.Seconds when value.Length == 4:
                Seconds = BinaryPrimitives.ReadUInt32BigEndian(value);
                return true;
            case HepChunk.Microseconds when value.Length == 4:
                Microseconds = BinaryPrimitives.ReadUInt32BigEndian(value);
                return true;
            case HepChunk.CaptureId when value.Length == 4:
                CaptureId = BinaryPrimitives.ReadUInt32BigEndian(value);
                return true;
            case HepChunk.Key:
                Key = value.ToArray();
                return true;
            case HepChunk.Payload:
                Payload = value.ToArray();
                return true;
            case HepChunk.CompressedPayload:
                Compressed = value.ToArray();
                return true;
            case HepChunk.Correlation:
                Correlation = value.ToArray();
                return true;
            default:
                return type is 0 or > HepChunk.Kind and not HepChunk.CaptureId;
        }
    }
}
