using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing.Tests.Network;

/// <summary>A receiver that writes down what it is told.</summary>
internal sealed class Probe : ISipReceiver
{
    public Probe(SimulatedTransport host)
    {
        Host = host;
        host.Start(this);
    }

    public SimulatedTransport Host { get; }

    public List<string> Heard { get; } = [];

    public List<SipFlow> Flows { get; } = [];

    public Action<SipMessage, SipFlow>? Then { get; set; }

    public static byte[] Message(int number, string via = "UDP") =>
        Encoding.ASCII.GetBytes(
            $"OPTIONS sip:b@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/{via} 10.0.0.1:5060;branch=z9hG4bK{number}\r\nFrom: <sip:a@10.0.0.1>;tag=1\r\n"
                + $"To: <sip:b@10.0.0.2>\r\nCall-ID: c{number}\r\nCSeq: {number} OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );

    public void OnMessage(SipMessage message, in SipFlow source)
    {
        Heard.Add(Encoding.ASCII.GetString(message.CallId));
        Flows.Add(source);
        Then?.Invoke(message, source);
    }

    public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) => Heard.Add($"malformed {result.StatusCode}");

    public void OnSendFailed(ulong token) => Heard.Add($"failed {token}");

    public void OnFlowClosed(in SipFlow flow) => Heard.Add($"closed {flow.Remote.ToIPAddress()}");

    public void OnUnreachable(in SipFlow flow, ReadOnlySpan<byte> quoted) => Heard.Add($"unreachable {flow.Remote} {quoted.Length}");

    public void OnLoop() => throw new InvalidOperationException("The simulation has no loops.");

    /// <summary>Sends numbered messages and flushes.</summary>
    public void Send(SimulatedTransport to, SipProtocol protocol, int first, int count = 1)
    {
        for (int i = first; i < first + count; i++)
            Assert(protocol, to, i);
        Host.Flush();
    }

    private void Assert(SipProtocol protocol, SimulatedTransport to, int number) =>
        Xunit.Assert.Equal(
            SipSendResult.Queued,
            Host.Send(new SipFlow(Host.Listener(protocol), to.Listener(protocol).Local), Message(number), (ulong)number)
        );
}
