using System.Text;
using Parley.Sip;
using Xunit;

namespace Parley.Hosting.Tests.CallFiles;

public class CallFileTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    private static CallFile Whole =>
        new()
        {
            CallId = "a84b4c76e66710",
            Saved = Start.AddSeconds(10),
            ServerVersion = "1.2.3",
            From = "sip:alice@example.com",
            To = "sip:bob@example.com",
            Line = "bob refused: 486",
            Abnormal = ["noAck"],
            Listeners = ["udp:192.0.2.1:5060 as sip.example.com:5060", "tcp:[2001:db8::1]:5060"],
            OwnNames = ["example.com"],
            Configuration = """{"Domains":["example.com"]}""",
            Timers = [new CallFileTimer("lifetime", Start.AddHours(12))],
            Contacts = [new CallFileContact("sip:bob@example.com", "sip:bob@192.0.2.7", "udp:192.0.2.7:5060")],
            Entries =
            [
                Message(Start, "INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: a84b4c76e66710\r\n\r\nv=0\r\n"u8.ToArray()),
                new CallFileStep(Start.AddMilliseconds(1), "route", "to the contact of bob")
                {
                    Rfc = "RFC 3261 §16.5",
                    Abnormal = "fallback",
                },
                Message(Start.AddTicks(20_010), [.. "MESSAGE sip:x SIP/2.0\r\n\r\n"u8, 0xFF, 0x00, 0xFE]) with
                {
                    IsRetransmission = true,
                    IsTruncated = true,
                    Listener = null,
                },
            ],
        };

    private static CallFileMessage Message(DateTimeOffset at, byte[] bytes) =>
        new(at, "192.0.2.9:5060", CallFile.Ours, "udp", true, bytes) { Listener = "udp:192.0.2.1:5060" };

    [Fact]
    public void What_is_written_is_read()
    {
        CallFile read = CallFile.Parse(Whole.ToBytes());
        Assert.Equal(Whole.Entries, read.Entries);
        Assert.Equal(Whole.Timers, read.Timers);
        Assert.Equal(Whole.Contacts, read.Contacts);
        Assert.Equal(Whole.Listeners, read.Listeners);
        Assert.Equal(Whole.OwnNames, read.OwnNames);
        Assert.Equal(Whole.Abnormal, read.Abnormal);
        Assert.Equal(
            (Whole.CallId, Whole.Saved, Whole.From, Whole.To, Whole.Line, Whole.ServerVersion, false),
            (read.CallId, read.Saved, read.From, read.To, read.Line, read.ServerVersion, read.IsTruncated)
        );
        Assert.Contains("example.com", read.Configuration, StringComparison.Ordinal);
        Assert.Equal(Whole.ToBytes(), (read with { Configuration = Whole.Configuration }).ToBytes());
    }

    [Fact]
    public void A_newer_version_has_an_error_that_says_so()
    {
        string text = Encoding.UTF8.GetString(Whole.ToBytes()).Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal);
        var error = Assert.Throws<CallFileException>(() => CallFile.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("up to 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_not_known_are_passed_over()
    {
        string text = Encoding.UTF8.GetString(Whole.ToBytes()).Replace("\"saved\"", "\"later\": {}, \"saved\"", StringComparison.Ordinal);
        Assert.Equal(Whole.Entries, CallFile.Parse(Encoding.UTF8.GetBytes(text)).Entries);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("PK\u0003\u0004", "not JSON")]
    [InlineData("[]", "format")]
    [InlineData("{\"format\":\"parleycall\"}", "version")]
    [InlineData("{\"format\":\"parleycall\",\"version\":1}", "callId")]
    [InlineData("{\"format\":\"parleycall\",\"version\":1,\"callId\":\"a\",\"saved\":\"soon\",\"entries\":[]}", "saved")]
    [InlineData("{\"format\":\"parleycall\",\"version\":1,\"callId\":\"a\",\"saved\":\"2026-01-01T00:00:00Z\"}", "entries")]
    [InlineData(
        "{\"format\":\"parleycall\",\"version\":1,\"callId\":\"a\",\"saved\":\"2026-01-01T00:00:00Z\",\"entries\":[{\"kind\":\"x\"}]}",
        "entries[0]"
    )]
    [InlineData("{\"format\":\"parleycall\",\"version\":1,\"callId\":\"\\ud800\",\"saved\":\"x\",\"entries\":[]}", "Unicode")]
    public void A_bad_file_has_one_line_that_says_what_is_wrong(string text, string part)
    {
        var error = Assert.Throws<CallFileException>(() => CallFile.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Damage_throws_nothing_else()
    {
        byte[] good = Whole.ToBytes();
        var random = SipRandom.FromSeed(7);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] bad = (byte[])good.Clone();
            for (int n = 0; n < 3; n++)
                bad[random.Next() % (ulong)bad.Length] = (byte)random.Next();
            if (i % 3 == 0)
                bad = bad[..(int)(random.Next() % (ulong)bad.Length)];
            try
            {
                CallFile.Parse(bad);
            }
            catch (CallFileException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    [Fact]
    public void A_file_that_is_not_there_has_one_line_with_its_path()
    {
        var error = Assert.Throws<CallFileException>(() => CallFile.Load("/nowhere/x.parleycall"));
        Assert.Contains("/nowhere/x.parleycall", error.Message, StringComparison.Ordinal);
    }
}
