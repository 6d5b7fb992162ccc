using System.Text;

namespace Parley.Benchmarks;

/// <summary>What the benchmarks read and write: an INVITE as a PBX sends it, and its dialog's requests.</summary>
internal static class Messages
{
    private const string Session =
        "v=0\r\no=- 1 1 IN IP4 10.0.1.1\r\ns=-\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\n"
        + "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n";

    public static byte[] Invite(int number) =>
        Encoding.ASCII.GetBytes(
            $"INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKi{number};rport\r\nMax-Forwards: 70\r\nFrom: \"Alice\" <sip:alice{number % 1000}@10.0.1.1>;tag=a{number}\r\n"
                + $"To: <sip:bob@10.0.0.1>\r\nCall-ID: call-{number}@10.0.1.1\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@10.0.1.1:5060>\r\nAllow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nSupported: timer, replaces\r\n"
                + $"User-Agent: Example PBX 1.0\r\nContent-Type: application/sdp\r\nContent-Length: {Session.Length}\r\n\r\n{Session}"
        );

    /// <summary>The answer of a callee to what the proxy relayed to it.</summary>
    public static byte[] Answer(ReadOnlySpan<byte> relayed)
    {
        string[] lines = Encoding.ASCII.GetString(relayed).Split("\r\n");
        string[] names = ["Via:", "Record-Route:", "From:", "Call-ID:", "CSeq:"];
        string kept = string.Concat(
            lines.Where(line => names.Any(name => line.StartsWith(name, StringComparison.Ordinal))).Select(static line => line + "\r\n")
        );
        string to = lines.First(static line => line.StartsWith("To:", StringComparison.Ordinal));
        return Encoding.ASCII.GetBytes($"SIP/2.0 200 OK\r\n{kept}{to};tag=b\r\nContact: <sip:bob@10.0.2.1>\r\nContent-Length: 0\r\n\r\n");
    }

    /// <summary>A request of the caller's within the dialog of that answer.</summary>
    public static byte[] Within(string method, int cseq, string branch, ReadOnlySpan<byte> answer)
    {
        string[] lines = Encoding.ASCII.GetString(answer).Split("\r\n");
        string Line(string name) => lines.First(line => line.StartsWith(name, StringComparison.Ordinal));
        return Encoding.ASCII.GetBytes(
            $"{method} sip:bob@10.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bK{branch}\r\nMax-Forwards: 70\r\n{Line("Record-Route:")[7..]}\r\n"
                + $"{Line("From:")}\r\n{Line("To:")}\r\n{Line("Call-ID:")}\r\nCSeq: {cseq} {method}\r\nContact: <sip:alice@10.0.1.1:5060>\r\nContent-Length: 0\r\n\r\n"
        );
    }
}
