using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;

namespace Parley.Management;

/// <summary>
/// A packet of HEP version 3 (EEP): a captured message with its way and time. "HEP3", the whole length, then chunks of vendor, type, length and value, all
/// numbers in network byte order ("The Homer Encapsulation Protocol", HEP3 revision 12).
/// </summary>
public sealed class HepPacket
{
    /// <summary>The type of SIP (chunk 0x000b).</summary>
    public const byte Sip = 1;

    /// <summary>"HEP3" and the length.</summary>
    internal const int HeadLength = 6;

    /// <summary>What a compressed payload may grow to.</summary>
    private const int MaxInflated = 1 << 18;

    /// <summary>The sender of the message.</summary>
    public required IPEndPoint Source { get; init; }

    /// <summary>Its receiver.</summary>
    public required IPEndPoint Target { get; init; }

    /// <summary>The number of the IP protocol that carried it: 17 for UDP, 6 for TCP, 132 for SCTP; 22 for TLS by a convention of OpenSIPS and heplify.</summary>
    public byte Protocol { get; init; } = 17;

    /// <summary>When it was captured, UTC, to the microsecond.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>What the payload is; <see cref="Sip"/> for SIP.</summary>
    public byte Kind { get; init; } = Sip;

    /// <summary>The number of the capturing agent.</summary>
    public uint CaptureId { get; init; }

    /// <summary>The agent's key; null for none.</summary>
    public byte[]? Key { get; init; }

    /// <summary>What belongs together: of SIP the Call-ID; null for none.</summary>
    public byte[]? Correlation { get; init; }

    /// <summary>The message.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>Whether the payload came compressed and did not fit into 256 KB; what fits is there.</summary>
    public bool IsCut { get; private init; }

    /// <summary>Reads a packet. Whatever the bytes are, it throws nothing.</summary>
    /// <param name="bytes">One packet; bytes after its length are passed over.</param>
    /// <param name="packet">The packet; null when it is none.</param>
    /// <returns>False when it is no packet of version 3, a chunk ends beyond it, or it has no addresses or payload.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out HepPacket? packet)
    {
        packet = null;
        int length = LengthOf(bytes);
        if (length < HeadLength || length > bytes.Length)
            return false;
        var fields = new HepFields();
        for (ReadOnlySpan<byte> rest = bytes[HeadLength..length]; !rest.IsEmpty; )
        {
            if (rest.Length < HepChunk.Head)
                return false;
            int size = BinaryPrimitives.ReadUInt16BigEndian(rest[4..]);
            if (size < HepChunk.Head || size > rest.Length)
                return false;
            // Chunks of other vendors mean nothing here.
            if (
                BinaryPrimitives.ReadUInt16BigEndian(rest) == 0
                && !fields.Take(BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), rest[HepChunk.Head..size])
            )
                return false;
            rest = rest[size..];
        }

        return (packet = Of(fields)) is not null;
    }

    /// <summary>The length that the head of a packet gives; 0 when there is no head of version 3 yet, -1 when the bytes begin no packet.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> mark = "HEP3"u8;
        if (!mark.StartsWith(bytes[..Math.Min(4, bytes.Length)]))
            return -1;
        if (bytes.Length < HeadLength)
            return 0;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        return length < HeadLength ? -1 : length;
    }

    private static HepPacket? Of(HepFields fields)
    {
        bool isV6 = fields.Family == HepFields.IPv6;
        byte[]? source = isV6 ? fields.Source6 : fields.Source4;
        byte[]? target = isV6 ? fields.Target6 : fields.Target4;
        bool isCut = false;
        byte[]? payload = fields.Payload ?? (fields.Compressed is { } compressed ? Inflate(compressed, out isCut) : null);
        if (source is null || target is null || payload is null)
            return null;
        return new HepPacket
        {
            Source = new IPEndPoint(new IPAddress(source), fields.SourcePort),
            Target = new IPEndPoint(new IPAddress(target), fields.TargetPort),
            Protocol = fields.Protocol,
            Time = DateTimeOffset.UnixEpoch.AddSeconds(fields.Seconds).AddTicks(fields.Microseconds * TimeSpan.TicksPerMicrosecond),
            Kind = fields.Kind,
            CaptureId = fields.CaptureId,
            Key = fields.Key,
            Correlation = fields.Correlation,
            Payload = payload,
            IsCut = isCut,
        };
    }

    /// <summary>As zlib or gzip, which are both in use.</summary>
    private static byte[]? Inflate(byte[] compressed, out bool isCut)
    {
        isCut = false;
        using var source = new MemoryStream(compressed);
        using Stream inflating = compressed is [0x1F, 0x8B, ..]
            ? new GZipStream(source, CompressionMode.Decompress)
            : new ZLibStream(source, CompressionMode.Decompress);
        byte[] buffer = new byte[8_192];
        using var inflated = new MemoryStream();
        try
        {
            for (int read; (read = inflating.Read(buffer)) > 0; )
            {
                if (inflated.Length + read > MaxInflated)
                {
                    isCut = true;
                    break;
                }

                inflated.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return inflated.ToArray();
    }
}
