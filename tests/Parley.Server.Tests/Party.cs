using System.Text;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>Keeps what it hears and answers every request 200.</summary>
internal sealed class Party : ISipReceiver
{
    private readonly SimulatedTransport _host;
    private readonly SipFlow _flow;

    public Party(SimulatedNetwork network, string address, SipEndPoint server)
    {
        _host = network.AddHost(address);
        _flow = new SipFlow(_host.Listeners[0], server);
        _host.Start(this);
    }

    public List<SipMessage> Heard { get; } = [];

    public string RequestUri => Encoding.ASCII.GetString(Assert.Single(Heard).RequestUri);

    public void Send(string text)
    {
        _host.Send(_flow, Encoding.ASCII.GetBytes(text));
        _host.Flush();
    }

    /// <summary>Whether requests get their 200 at once.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>200 with more header lines.</summary>
    public void Answer(SipMessage request, string lines)
    {
        var text = new StringBuilder("SIP/2.0 200 OK\r\n");
        for (var i = 0; i < request.HeaderCount; i++)
        {
            var header = request.HeaderAt(i);
            if (
                header.Name
                is SipHeaderName.Via
                    or SipHeaderName.From
                    or SipHeaderName.To
                    or SipHeaderName.CallId
                    or SipHeaderName.CSeq
                    or SipHeaderName.RecordRoute
            )
                text.Append(Encoding.ASCII.GetString(request.NameOf(header)))
                    .Append(": ")
                    .Append(Encoding.ASCII.GetString(request.ValueOf(header)))
                    .Append(header.Name == SipHeaderName.To ? ";tag=t\r\n" : "\r\n");
        }
        Send(text.Append(lines).Append("Content-Length: 0\r\n\r\n").ToString());
    }

    /// <summary>Steps that the test's own parties have caused.</summary>
    public static long OwnSteps { get; private set; }

    public void OnMessage(SipMessage message, in SipFlow source)
    {
        var before = WorkCount.Steps;
        Take(message);
        OwnSteps += WorkCount.Steps - before;
    }

    private void Take(SipMessage message)
    {
        Assert.True(SipMessage.TryParse(message.Bytes, out var copy));
        Heard.Add(copy);
        if (!copy.IsRequest)
            return;
        if (Answers && copy.Method != SipMethod.Ack)
            Answer(copy, "");
    }

    public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) => Assert.Fail(message.ToString());

    public void OnSendFailed(ulong token) { }

    public void OnFlowClosed(in SipFlow flow) { }

    public void OnLoop() { }
}
