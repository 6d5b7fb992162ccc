using System.Buffers.Binary;
using Parley.Transport;

namespace Parley.Management;

/// <summary>Writes packets of HEP version 3; allocates nothing.</summary>
/// <param name="captureId">The number of this agent.</param>
/// <param name="key">The collector's key; empty: none is sent.</param>
internal sealed class HepWriter(uint captureId, byte[] key)
{
    /// <summary>What the length field of a chunk, and of a packet, can say.</summary>
    private const int MaxPacket = ushort.MaxValue;

    private const int MaxKey = 255;
    private const int MaxCorrelation = 1_024;

    /// <summary>Room for all but payload and correlation.</summary>
    private const int Fixed = HepPacket.HeadLength + 14 * HepChunk.Head + 2 * 16 + 32;

    private readonly byte[] _key = key.Length > MaxKey ? key[..MaxKey] : key;

    /// <summary>How long a buffer for a packet must be.</summary>
    public int RoomFor(ReadOnlySpan<byte> message, ReadOnlySpan<byte> callId) =>
        Math.Min(MaxPacket, Fixed + _key.Length + message.Length + Math.Min(callId.Length, MaxCorrelation));

    /// <summary>Writes a packet; a payload that does not fit into 65,535 bytes is cut.</summary>
    /// <param name="buffer">As long as <see cref="RoomFor"/> says, or longer.</param>
    /// <param name="at">When.</param>
    /// <param name="source">The sender.</param>
    /// <param name="target">The receiver.</param>
    /// <param name="protocol">The number of the IP protocol.</param>
    /// <param name="message">The message.</param>
    /// <param name="callId">Its Call-ID; empty: there is none.</param>
    /// <returns>The packet's length.</returns>
    public int Write(
        Span<byte> buffer,
        DateTimeOffset at,
        SipEndPoint source,
        SipEndPoint target,
        byte protocol,
        ReadOnlySpan<byte> message,
        ReadOnlySpan<byte> callId
    )
    {
        "HEP3"u8.CopyTo(buffer);
        var chunks = new Chunks(buffer) { Length = HepPacket.HeadLength };
        chunks.Add(HepChunk.Family, source.IsIPv6 ? HepFields.IPv6 : HepFields.IPv4);
        chunks.Add(HepChunk.Protocol, protocol);
        chunks.Address(source.IsIPv6 ? HepChunk.Source6 : HepChunk.Source4, source);
        chunks.Address(source.IsIPv6 ? HepChunk.Target6 : HepChunk.Target4, target);
        chunks.Add(HepChunk.SourcePort, source.Port);
        chunks.Add(HepChunk.TargetPort, target.Port);
        long microseconds = Math.Max(0, (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        chunks.Add(HepChunk.Seconds, (uint)(microseconds / 1_000_000));
        chunks.Add(HepChunk.Microseconds, (uint)(microseconds % 1_000_000));
        chunks.Add(HepChunk.Kind, HepPacket.Sip);
        chunks.Add(HepChunk.CaptureId, captureId);
        if (_key.Length > 0)
            chunks.Add(HepChunk.Key, _key);
        if (!callId.IsEmpty)
            chunks.Add(HepChunk.Correlation, callId[..Math.Min(callId.Length, MaxCorrelation)]);
        int room = Math.Min(buffer.Length, MaxPacket) - chunks.Length - HepChunk.Head;
        chunks.Add(HepChunk.Payload, message[..Math.Min(message.Length, room)]);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[4..], (ushort)chunks.Length);
        return chunks.Length;
    }

    private ref struct Chunks(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;

        public int Length { get; set; }

        public void Add(ushort type, byte value) => Next(type, 1)[0] = value;

        public void Add(ushort type, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Next(type, 2), value);

        public void Add(ushort type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Next(type, 4), value);

        public void Add(ushort type, ReadOnlySpan<byte> value) => value.CopyTo(Next(type, value.Length));

        public void Address(ushort type, SipEndPoint place)
        {
            if (place.IsIPv6)
            {
                Span<byte> address = Next(type, 16);
                BinaryPrimitives.WriteUInt64BigEndian(address, place.High);
                BinaryPrimitives.WriteUInt64BigEndian(address[8..], place.Low);
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(Next(type, 4), (uint)place.Low);
            }
        }

        private Span<byte> Next(ushort type, int length)
        {
            Span<byte> chunk = _buffer[Length..];
            BinaryPrimitives.WriteUInt16BigEndian(chunk, 0);
            BinaryPrimitives.WriteUInt16BigEndian(chunk[2..], type);
            BinaryPrimitives.WriteUInt16BigEndian(chunk[4..], (ushort)(HepChunk.Head + length));
            Length += HepChunk.Head + length;
            return chunk.Slice(HepChunk.Head, length);
        }
    }
}
