using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Text;
using Parley.Sip;
using Parley.Transport;
using Xunit;

namespace Parley.Management.Tests.Hep;

public class HepPacketTests
{
    private static readonly DateTimeOffset Time = DateTimeOffset.UnixEpoch.AddSeconds(1_772_366_400).AddMicroseconds(123_456);

    /// <summary>Byte for byte as the document has its chunks: vendor 0x0000, type, length with its own six bytes, value.</summary>
    [Fact]
    public void A_packet_has_the_bytes_of_the_document()
    {
        byte[] expected = Convert.FromHexString(
            "48455033"
                + "0078" // the whole length
                + "0000"
                + "0001"
                + "0007"
                + "02" // IPv4
                + "0000"
                + "0002"
                + "0007"
                + "11" // UDP
                + "0000"
                + "0003"
                + "000A"
                + "C0000209" // source 192.0.2.9
                + "0000"
                + "0004"
                + "000A"
                + "C0000201" // target 192.0.2.1
                + "0000"
                + "0007"
                + "0008"
                + "13C6" // source port 5062
                + "0000"
                + "0008"
                + "0008"
                + "13C4" // target port 5060
                + "0000"
                + "0009"
                + "000A"
                + "69A42A40" // seconds
                + "0000"
                + "000A"
                + "000A"
                + "0001E240" // microseconds
                + "0000"
                + "000B"
                + "0007"
                + "01" // SIP
                + "0000"
                + "000C"
                + "000A"
                + "000007D1" // agent 2001
                + "0000"
                + "000E"
                + "0009"
                + "6B6579" // "key"
                + "0000"
                + "0011"
                + "0009"
                + "612D31" // "a-1"
                + "0000"
                + "000F"
                + "0009"
                + "534950" // "SIP"
        );
        byte[] packet = Packet("SIP"u8, "192.0.2.9", 5062, "192.0.2.1", 5060, "key", "a-1");
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(packet));
        Assert.True(HepPacket.TryRead(expected, out HepPacket? read));
        Assert.Equal(Time, read!.Time);
        Assert.Equal("192.0.2.9:5062", read.Source.ToString());
        Assert.Equal("192.0.2.1:5060", read.Target.ToString());
        Assert.Equal((17, 1, 2001u), (read.Protocol, read.Kind, read.CaptureId));
        Assert.Equal("key"u8.ToArray(), read.Key);
        Assert.Equal("a-1"u8.ToArray(), read.Correlation);
        Assert.Equal("SIP"u8.ToArray(), read.Payload);
    }

    [Fact]
    public void IPv6_goes_out_and_comes_back()
    {
        byte[] packet = Packet("x"u8, "2001:db8::7", 1, "2001:db8::1", 65535, "", "");
        Assert.True(HepPacket.TryRead(packet, out HepPacket? read));
        Assert.Equal("[2001:db8::7]:1", read!.Source.ToString());
        Assert.Equal("[2001:db8::1]:65535", read.Target.ToString());
        Assert.Null(read.Key);
        Assert.Null(read.Correlation);
    }

    [Fact]
    public void A_message_that_does_not_fit_is_cut()
    {
        byte[] packet = Packet(new byte[70_000], "192.0.2.9", 1, "192.0.2.1", 2, "key", new string('c', 5_000));
        Assert.Equal(65_535, packet.Length);
        Assert.True(HepPacket.TryRead(packet, out HepPacket? read));
        Assert.InRange(read!.Payload.Length, 60_000, 65_000);
        Assert.Equal(1_024, read.Correlation!.Length);
    }

    [Fact]
    public void A_compressed_payload_is_inflated_and_a_bomb_is_cut()
    {
        using var gzip = new MemoryStream();
        using (var stream = new GZipStream(gzip, CompressionMode.Compress, leaveOpen: true))
            stream.Write("OPTIONS"u8);
        Assert.True(HepPacket.TryRead(WithPayload(0x0010, gzip.ToArray()), out HepPacket? read));
        Assert.Equal("OPTIONS", Encoding.ASCII.GetString(read!.Payload));

        using var zlib = new MemoryStream();
        using (var stream = new ZLibStream(zlib, CompressionLevel.SmallestSize, leaveOpen: true))
            stream.Write(new byte[10_000_000]);
        Assert.True(HepPacket.TryRead(WithPayload(0x0010, zlib.ToArray()), out HepPacket? bomb));
        Assert.True(bomb!.IsCut);
        Assert.InRange(bomb.Payload.Length, 1, 1 << 18);
    }

    [Fact]
    public void Chunks_of_other_vendors_and_unknown_types_are_passed_over()
    {
        byte[] packet = WithPayload(
            0x000F,
            "x"u8.ToArray(),
            [0, 1, 0, 1, 0, 8, 9, 9, 0, 0, 0, 0x2A, 0, 7, 1, 0, 0, 0, 0x13, 0, 10, 1, 2, 3, 4]
        );
        Assert.True(HepPacket.TryRead(packet, out HepPacket? read));
        Assert.Equal("x"u8.ToArray(), read!.Payload);
    }

    [Theory]
    [InlineData("")]
    [InlineData("484550")]
    [InlineData("4845503300")]
    [InlineData("484550330005")] // shorter than its head
    [InlineData("484550330010")] // longer than what came
    [InlineData("48455032001000000000000000000000")] // another version
    [InlineData("48455033000C000000010005")] // a chunk shorter than its head
    [InlineData("48455033000C0000000100FF")] // a chunk beyond the packet
    [InlineData("48455033000E0000000100080202")] // a family of two bytes
    [InlineData("48455033000D00000001000703")] // a family that is none
    [InlineData("48455033000D00000001000702")] // no addresses, no payload
    public void What_is_no_packet_is_refused(string hex)
    {
        Assert.False(HepPacket.TryRead(Convert.FromHexString(hex), out HepPacket? packet));
        Assert.Null(packet);
    }

    [Fact]
    public void Whatever_the_bytes_are_nothing_is_thrown()
    {
        var random = SipRandom.FromSeed(3);
        byte[] good = Packet("SIP"u8, "192.0.2.9", 5062, "192.0.2.1", 5060, "key", "a-1");
        int taken = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = (byte[])good.Clone();
            int changes = 1 + random.Next(4);
            for (int n = 0; n < changes; n++)
                bytes[4 + random.Next(bytes.Length - 4)] = (byte)random.Next();
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            if (HepPacket.TryRead(bytes, out _))
                taken++;
        }

        Assert.InRange(taken, 1, 199_999);
    }

    private static byte[] Packet(
        ReadOnlySpan<byte> message,
        string source,
        int sourcePort,
        string target,
        int targetPort,
        string key,
        string callId
    )
    {
        var writer = new HepWriter(2001, Encoding.ASCII.GetBytes(key));
        byte[] id = Encoding.ASCII.GetBytes(callId);
        byte[] buffer = new byte[writer.RoomFor(message, id)];
        int length = writer.Write(
            buffer,
            Time,
            SipEndPoint.From(IPAddress.Parse(source), sourcePort),
            SipEndPoint.From(IPAddress.Parse(target), targetPort),
            17,
            message,
            id
        );
        return buffer[..length];
    }

    private static byte[] WithPayload(ushort type, byte[] payload, byte[]? more = null)
    {
        byte[] good = Packet("SIP"u8, "192.0.2.9", 5062, "192.0.2.1", 5060, "", "");
        byte[] chunk = new byte[6 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), type);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(4), (ushort)chunk.Length);
        payload.CopyTo(chunk, 6);
        byte[] packet = [.. good[..^9], .. more ?? [], .. chunk];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)packet.Length);
        return packet;
    }
}
