using System.Text;
using Parley.Hosting;

namespace Parley.Management.Tests.CallFiles;

/// <summary>A recorded call with its steps, over UDP and TCP, IPv4 and IPv6.</summary>
internal static class SampleCall
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    public static CallFile File =>
        new()
        {
            CallId = "a84b4c76e66710",
            Saved = Start.AddSeconds(10),
            From = "sip:alice@example.com",
            To = "sip:bob@example.com",
            Line = "bob refused with 486 <busy> & the call ended",
            Abnormal = ["late2xx"],
            Listeners = ["udp:192.0.2.1:5060", "tcp:[2001:db8::1]:5060"],
            Entries =
            [
                In(0, "192.0.2.9:5060", "udp", Request("INVITE")),
                Out(1, "192.0.2.9:5060", "udp", Response(100, "Trying")),
                new CallFileStep(Start.AddMilliseconds(2), "route", "To the registered contact of bob, over TCP and IPv6")
                {
                    Rfc = "RFC 3261 16.5",
                },
                Out(3, "[2001:db8::7]:5062", "tcp", Request("INVITE")),
                In(40, "[2001:db8::7]:5062", "tcp", Response(486, "Busy Here")),
                Out(41, "[2001:db8::7]:5062", "tcp", Request("ACK")),
                Out(42, "192.0.2.9:5060", "udp", Response(486, "Busy Here")),
                Out(542, "192.0.2.9:5060", "udp", Response(486, "Busy Here")) with
                {
                    IsRetransmission = true,
                },
                In(560, "192.0.2.9:5060", "udp", Request("ACK")),
            ],
        };

    public static CallFileMessage In(int ms, string peer, string transport, string text) =>
        new(Start.AddMilliseconds(ms), peer, CallFile.Ours, transport, true, Encoding.UTF8.GetBytes(text));

    public static CallFileMessage Out(int ms, string peer, string transport, string text) =>
        new(Start.AddMilliseconds(ms), CallFile.Ours, peer, transport, false, Encoding.UTF8.GetBytes(text));

    private static string Request(string method) =>
        $"{method} sip:bob@example.com SIP/2.0\r\n{Headers(method == "ACK" ? "ACK" : "INVITE")}";

    private static string Response(int status, string reason) => $"SIP/2.0 {status} {reason}\r\n{Headers("INVITE")}";

    private static string Headers(string method) =>
        "Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:alice@example.com>;tag=1\r\nTo: <sip:bob@example.com>\r\n"
        + $"Call-ID: a84b4c76e66710\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n";
}
