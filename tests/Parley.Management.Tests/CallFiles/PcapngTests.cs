using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Text;
using Parley.Hosting;
using Xunit;

namespace Parley.Management.Tests.CallFiles;

/// <summary>Read with a parser of the published formats: draft-ietf-opsawg-pcapng, RFC 791, 8200, 768, 9293, and the checksum of RFC 1071.</summary>
public class PcapngTests
{
    [Fact]
    public void The_file_has_the_blocks_of_the_format()
    {
        List<(uint Type, byte[] Body)> blocks = Blocks(CallPcapng.Write(SampleCall.File));
        Assert.Equal(0x0A0D0D0Au, blocks[0].Type);
        Assert.Equal(0x1A2B3C4Du, BinaryPrimitives.ReadUInt32LittleEndian(blocks[0].Body));
        Assert.Equal(1u, blocks[1].Type);
        Assert.Equal(101, BinaryPrimitives.ReadUInt16LittleEndian(blocks[1].Body)); // LINKTYPE_RAW
        Assert.All(blocks.Skip(2), static b => Assert.Equal(6u, b.Type));
        Assert.Contains("a84b4c76e66710", Encoding.UTF8.GetString(blocks[0].Body), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_message_is_a_packet_with_its_way_time_and_right_checksums()
    {
        List<Packet> packets = [.. Blocks(CallPcapng.Write(SampleCall.File)).Skip(2).Select(static b => Packet.Read(b.Body))];
        Assert.All(packets, static p => Assert.True(p.HasRightChecksums));
        List<Packet> messages = [.. packets.Where(static p => p.Payload.Length > 0)];
        CallFileMessage[] expected = [.. SampleCall.File.Messages];
        Assert.Equal(expected.Length, messages.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].At, messages[i].Time);
            Assert.Equal(expected[i].Bytes.ToArray(), messages[i].Payload);
            Assert.Equal(expected[i].Transport == "udp" ? 17 : 6, messages[i].Protocol);
            IPEndPoint peer = expected[i].IsInbound ? messages[i].Source : messages[i].Target;
            IPEndPoint own = expected[i].IsInbound ? messages[i].Target : messages[i].Source;
            Assert.Equal(expected[i].Peer, peer.ToString());
            Assert.Equal(expected[i].Transport == "udp" ? "192.0.2.1:5060" : "[2001:db8::1]:5060", own.ToString());
        }
    }

    [Fact]
    public void A_connection_begins_with_a_handshake_and_its_numbers_go_on()
    {
        List<Packet> tcp =
        [
            .. Blocks(CallPcapng.Write(SampleCall.File)).Skip(2).Select(static b => Packet.Read(b.Body)).Where(static p => p.Protocol == 6),
        ];
        Assert.Equal([2, 18, 16], tcp.Take(3).Select(static p => p.Flags));
        Dictionary<string, uint> next = [];
        foreach (Packet packet in tcp)
        {
            string way = packet.Source.ToString();
            if (next.TryGetValue(way, out uint expected))
                Assert.Equal(expected, packet.Sequence);
            next[way] = packet.Sequence + (uint)packet.Payload.Length + ((packet.Flags & 2) != 0 ? 1u : 0);
        }
    }

    [Fact]
    public void Odd_lengths_and_large_messages_keep_to_the_format()
    {
        string large = "MESSAGE sip:x SIP/2.0\r\n\r\n" + new string('x', 100_001);
        CallFile file = SampleCall.File with
        {
            Entries =
            [
                SampleCall.In(0, "192.0.2.9:5060", "udp", large),
                SampleCall.In(1, "192.0.2.9:5060", "tls", large),
                SampleCall.In(2, "not an address", "udp", "x"),
            ],
        };
        List<Packet> packets = [.. Blocks(CallPcapng.Write(file)).Skip(2).Select(static b => Packet.Read(b.Body))];
        Assert.All(packets, static p => Assert.True(p.HasRightChecksums));
        Assert.Equal(large.Length, packets.Where(static p => p.Protocol == 6).Sum(static p => p.Payload.Length));
    }

