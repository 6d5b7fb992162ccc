using System.Text;
using Xunit;

namespace Parley.Sip.Tests;

/// <summary>Messages as a test writes them: lines ended by \n in the source, by CRLF on the wire.</summary>
internal static class Wire
{
    internal const string Invite = """
        INVITE sip:bob@biloxi.com;user=phone SIP/2.0
        Via: SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds;rport
        Via: SIP/2.0/TCP gw.atlanta.com;branch=z9hG4bKother;received=192.0.2.7
        Max-Forwards: 70
        Route: <sip:p1.biloxi.com;lr>, <sip:p2.biloxi.com;lr>
        Record-Route: <sip:p0.atlanta.com;lr>
        To: Bob <sip:bob@biloxi.com>
        From: "Alice" <sip:alice@atlanta.com>;tag=1928301774
        Call-ID: a84b4c76e66710@pc33.atlanta.com
        CSeq: 314159 INVITE
        Contact: <sip:alice@pc33.atlanta.com>
        Supported: 100rel, timer
        X-Custom: one
        Content-Type: application/sdp
        Content-Length: 5

        v=0

        """;

    internal const string Ok = """
        SIP/2.0 200 OK
        Via: SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds;rport=5066;received=192.0.2.1, SIP/2.0/UDP 192.0.2.9
        To: Bob <sip:bob@biloxi.com>;tag=a6c85cf
        From: Alice <sip:alice@atlanta.com>;tag=1928301774
        Call-ID: a84b4c76e66710@pc33.atlanta.com
        CSeq: 314159 INVITE
        Contact: <sip:bob@192.0.2.4>
        Content-Length: 0


        """;

    internal static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    internal static SipMessage Parse(string text)
    {
        Assert.True(SipMessage.TryParse(Bytes(text), out var message), text);
        return message;
    }

    internal static SipParseResult Result(string text, SipLimits? limits = null)
    {
        var bytes = Bytes(text);
        return new SipMessage().Parse(bytes, 0, bytes.Length, limits ?? SipLimits.Default);
    }

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
