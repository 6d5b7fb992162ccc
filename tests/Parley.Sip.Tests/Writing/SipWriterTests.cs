using CsCheck;
using Xunit;

namespace Parley.Sip.Tests.Writing;

public class SipWriterTests
{
    [Fact]
    public void A_response_has_what_8_2_6_asks()
    {
        var request = Wire.Parse(Wire.Invite.Replace("Max-Forwards: 70", "Timestamp: 54", StringComparison.Ordinal));
        var writer = new SipWriter();
        writer.Response(request, 180, default, "callee"u8);
        writer.Header(SipHeaderName.Contact, "<sip:bob@192.0.2.4>"u8);
        writer.Header(SipHeaderName.RSeq, 17);
        Assert.True(SipMessage.TryParse(writer.End(), out var response));
        Assert.Equal(180, response.StatusCode);
        Assert.Equal("Ringing"u8, response.ReasonPhrase);
        Assert.Equal(2, response.Vias.Count());
        Assert.Equal("callee"u8, response.ToTag);
        Assert.Equal("1928301774"u8, response.FromTag);
        Assert.Equal(request.CallId, response.CallId);
        Assert.Equal(request.CSeqNumber, response.CSeqNumber);
        Assert.Equal(1, response.RecordRoutes.Count());
        Assert.Equal(17, response.RSeq);
        Assert.Equal(0, response.ContentLength);
        Assert.Equal(-1, response.IndexOf(SipHeaderName.Timestamp));
        Assert.Equal(-1, response.IndexOf(SipHeaderName.Route));

        writer.Response(request, 100, default, "callee"u8);
        Assert.True(SipMessage.TryParse(writer.End(), out response));
        Assert.True(response.ToTag.IsEmpty);
        Assert.Equal(0, response.RecordRoutes.Count());
        Assert.True(response.TryGetHeader(SipHeaderName.Timestamp, out _));

        writer.Response(request, 486, "Gone Fishing"u8, "callee"u8);
        Assert.True(SipMessage.TryParse(writer.End("text/plain"u8, "bye"u8), out response));
        Assert.Equal("Gone Fishing"u8, response.ReasonPhrase);
        Assert.Equal(0, response.RecordRoutes.Count());
        Assert.Equal("bye"u8, response.Body);
        Assert.Equal("text/plain"u8, response.ContentType);
    }

