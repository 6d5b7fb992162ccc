using System.Text;
using CsCheck;
using Xunit;

namespace Parley.Sip.Tests.Framing;

public class SipFramingTests
{
    private static readonly byte[] Stream =
    [
        .. "\r\n\r\n"u8,
        .. Wire.Bytes(Wire.Invite),
        .. "\r\n"u8,
        .. Wire.Bytes(Wire.Ok),
        .. "\r\n\r\n"u8,
        .. "\r\n\r\n"u8,
        .. Wire.Bytes("MESSAGE sip:a SIP/2.0\nContent-Length:\n  \t8 \nX: l: 3\n\nl: 1\n\n"),
        .. "OPTIONS sip:a SIP/2.0\nl : 0\n\n"u8,
        .. Wire.Bytes("OPTIONS sip:nothing SIP/2.0\nCall-ID: bodyless\nLanguage: none\nContent-Language: x\nContent-Length: 0\n\n"),
        .. "\r"u8,
        .. " \0\t \0"u8,
        .. "OPTIONS sip:a SIP/2.0\nl:0\n\n"u8,
    ];

    private static readonly string[] Expected =
    [
        "ping",
        "INVITE",
        "skip",
        "200",
        "ping",
        "ping",
        "MESSAGE",
        "OPTIONS",
        "OPTIONS",
        "OPTIONS",
    ];

    [Fact]
    public void Every_split_of_the_stream_gives_the_same_frames()
    {
        for (int first = 1; first < Stream.Length; first++)
            Assert.Equal(Expected, Frames([first, Stream.Length - first]));
        Assert.Equal(Expected, Frames(Enumerable.Repeat(1, Stream.Length)));
        Gen.Int[1, 60].Array[Stream.Length].Sample(sizes => Assert.Equal(Expected, Frames(sizes)), iter: 300);
    }

