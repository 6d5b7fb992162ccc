using System.Text;
using Xunit;

namespace Parley.Sip.Tests.Messages;

public class SipMessageParseTests
{
    [Fact]
    public void Request_line_and_headers_are_found()
    {
        var message = Wire.Parse(Wire.Invite);
        Assert.True(message.IsRequest);
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.Equal("INVITE"u8, message.MethodText);
        Assert.Equal("sip:bob@biloxi.com;user=phone"u8, message.RequestUri);
        Assert.Equal("bob"u8, message.RequestUriView.User);
        Assert.Equal(0, message.StatusCode);
        Assert.Equal(14, message.HeaderCount);
        Assert.Equal("v=0\r\n"u8, message.Body);
        Assert.Equal("a84b4c76e66710@pc33.atlanta.com"u8, message.CallId);
        Assert.Equal("1928301774"u8, message.FromTag);
        Assert.True(message.ToTag.IsEmpty);
        Assert.Equal(314159u, message.CSeqNumber);
        Assert.Equal("314159"u8, message.CSeqNumberText);
        Assert.Equal(70, message.MaxForwards);
        Assert.Equal("application/sdp"u8, message.ContentType);
        Assert.Equal(5, message.ContentLength);
        Assert.Equal(2, message.Vias.Count());
        Assert.Equal(2, message.Routes.Count());
        Assert.True(message.Routes.TryGetLast(out var last));
        Assert.Equal("p2.biloxi.com"u8, last.Uri.Host);
        Assert.True(message.Tokens(SipHeaderName.Supported).Contains("TIMER"u8));
        Assert.False(message.Tokens(SipHeaderName.Supported).Contains("replaces"u8));
    }

    [Fact]
    public void Response_has_the_method_of_its_CSeq()
    {
        var message = Wire.Parse(Wire.Ok);
        Assert.False(message.IsRequest);
        Assert.Equal(200, message.StatusCode);
        Assert.Equal("OK"u8, message.ReasonPhrase);
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.Equal("INVITE"u8, message.MethodText);
        Assert.True(message.RequestUri.IsEmpty);
        Assert.False(message.RequestUriView.IsValid);
        Assert.Equal(2, message.Vias.Count());
    }

    [Theory]
    [InlineData("v", "Via")]
    [InlineData("F", "From")]
    [InlineData("t", "to")]
    [InlineData("I", "call-id")]
    [InlineData("x-thing", "X-Thing")]
    [InlineData("cSEQ", "CSeq")]
    public void Headers_are_found_by_any_form_of_their_name(string written, string asked)
    {
        var message = Wire.Parse($"OPTIONS sip:a@b SIP/2.0\n{written} \t: the value \t\nOther: x\n\n");
        Assert.True(message.TryGetHeader(Encoding.ASCII.GetBytes(asked), out var value));
        Assert.Equal("the value"u8, value);
        Assert.Equal(written, Wire.Text(message.NameOf(message.HeaderAt(0))));
    }

