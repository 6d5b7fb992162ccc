using System.Buffers.Binary;
using System.Text;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>
/// Writes the messages of a call as pcapng (draft-ietf-opsawg-pcapng): raw IP packets with UDP or TCP, so that Wireshark, tshark and sngrep open them. What
/// came by TLS or WebSocket stands there in the clear, as TCP.
/// </summary>
public static class CallPcapng
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint InterfaceDescription = 1;
    private const uint EnhancedPacket = 6;
    private const ushort LinkTypeRaw = 101;
    private const int SnapLength = 262_144;

    /// <summary>Writes the file. Messages whose places are no addresses get one of the documentation's (RFC 5737).</summary>
    /// <param name="file">The call.</param>
    /// <returns>The file's content.</returns>
    public static byte[] Write(CallFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var stream = new MemoryStream();
        WriteHead(stream, file);
        var packets = new CallPackets(file);
        foreach (CallFileMessage message in file.Messages)
        {
            foreach (byte[] packet in packets.Of(message))
                WritePacket(stream, message.At, packet, message.IsInbound);
        }

        return stream.ToArray();
    }

    private static void WriteHead(MemoryStream stream, CallFile file)
    {
        using var section = new MemoryStream();
        Word(section, 0x1A2B3C4D); // the byte order: that of this file
        Half(section, 1);
        Half(section, 0);
        Span<byte> unknown = stackalloc byte[8];
        unknown.Fill(0xFF); // the section's length: not given
        section.Write(unknown);
        Option(section, 4, "Parley " + file.ServerVersion); // shb_userappl
        Option(section, 1, "Call-ID " + file.CallId); // opt_comment
        Word(section, 0);
        Block(stream, SectionHeader, section);

        using var description = new MemoryStream();
        Half(description, LinkTypeRaw);
        Half(description, 0);
        Word(description, SnapLength);
        Option(description, 2, CallFile.Ours); // if_name
        Half(description, 9); // if_tsresol: microseconds
        Half(description, 1);
        description.Write([6, 0, 0, 0]);
        Word(description, 0);
        Block(stream, InterfaceDescription, description);
    }

    private static void WritePacket(MemoryStream stream, DateTimeOffset at, byte[] packet, bool isInbound)
    {
        using var block = new MemoryStream();
        ulong microseconds = (ulong)Math.Max(0, (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        Word(block, 0);
        Word(block, (uint)(microseconds >> 32));
        Word(block, (uint)microseconds);
        Word(block, (uint)packet.Length);
        Word(block, (uint)packet.Length);
        block.Write(packet);
        Pad(block);
        Half(block, 2); // epb_flags: inbound 01, outbound 10
        Half(block, 4);
        Word(block, isInbound ? 1u : 2u);
        Word(block, 0);
        Block(stream, EnhancedPacket, block);
    }

    private static void Block(MemoryStream stream, uint type, MemoryStream body)
    {
        uint length = (uint)body.Length + 12;
        Word(stream, type);
        Word(stream, length);
        body.WriteTo(stream);
        Word(stream, length);
    }

    private static void Option(MemoryStream stream, ushort code, string text)
    {
        byte[] value = Encoding.UTF8.GetBytes(text);
        if (value.Length > ushort.MaxValue)
            value = value[..ushort.MaxValue];
        Half(stream, code);
        Half(stream, (ushort)value.Length);
        stream.Write(value);
        Pad(stream);
    }

    private static void Pad(MemoryStream stream)
    {
        while (stream.Length % 4 != 0)
            stream.WriteByte(0);
    }

    private static void Word(MemoryStream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void Half(MemoryStream stream, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