    [Theory]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("garbage\r\nOPTIONS sip:a SIP/2.0\r\nl: 0\r\n\r")]
    [InlineData("GET / HTTP/1.1\r\nHost")]
    [InlineData("OPTIONS sip:a\r\nl: 0\r")]
    [InlineData("OPTIONS sip:a SIP/\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nl: x\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nl: 1\r\nl: 1\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nl: 99999999999\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\r\nl:\r\n\r\n")]
    public void What_cannot_be_framed_is_malformed(string text)
    {
        var frame = SipFraming.Next(Encoding.ASCII.GetBytes(text), SipLimits.Default);
        Assert.Equal(SipFrameKind.Malformed, frame.Kind);
        Assert.Equal(text.EndsWith("\r\n\r\n", StringComparison.Ordinal) ? text.Length : 0, frame.Length);
    }

    [Theory]
    [InlineData("OPTIONS sip:a SIP/2.0\r\n\r\n")]
    [InlineData("INVITE sip:a SIP/2.0\r\nCall-ID: 1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n")]
    [InlineData("SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/2.0\nContent-Lengths: 1\nLanguage: x\n\n")]
    public void Without_its_length_a_message_has_no_end(string text)
    {
        var frame = SipFraming.Next(Encoding.ASCII.GetBytes(text), SipLimits.Default);
        Assert.Equal(SipFrameKind.NoContentLength, frame.Kind);
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.Equal(end < 0 ? text.Length : end + 4, frame.Length);
    }

    [Theory]
    [InlineData("\rINVITE", 1)]
    [InlineData("\r\r\n\r\n", 1)]
    [InlineData("\0", 1)]
    [InlineData(" \t\0 \r\n", 4)]
    [InlineData("  INVITE sip:a SIP/2.0", 2)]
    public void What_means_nothing_between_messages_is_skipped(string text, int length) =>
        Assert.Equal(new SipFrame(SipFrameKind.Padding, length, false), SipFraming.Next(Encoding.ASCII.GetBytes(text), SipLimits.Default));

    [Theory]
    [InlineData("OPTIONS sip:a SIP/2.0  \r\nl: 0\r\n\r\n")]
    [InlineData("OPTIONS sip:a sip/2.0\r\nl: 0\r\n\r\n")]
    [InlineData("OPTIONS sip:a SIP/7.0\r\nl: 0\r\n\r\n")]
    [InlineData("SIP/2.0 200 \r\nl: 0\r\n\r\n")]
    public void What_the_parser_judges_is_left_to_it(string text) =>
        Assert.Equal(SipFrameKind.Message, SipFraming.Next(Encoding.ASCII.GetBytes(text), SipLimits.Default).Kind);

    [Fact]
    public void Limits_hold_before_the_message_is_whole()
    {
        var limits = new SipLimits
        {
            MaxMessageSize = 100,
            MaxBodySize = 60,
            MaxUriLength = 20,
            MaxHeaderLength = 40,
        };
        Assert.Equal(SipFrameKind.TooLarge, SipFraming.Next("OPTIONS sip:a SIP/2.0\r\nl: 70\r\n\r\n"u8, limits).Kind);
        Assert.Equal(SipFrameKind.TooLarge, SipFraming.Next("OPTIONS sip:a SIP/2.0\r\nl: 61\r\n\r\n"u8, limits).Kind);
        Assert.Equal(SipFrameKind.NeedMore, SipFraming.Next("OPTIONS sip:a SIP/2.0\r\nl: 60\r\n\r\n"u8, limits).Kind);
        Assert.Equal(SipFrameKind.Malformed, SipFraming.Next(Encoding.ASCII.GetBytes(new string('a', 61)), limits).Kind);
        Assert.Equal(SipFrameKind.NeedMore, SipFraming.Next(Encoding.ASCII.GetBytes(new string('a', 60)), limits).Kind);
        Assert.Equal(
            SipFrameKind.TooLarge,
            SipFraming.Next(Encoding.ASCII.GetBytes("A b SIP/2.0\r\n" + string.Concat(Enumerable.Repeat("X: y\r\n", 20))), limits).Kind
        );
    }

    [Fact]
    public void Half_a_ping_waits_for_the_other_half()
    {
        Assert.Equal(SipFrameKind.NeedMore, SipFraming.Next("\r\n"u8, SipLimits.Default).Kind);
        Assert.Equal(SipFrameKind.NeedMore, SipFraming.Next("\r\n\r"u8, SipLimits.Default).Kind);
        Assert.Equal(new SipFrame(SipFrameKind.KeepAlive, 4, true), SipFraming.Next("\r\n\r\nX"u8, SipLimits.Default));
        Assert.Equal(new SipFrame(SipFrameKind.KeepAlive, 2, false), SipFraming.Next("\r\nX"u8, SipLimits.Default));
    }

    [Fact]
    public void Framer_and_parser_agree_on_the_end_of_every_message()
    {
        int position = 0;
        var parser = new SipMessage();
        while (position < Stream.Length)
        {
            var frame = SipFraming.Next(Stream.AsSpan(position), SipLimits.Default);
            if (frame.Kind == SipFrameKind.Message)
            {
                Assert.True(parser.Parse(Stream, position, frame.Length, SipLimits.Default).IsOk);
                Assert.Equal(frame.Length, parser.Bytes.Length);
            }
            position += frame.Length;
        }
        Assert.Equal(Stream.Length, position);
    }

    private static List<string> Frames(IEnumerable<int> sizes)
    {
        var found = new List<string>();
        var parser = new SipMessage();
        int taken = 0,
            arrived = 0;
        foreach (int size in sizes)
        {
            arrived = Math.Min(Stream.Length, arrived + size);
            while (true)
            {
                var frame = SipFraming.Next(Stream.AsSpan(taken, arrived - taken), SipLimits.Default);
                if (frame.Kind == SipFrameKind.NeedMore)
                    break;
                Assert.True(frame.Kind is SipFrameKind.Message or SipFrameKind.KeepAlive or SipFrameKind.Padding);
                if (frame.Kind == SipFrameKind.KeepAlive)
                {
                    found.Add(frame.Ping ? "ping" : "skip");
                }
                else if (frame.Kind == SipFrameKind.Message)
                {
                    Assert.True(parser.Parse(Stream, taken, frame.Length, SipLimits.Default).IsOk);
                    found.Add(parser.IsRequest ? Wire.Text(parser.MethodText) : parser.StatusCode.ToString(null as IFormatProvider));
                }
                taken += frame.Length;
            }
        }
        Assert.Equal(Stream.Length, taken);
        return found;
    }
}