    [Fact]
    public void Every_known_header_is_found_by_its_own_name_and_no_other()
    {
        foreach (var name in Enum.GetValues<SipHeaderName>().Where(name => name != SipHeaderName.Other))
        {
            var text = SipText.Header(name).ToArray();
            Assert.Equal(name, SipText.ParseHeaderName(text));
            Assert.Equal(name, SipText.ParseHeaderName(Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(text).ToUpperInvariant())));
            text[^1] ^= 1;
            Assert.NotEqual(name, SipText.ParseHeaderName(text));
        }
        Assert.Equal(SipHeaderName.Other, SipText.ParseHeaderName("g"u8));
        Assert.Equal(SipHeaderName.Other, SipText.ParseHeaderName("\u0016"u8));
    }

    [Fact]
    public void Every_method_is_found_by_its_own_name_in_capitals_only()
    {
        foreach (var method in Enum.GetValues<SipMethod>().Where(method => method != SipMethod.Other))
        {
            Assert.Equal(method, SipText.ParseMethod(SipText.Method(method)));
            Assert.Equal(
                SipMethod.Other,
                SipText.ParseMethod(Encoding.ASCII.GetBytes(Wire.Text(SipText.Method(method)).ToLowerInvariant()))
            );
        }
    }

    [Fact]
    public void Repeated_headers_are_walked_in_order()
    {
        var message = Wire.Parse("OPTIONS sip:a@b SIP/2.0\nX-A: 1\nVia: x\nx-a: 2\nv: y\nX-B: 3\nX-A: 4\n\n");
        var values = new List<string>();
        for (int i = message.IndexOf("X-A"u8); i >= 0; i = message.IndexOf("X-A"u8, i + 1))
            values.Add(Wire.Text(message.ValueOf(message.HeaderAt(i))));
        Assert.Equal(["1", "2", "4"], values);
        Assert.Equal(3, message.IndexOf(SipHeaderName.Via, 2));
        Assert.Equal(-1, message.IndexOf(SipHeaderName.Via, 4));
        Assert.Equal(-1, message.IndexOf(SipHeaderName.From));
    }

    [Fact]
    public void A_lone_line_feed_ends_a_line()
    {
        Assert.True(SipMessage.TryParse("OPTIONS sip:a@b SIP/2.0\nSubject: a\n b\nVia: x\n\nbody"u8, out var message));
        Assert.Equal(2, message.HeaderCount);
        Assert.Equal("body"u8, message.Body);
        Assert.True(message.TryGetHeader(SipHeaderName.Subject, out var value));
        Assert.Equal("a\n b"u8, value);
    }

    [Theory]
    [InlineData("\r\n\r\n")]
    [InlineData("\r\n")]
    [InlineData("")]
    public void Only_line_ends_are_a_keep_alive(string text) =>
        Assert.Equal(
            SipParseStatus.KeepAlive,
            new SipMessage().Parse(Encoding.ASCII.GetBytes(text), 0, text.Length, SipLimits.Default).Status
        );

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("SIP/2.0 20 OK\r\n\r\n")]
    [InlineData("SIP/2.0 2000 OK\r\n\r\n")]
    [InlineData("SIP/2.0 099 OK\r\n\r\n")]
    [InlineData("SIP/2.0 700 OK\r\n\r\n")]
    [InlineData("SIP/3.0 200 OK\r\n\r\n")]
    [InlineData("SIP/2.0 200OK\r\n\r\n")]
    [InlineData("INVITE\r\n\r\n")]
    [InlineData("INVITE sip:a@b\r\n\r\n")]
    [InlineData(" INVITE sip:a@b SIP/2.0\r\n\r\n")]
    [InlineData("no line end")]
    public void What_is_not_SIP_is_dropped(string text) =>
        Assert.Equal(SipParseStatus.Drop, new SipMessage().Parse(Encoding.ASCII.GetBytes(text), 0, text.Length, SipLimits.Default).Status);

    [Theory]
    [InlineData("INV(ITE sip:a@b SIP/2.0\n\n", 400)]
    [InlineData("INVITE <sip:a@b> SIP/2.0\n\n", 400)]
    [InlineData("INVITE sip:a@b x SIP/2.0\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/3.0\n\n", 505)]
    [InlineData("INVITE sip:a@b SIP/22.01\n\n", 505)]
    [InlineData("INVITE sip:a@b SIP/two\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nno colon\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\n: no name\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nbad(name: x\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nCall-ID: x\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nCall-ID: x", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nContent-Length: 1\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nContent-Length: x\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nContent-Length:\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nContent-Length: 99999999999\n\n", 400)]
    [InlineData("INVITE sip:a@b SIP/2.0\nContent-Length: 0\nl: 0\n\n", 400)]
    public void Malformed_request_is_rejected_its_ACK_and_response_twins_dropped(string text, int status)
    {
        var result = Wire.Result(text);
        Assert.Equal(SipParseStatus.Reject, result.Status);
        Assert.Equal(status, result.StatusCode);
        Assert.NotEmpty(result.Reason!);
        if (text.StartsWith("INVITE ", StringComparison.Ordinal))
            Assert.Equal(SipParseStatus.Drop, Wire.Result("ACK" + text[6..]).Status);
        if (text.StartsWith("INVITE sip:a@b SIP/2.0\n", StringComparison.Ordinal))
            Assert.Equal(SipParseStatus.Drop, Wire.Result("SIP/2.0 200 OK" + text[22..]).Status);
    }

    [Fact]
    public void A_bare_carriage_return_is_malformed()
    {
        var bytes = "INVITE sip:a@b SIP/2.0\r\nSubject: a\rVia: evil\r\n\r\n"u8.ToArray();
        var message = new SipMessage();
        Assert.Equal(400, message.Parse(bytes, 0, bytes.Length, SipLimits.Default).StatusCode);
        Assert.Equal(-1, message.IndexOf(SipHeaderName.Via));
    }

    [Fact]
    public void A_rejected_request_keeps_the_headers_that_can_be_read()
    {
        var bytes = Wire.Bytes(Wire.Invite.Replace("X-Custom: one", "nonsense", StringComparison.Ordinal));
        var message = new SipMessage();
        Assert.Equal(400, message.Parse(bytes, 0, bytes.Length, SipLimits.Default).StatusCode);
        Assert.Equal(13, message.HeaderCount);
        Assert.Equal("1928301774"u8, message.FromTag);
    }

    [Fact]
    public void What_follows_the_Content_Length_is_cut_and_line_ends_in_front_are_skipped()
    {
        var bytes = Wire.Bytes("\n\nOPTIONS sip:a@b SIP/2.0\nl: 2\n\nabcdef");
        var buffer = new byte[bytes.Length + 20];
        bytes.CopyTo(buffer, 7);
        var message = new SipMessage();
        Assert.True(message.Parse(buffer, 7, bytes.Length, SipLimits.Default).IsOk);
        Assert.Equal("ab"u8, message.Body);
        Assert.Equal("OPTIONS sip:a@b SIP/2.0\r\nl: 2\r\n\r\nab"u8, message.Bytes);
    }

    [Fact]
    public void Without_a_Content_Length_the_body_is_the_rest()
    {
        var message = Wire.Parse("OPTIONS sip:a@b SIP/2.0\nX: y\n\nrest");
        Assert.Equal("rest"u8, message.Body);
        Assert.Equal(-1, message.ContentLength);
    }

    [Fact]
    public void Each_limit_has_its_answer()
    {
        Assert.Equal(513, Wire.Result(Wire.Invite, new SipLimits { MaxMessageSize = 100 }).StatusCode);
        Assert.Equal(413, Wire.Result(Wire.Invite, new SipLimits { MaxBodySize = 4 }).StatusCode);
        Assert.Equal(414, Wire.Result(Wire.Invite, new SipLimits { MaxUriLength = 20 }).StatusCode);
        Assert.Equal(400, Wire.Result(Wire.Invite, new SipLimits { MaxHeaderCount = 13 }).StatusCode);
        Assert.Equal(400, Wire.Result(Wire.Invite, new SipLimits { MaxHeaderLength = 40 }).StatusCode);
        Assert.True(
            Wire.Result(
                Wire.Invite,
                new SipLimits
                {
                    MaxHeaderCount = 14,
                    MaxUriLength = 29,
                    MaxBodySize = 5,
                }
            ).IsOk
        );
        Assert.Equal(SipParseStatus.Drop, Wire.Result(Wire.Ok, new SipLimits { MaxHeaderCount = 3 }).Status);
    }

    [Fact]
    public void A_message_over_the_limits_still_has_what_an_answer_needs()
    {
        var bytes = Wire.Bytes(Wire.Invite);
        var message = new SipMessage();
        Assert.Equal(513, message.Parse(bytes, 0, bytes.Length, new SipLimits { MaxMessageSize = 100 }).StatusCode);
        Assert.Equal(2, message.Vias.Count());
        Assert.Equal(314159u, message.CSeqNumber);
    }

    [Fact]
    public void Parsing_again_forgets_the_former_message()
    {
        var message = new SipMessage();
        var first = Wire.Bytes(Wire.Invite);
        Assert.True(message.Parse(first, 0, first.Length, SipLimits.Default).IsOk);
        Assert.True(message.TryGetTopVia(out _));
        Assert.NotEqual(0, message.From.Text.Length + message.To.Text.Length + message.MaxForwards + (int)message.CSeqNumber);
        var second = Wire.Bytes("SIP/2.0 180 Ringing\nX: y\n\n");
        Assert.True(message.Parse(second, 0, second.Length, SipLimits.Default).IsOk);
        Assert.False(message.TryGetTopVia(out _));
        Assert.True(message.From.Text.IsEmpty && message.To.Text.IsEmpty && message.CallId.IsEmpty);
        Assert.Equal(-1, message.MaxForwards);
        Assert.Equal(0u, message.CSeqNumber);
        Assert.Equal(-1, message.ContentLength);
        Assert.Equal(0, message.Routes.Count());
        Assert.Equal(SipMethod.Other, message.Method);
        Assert.False(message.IsRequest);
    }

    [Fact]
    public void Offset_of_a_part_and_of_nothing_else()
    {
        var message = Wire.Parse(Wire.Invite);
        Assert.Equal(7, message.OffsetOf(message.RequestUri));
        Assert.Equal(0, message.OffsetOf(message.Bytes));
        Assert.Equal(message.Bytes.Length, message.OffsetOf(message.Bytes[message.Bytes.Length..]));
        Assert.Throws<ArgumentException>("part", () => message.OffsetOf("other"u8));
    }

    [Fact]
    public void Misuse_names_the_argument()
    {
        var message = new SipMessage();
        Assert.Throws<ArgumentNullException>("buffer", () => message.Parse(null!, 0, 0, SipLimits.Default));
        Assert.Throws<ArgumentException>("length", () => message.Parse(new byte[5], 3, 3, SipLimits.Default));
        Assert.Throws<ArgumentException>("length", () => message.Parse(new byte[5], -1, 3, SipLimits.Default));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => message.HeaderAt(0));
    }
}
