namespace Parley.Transactions.Tests;

/// <summary>Messages as text.</summary>
internal static class Wire
{
    public static string Request(
        string method,
        string branch = "z9hG4bKa1",
        string? via = null,
        int cseq = 1,
        string callId = "c1@example.com",
        string fromTag = "f1",
        string? toTag = null,
        string uri = "sip:bob@example.com",
        string? cseqMethod = null,
        string extra = ""
    ) =>
        $"{method} {uri} SIP/2.0\r\nVia: {via ?? $"SIP/2.0/UDP 198.51.100.7:5060;branch={branch}"}\r\n{extra}Max-Forwards: 70\r\n"
        + $"From: <sip:alice@example.com>;tag={fromTag}\r\nTo: <sip:bob@example.com>{(toTag is null ? "" : ";tag=" + toTag)}\r\n"
        + $"Call-ID: {callId}\r\nCSeq: {cseq} {cseqMethod ?? method}\r\nContent-Length: 0\r\n\r\n";

    public static string Response(
        int status,
        string branch,
        string method,
        string toTag = "t1",
        string sentBy = "192.0.2.1:5060",
        int cseq = 1
    ) =>
        $"SIP/2.0 {status} Whatever\r\nVia: SIP/2.0/UDP {sentBy};branch={branch}\r\nVia: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKupstream\r\n"
        + $"From: <sip:alice@example.com>;tag=f1\r\nTo: <sip:bob@example.com>;tag={toTag}\r\n"
        + $"Call-ID: c1@example.com\r\nCSeq: {cseq} {method}\r\nContent-Length: 0\r\n\r\n";
}
