using System.Globalization;
using System.Text;
using Parley.Server.Tests.Running;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;

namespace Parley.Server.Tests.Reflection;

/// <summary>
/// Somebody sends datagrams that bear another's address, 10.9.9.9, which hears what comes of them and answers nothing. Bytes are counted on
/// the wire, both ways, for longer than any transaction lives.
/// </summary>
internal sealed class ForgedSource : ISipReceiver, IDisposable
{
    public const string Victim = "10.9.9.9";
    private readonly SimulatedTransport _victim;
    private int _number;

    public ForgedSource(string settings = """{ "Domains": [ "example.com" ] }""")
    {
        Server = new SimulatedServer(settings);
        _victim = Server.Network.AddHost(Victim);
        _victim.Start(this);
    }

    public SimulatedServer Server { get; }

    /// <summary>Bytes sent in the victim's name.</summary>
    public long In { get; private set; }

    /// <summary>A request outside of any dialog, as short as one may be: forgers save bytes. <c>@</c> stands for a number of its own.</summary>
    public string Request(string method, string uri, string more = "", string user = "a", string toTag = "", string? to = null) =>
        Numbered(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {Victim};branch=z9hG4bK@\r\nMax-Forwards: 70\r\nFrom: <sip:{user}@example.com>;tag=f@\r\nTo: <{to ?? uri}>{toTag}\r\nCall-ID: c@\r\nCSeq: 1 {method}\r\n{more}Content-Length: 0\r\n\r\n"
            )
        );

    public string Numbered(string text) => text.Replace("@\r\n", $"{++_number}\r\n", StringComparison.Ordinal);

    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public void Send(ReadOnlySpan<byte> bytes)
    {
        In += bytes.Length;
        _victim.Send(new SipFlow(_victim.Listener(SipProtocol.Udp), Server.Host.Listener(SipProtocol.Udp).Local), bytes);
        _victim.Flush();
        Server.Run(0.05);
    }

    /// <summary>Bytes that the attacker sent from an address of his own.</summary>
    public void Count(int bytes) => In += bytes;

    /// <summary>Bytes that the victim got, and what they were.</summary>
    public (long Bytes, int Datagrams, string Labels) Out()
    {
        RecordedMessage[] got =
        [
            .. Server.Recorder.Messages.Where(static message => message.From == SimulatedServer.Address && message.To == Victim),
        ];
        string labels = string.Join(
            ", ",
            got.GroupBy(static message => message.Label).Select(static kind => kind.Count() > 1 ? $"{kind.Count()} x {kind.Key}" : kind.Key)
        );
        return (got.Sum(static message => (long)message.Bytes.Length), got.Length, labels);
    }

    public void Dispose() => Server.Dispose();

    void ISipReceiver.OnMessage(SipMessage message, in SipFlow source) { }

    void ISipReceiver.OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) { }

    void ISipReceiver.OnSendFailed(ulong token) { }

    void ISipReceiver.OnFlowClosed(in SipFlow flow) { }

    void ISipReceiver.OnLoop() { }
}
