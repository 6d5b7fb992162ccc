using System.Text;

namespace Parley.Transport.Tests;

/// <summary>Messages as text.</summary>
internal static class Wire
{
    public static byte[] Request(
        string callId,
        string method = "OPTIONS",
        string body = "",
        string via = "SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKtest;rport"
    ) =>
        Encoding.UTF8.GetBytes(
            $"{method} sip:bob@example.com SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a1\r\n"
                + $"To: <sip:bob@example.com>\r\nCall-ID: {callId}\r\nCSeq: 1 {method}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"
        );

    public static byte[] Response(string callId) =>
        Encoding.UTF8.GetBytes(
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKtest;rport\r\nFrom: <sip:alice@example.com>;tag=a1\r\n"
                + $"To: <sip:bob@example.com>;tag=b1\r\nCall-ID: {callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        );
}