    [Fact]
    public async Task Tshark_reads_it()
    {
        if (!System.IO.File.Exists("/usr/bin/tshark"))
            Assert.Skip("tshark is not installed");
        string path = Path.Combine(Path.GetTempPath(), $"parley-{Environment.ProcessId}.pcapng");
        await System.IO.File.WriteAllBytesAsync(path, CallPcapng.Write(SampleCall.File));
        try
        {
            var start = new ProcessStartInfo("/usr/bin/tshark")
            {
                RedirectStandardOutput = true,
                ArgumentList =
                {
                    "-r",
                    path,
                    "-Y",
                    "sip",
                    "-o",
                    "ip.check_checksum:TRUE",
                    "-o",
                    "udp.check_checksum:TRUE",
                    "-o",
                    "tcp.check_checksum:TRUE",
                    "-T",
                    "fields",
                    "-e",
                    "sip.Method",
                    "-e",
                    "sip.Status-Code",
                    "-e",
                    "udp.checksum.status",
                    "-e",
                    "tcp.checksum.status",
                },
            };
            using Process process = Process.Start(start)!;
            string[] lines = (await process.StandardOutput.ReadToEndAsync()).TrimEnd('\n').Split('\n');
            Assert.Equal(8, lines.Length);
            Assert.All(lines, static line => Assert.EndsWith("1", line.TrimEnd(), StringComparison.Ordinal));
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private static List<(uint Type, byte[] Body)> Blocks(byte[] file)
    {
        var blocks = new List<(uint, byte[])>();
        for (int at = 0; at < file.Length; )
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at));
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            Assert.Equal(0, length % 4);
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + length - 4)));
            blocks.Add((type, file[(at + 8)..(at + length - 4)]));
            at += length;
        }

        return blocks;
    }

    private sealed record Packet(
        DateTimeOffset Time,
        IPEndPoint Source,
        IPEndPoint Target,
        int Protocol,
        byte[] Payload,
        uint Sequence,
        int Flags,
        bool HasRightChecksums
    )
    {
        public static Packet Read(byte[] block)
        {
            ulong time =
                ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(4)) << 32)
                | BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(8));
            byte[] ip = block[20..(20 + BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(12)))];
            bool isV6 = ip[0] >> 4 == 6;
            int head = isV6 ? 40 : 20;
            int protocol = isV6 ? ip[6] : ip[9];
            byte[] source = isV6 ? ip[8..24] : ip[12..16];
            byte[] target = isV6 ? ip[24..40] : ip[16..20];
            byte[] inner = ip[head..];
            byte[] pseudo =
            [
                .. source,
                .. target,
                0,
                (byte)(inner.Length >> 16),
                (byte)(inner.Length >> 8),
                (byte)inner.Length,
                0,
                0,
                0,
                (byte)protocol,
                .. inner,
            ];
            bool isRight = Sum(pseudo) == 0xFFFF && (isV6 || Sum(ip[..20]) == 0xFFFF);
            isRight &=
                (isV6 ? BinaryPrimitives.ReadUInt16BigEndian(ip.AsSpan(4)) + 40 : BinaryPrimitives.ReadUInt16BigEndian(ip.AsSpan(2)))
                == ip.Length;
            int innerHead = protocol == 17 ? 8 : inner[12] >> 4 << 2;
            return new Packet(
                DateTimeOffset.UnixEpoch.AddMicroseconds(time),
                new IPEndPoint(new IPAddress(source), BinaryPrimitives.ReadUInt16BigEndian(inner)),
                new IPEndPoint(new IPAddress(target), BinaryPrimitives.ReadUInt16BigEndian(inner.AsSpan(2))),
                protocol,
                inner[innerHead..],
                protocol == 6 ? BinaryPrimitives.ReadUInt32BigEndian(inner.AsSpan(4)) : 0,
                protocol == 6 ? inner[13] : 0,
                isRight
            );
        }

        private static int Sum(byte[] bytes)
        {
            long sum = 0;
            for (int i = 0; i < bytes.Length; i += 2)
                sum += (bytes[i] << 8) + (i + 1 < bytes.Length ? bytes[i + 1] : 0);
            while (sum >> 16 != 0)
                sum = (sum & 0xFFFF) + (sum >> 16);
            return (int)sum;
        }
    }
}
