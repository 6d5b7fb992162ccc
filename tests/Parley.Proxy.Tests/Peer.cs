using System.Text;
using Parley.Sip;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Proxy.Tests;

/// <summary>A SIP element that does only what the test says: keeps what it receives, sends what it is given.</summary>
internal sealed class Peer : ISipReceiver
{
    private readonly SipFlow _toProxy;
    private int _branches;

    public Peer(SimulatedNetwork network, string address, SipEndPoint proxy, SipProtocol protocol = SipProtocol.Udp)
    {
        Address = address;
        Host = network.AddHost(address);
        Host.Start(this);
        _toProxy = new SipFlow(Host.Listener(protocol), proxy);
        Protocol = protocol;
    }

    public Peer(SimulatedTransport host, SipEndPoint proxy)
    {
        Host = host;
        Host.Start(this);
        SipListener listener = host.Listeners[0];
        Address = Text(listener.Host);
        Protocol = listener.Protocol;
        _toProxy = new SipFlow(listener, proxy);
    }

    public string Address { get; }

    public SipProtocol Protocol { get; }

    public SimulatedTransport Host { get; }

    public List<SipMessage> Requests { get; } = [];

    public List<SipMessage> Responses { get; } = [];

    /// <summary>Runs for each request after it was kept.</summary>
    public Action<SipMessage>? Script { get; set; }

    /// <summary>Runs for each response after it was kept.</summary>
    public Action<SipMessage>? ResponseScript { get; set; }

    /// <summary>Answers a CANCEL with 200 and its INVITE with 487.</summary>
    public bool ObeysCancel { get; set; } = true;

    public IEnumerable<int> Statuses => Responses.Select(r => r.StatusCode);

    public IEnumerable<int> Finals => Statuses.Where(s => s >= 200);

    public SipMessage Request(string method) => Requests.Last(r => Text(r.MethodText) == method);

    public int Count(string method) => Requests.Count(r => Text(r.MethodText) == method);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Sends a request to the proxy; gives its text back, to be repeated or cancelled.</summary>
    public string Send(
        string method,
        string uri,
        string callId = "c1",
        int cseq = 1,
        string headers = "",
        string toTag = "",
        string? branch = null,
        int maxForwards = 70,
        string body = "",
        string fromTag = "f1",
        string to = "sip:bob@example.com"
    )
    {
        branch ??= $"z9hG4bK{Address.Replace(".", "", StringComparison.Ordinal)}x{++_branches}";
        string text =
            $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{Text(Protocol.ViaText())} {Address};branch={branch}\r\nMax-Forwards: {maxForwards}\r\n"
            + $"From: <sip:alice@example.com>;tag={fromTag}\r\nTo: <{to}>{(toTag.Length == 0 ? "" : ";tag=" + toTag)}\r\nCall-ID: {callId}\r\nCSeq: {cseq} {method}\r\n"
            + $"Contact: <sip:alice@{Address}>\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}";
        SendText(text);
        return text;
    }

    public void SendText(string text)
    {
        Host.Send(_toProxy, Encoding.UTF8.GetBytes(text));
        Host.Flush();
    }

    /// <summary>The CANCEL for an INVITE sent before.</summary>
    public void Cancel(string invite, string headers = "")
    {
        string text = invite[..invite.IndexOf("Contact:", StringComparison.Ordinal)]
            .Replace("INVITE ", "CANCEL ", StringComparison.Ordinal)
            .Replace(" INVITE\r\n", " CANCEL\r\n", StringComparison.Ordinal);
        SendText(text + headers + "Content-Length: 0\r\n\r\n");
    }

    /// <summary>The ACK for a failure, in the INVITE's transaction.</summary>
    public void AckFailure(string invite, SipMessage response)
    {
        string text = invite[..invite.IndexOf("Contact:", StringComparison.Ordinal)]
            .Replace("INVITE ", "ACK ", StringComparison.Ordinal)
            .Replace(" INVITE\r\n", " ACK\r\n", StringComparison.Ordinal);
        int to = text.IndexOf("To: ", StringComparison.Ordinal);
        text = string.Concat(
            text.AsSpan(0, to),
            $"To: {Text(response.To.Text)}",
            text.AsSpan(text.IndexOf("\r\n", to, StringComparison.Ordinal))
        );
        SendText(text + "Content-Length: 0\r\n\r\n");
    }

    /// <summary>Answers over the way the request's top Via gives, i.e. to the proxy.</summary>
    public void Answer(SipMessage request, int status, string? tag = null, string headers = "", string body = "")
    {
        var text = new StringBuilder($"SIP/2.0 {status} {Text(SipText.Reason(status))}\r\n");
        for (int i = 0; i < request.HeaderCount; i++)
        {
            SipHeader header = request.HeaderAt(i);
            string value = Text(request.ValueOf(header));
            if (
                header.Name
                is SipHeaderName.Via
                    or SipHeaderName.From
                    or SipHeaderName.CallId
                    or SipHeaderName.CSeq
                    or SipHeaderName.RecordRoute
            )
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Text(request.NameOf(header))}: {value}\r\n");
            else if (header.Name == SipHeaderName.To)
                text.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"To: {value}{(request.ToTag.IsEmpty && status > 100 ? ";tag=" + (tag ?? "t" + Address) : "")}\r\n"
                );
        }

        text.Append(
            System.Globalization.CultureInfo.InvariantCulture,
            $"Contact: <sip:bob@{Address}>\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}"
        );
        SendText(text.ToString());
    }

    public void OnMessage(SipMessage message, in SipFlow source)
    {
        Assert.True(SipMessage.TryParse(message.Bytes, out SipMessage? copy));
        if (!copy.IsRequest)
        {
            Responses.Add(copy);
            ResponseScript?.Invoke(copy);
            return;
        }

        Requests.Add(copy);
        if (copy.Method == SipMethod.Cancel && ObeysCancel)
        {
            Answer(copy, 200);
            Answer(Requests.Last(r => r.Method == SipMethod.Invite && r.CallId.SequenceEqual(copy.CallId)), 487);
            return;
        }

        Script?.Invoke(copy);
    }

    public void OnMalformed(SipMessage message, SipParseResult result, in SipFlow source) =>
        Assert.Fail($"The proxy sent a malformed message: {message}");

    public void OnSendFailed(ulong token) { }

    public void OnFlowClosed(in SipFlow flow) { }

    public void OnLoop() { }
}