    [Fact]
    public void A_tag_that_is_there_stays_the_only_one()
    {
        var request = Wire.Parse(
            Wire.Invite.Replace("To: Bob <sip:bob@biloxi.com>", "To: Bob <sip:bob@biloxi.com>;tag=old", StringComparison.Ordinal)
        );
        var writer = new SipWriter();
        writer.Response(request, 200, default, "new"u8);
        Assert.Contains("To: Bob <sip:bob@biloxi.com>;tag=old\r\n", Wire.Text(writer.End()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("To: \"Mr. J. User <sip:j.user@example.com>", "To: \"Mr. J. User <sip:j.user@example.com>;tag=new")]
    [InlineData("To: \"Mr. <sip:j@example.com>;x ; TAG=old", "To: \"Mr. <sip:j@example.com>;x ; TAG=old")]
    [InlineData("To: <sip:j@example.com", "To: <sip:j@example.com;tag=new")]
    [InlineData("To: ", "To: ")]
    public void A_To_that_cannot_be_read_gets_a_tag_too(string asked, string answered)
    {
        var request = Wire.Parse(Wire.Invite.Replace("To: Bob <sip:bob@biloxi.com>", asked, StringComparison.Ordinal));
        var writer = new SipWriter();
        writer.Response(request, 400, default, "new"u8);
        Assert.Contains(answered + "\r\n", Wire.Text(writer.End()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CANCEL", "CSeq: 314159 INVITE", "CSeq: 314159 CANCEL")]
    [InlineData("CANCEL", "CSeq: x INVITE", "CSeq: x INVITE")]
    [InlineData("B{D", "CSeq: 314159 INVITE", "CSeq: 314159 INVITE")]
    public void A_CSeq_of_another_method_is_not_that_of_the_answer(string method, string asked, string answered)
    {
        var request = new SipMessage();
        var bytes = Wire.Bytes(
            Wire.Invite.Replace("INVITE sip", method + " sip", StringComparison.Ordinal)
                .Replace("CSeq: 314159 INVITE", asked, StringComparison.Ordinal)
        );
        request.Parse(bytes, 0, bytes.Length, SipLimits.Default);
        var writer = new SipWriter();
        writer.Response(request, 400, default, "new"u8);
        Assert.Contains(answered + "\r\n", Wire.Text(writer.End()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_outside_brackets_belongs_to_the_header()
    {
        var request = Wire.Parse("OPTIONS sip:a SIP/2.0\nTo: sip:bob@biloxi.com\n\n");
        var writer = new SipWriter();
        writer.Response(request, 200, default, "new"u8);
        Assert.True(SipMessage.TryParse(writer.End(), out var response));
        Assert.Equal("new"u8, response.ToTag);
        Assert.Equal("sip:bob@biloxi.com"u8, response.To.UriText);
    }

    [Fact]
    public void Status_codes_are_those_of_the_protocol()
    {
        var writer = new SipWriter();
        Assert.Throws<ArgumentOutOfRangeException>("statusCode", () => writer.StatusLine(99, default));
        Assert.Throws<ArgumentOutOfRangeException>("statusCode", () => writer.StatusLine(700, default));
        Assert.Throws<ArgumentOutOfRangeException>("value", () => writer.Header(SipHeaderName.Expires, -1));
        Assert.Throws<ArgumentNullException>("request", () => writer.Response(null!, 200, default, default));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var names = Gen.OneOf(
            Texts.Word.Select(word => "X" + word),
            Gen.OneOf("Subject", "s", "v", "Supported", "Route", "Path", "cOntact")
        );
        var values = Gen.OneOf(
            Texts.Token,
            Texts.Quoted,
            Gen.Const(""),
            Texts.Token.Array[1, 4].Select(parts => string.Join("\r\n ", parts))
        );
        Gen.Select(Texts.Token, Texts.User, Gen.Select(names, values).Array[0, 40], Gen.Byte.Array[0, 300], Gen.UInt[0, int.MaxValue])
            .Sample(
                (method, user, headers, body, cseq) =>
                {
                    var writer = new SipWriter();
                    writer.RequestLine(
                        System.Text.Encoding.ASCII.GetBytes(method),
                        System.Text.Encoding.ASCII.GetBytes($"sip:{user}@host")
                    );
                    foreach (var (name, value) in headers)
                        writer.Header(System.Text.Encoding.ASCII.GetBytes(name), System.Text.Encoding.UTF8.GetBytes(value));
                    writer.CSeq(cseq, System.Text.Encoding.ASCII.GetBytes(method));
                    Assert.True(SipMessage.TryParse(writer.End("a/b"u8, body), out var message));
                    Assert.Equal(method, Wire.Text(message.MethodText));
                    Assert.Equal(user, Wire.Text(message.RequestUriView.User));
                    Assert.Equal(headers.Length + (body.Length > 0 ? 3 : 2), message.HeaderCount);
                    for (int i = 0; i < headers.Length; i++)
                    {
                        Assert.Equal(headers[i].Item1, Wire.Text(message.NameOf(message.HeaderAt(i))));
                        Assert.Equal(headers[i].Item2, Wire.Text(message.ValueOf(message.HeaderAt(i))));
                        Assert.True(message.IndexOf(System.Text.Encoding.ASCII.GetBytes(headers[i].Item1), i) == i);
                    }
                    Assert.Equal(cseq, message.CSeqNumber);
                    Assert.Equal(body.Length, message.ContentLength);
                    Assert.Equal(body.AsSpan(), message.Body);
                },
                iter: 1_000
            );
    }
}
