using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Server.WarmUp;

/// <summary>Caller and callee in one socket: it registers, calls itself through the server, hangs up, and asks for what is refused.</summary>
internal sealed class WarmUpPhone : IDisposable
{
    private const int Patience = 1_000; // milliseconds for one message
    private readonly byte[] _buffer = new byte[65_536];
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = Patience };
    private readonly IPEndPoint _server;
    private readonly string _domain;
    private readonly string _host;
    private int _branch;

    public WarmUpPhone(IPEndPoint server, string domain)
    {
        (_server, _domain) = (server, domain);
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _host = _socket.LocalEndPoint!.ToString()!;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>True when each request had the answer that it should have.</summary>
    public bool Run() =>
        Ask("REGISTER", _domain, "register", $"Contact: <sip:callee@{_host}>\r\nExpires: 3600\r\n", $"callee@{_domain}") == 200
        && Ask("OPTIONS", _domain, "options") == 200
        && Call()
        && Ask("INVITE", $"nobody@{_domain}", "nobody", Contact) == 404
        && Acknowledge("nobody", $"nobody@{_domain}");

    /// <summary>OPTIONS over a connection; true when a 200 came.</summary>
    /// <param name="server">Where to connect to.</param>
    /// <param name="domain">The served domain.</param>
    /// <param name="tls">The server's options when it is TLS; null for TCP.</param>
    [SuppressMessage(
        "Security",
        "CA5359",
        Justification = "It asks this process on loopback, whose certificate has the name of the outside."
    )]
    public static bool AskByStream(IPEndPoint server, string domain, SipTlsOptions? tls)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server);
        using var plain = new NetworkStream(socket) { ReadTimeout = Patience };
        // A server that asks for the client's certificate refuses this one, which has none.
        if (tls is { ClientCertificates: ClientCertificates.Required })
            return true;
        using var secure = tls is null ? null : new SslStream(plain, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
        secure?.AuthenticateAsClient(domain);
        var stream = secure ?? (Stream)plain;
        var transport = tls is null ? "TCP" : "TLS";
        stream.Write(
            Encoding.ASCII.GetBytes(
                $"OPTIONS sip:{domain} SIP/2.0\r\nVia: SIP/2.0/{transport} {socket.LocalEndPoint};branch=z9hG4bKwarm;rport\r\n"
                    + $"Max-Forwards: 70\r\nFrom: <sip:caller@{domain}>;tag=s\r\nTo: <sip:{domain}>\r\nCall-ID: stream@{domain}\r\n"
                    + "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
            )
        );
        var answer = new byte[2_048];
        return stream.Read(answer) > 12 && answer.AsSpan().StartsWith("SIP/2.0 200"u8);
    }

    private string Contact => $"Contact: <sip:caller@{_host}>\r\n";

    private bool Call()
    {
        Send("INVITE", $"callee@{_domain}", "call", Contact, $"<sip:callee@{_domain}>");
        if (Receive("INVITE", 0) is not { } invite)
            return false;
        Answer(invite, "180 Ringing");
        Answer(invite, "200 OK");
        if (Receive("INVITE", 200) is not { } accepted)
            return false;
        var (target, route) = ($"callee@{_host}", Lines(accepted, SipHeaderName.RecordRoute, "Route"));
        Send("ACK", target, "call", route, Text(accepted.To.Text));
        if (Receive("ACK", 0) is null)
            return false;
        Send("BYE", target, "call", route, Text(accepted.To.Text), sequence: 2);
        if (Receive("BYE", 0) is not { } bye)
            return false;
        Answer(bye, "200 OK");
        return Receive("BYE", 200) is not null;
    }

    private int Ask(string method, string uri, string callId, string lines = "", string? to = null)
    {
        Send(method, uri, callId, lines, $"<sip:{to ?? uri}>");
        return Receive(method, 200, 699)?.StatusCode ?? 0;
    }

    private bool Acknowledge(string callId, string uri)
    {
        _branch--;
        Send("ACK", uri, callId, "", $"<sip:{uri}>");
        return true;
    }

    private void Send(string method, string uri, string callId, string lines, string to, int sequence = 1)
    {
        var text =
            $"{method} sip:{uri} SIP/2.0\r\nVia: SIP/2.0/UDP {_host};branch=z9hG4bKwarm{++_branch};rport\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:caller@{_domain}>;tag=w\r\nTo: {to}\r\nCall-ID: {callId}@{_domain}\r\nCSeq: {sequence} {method}\r\n"
            + $"{lines}Content-Length: 0\r\n\r\n";
        _socket.SendTo(Encoding.ASCII.GetBytes(text), _server);
    }

    private void Answer(SipMessage request, string status)
    {
        var text = new StringBuilder($"SIP/2.0 {status}\r\n")
            .Append(Lines(request, SipHeaderName.Via, "Via"))
            .Append(Lines(request, SipHeaderName.RecordRoute, "Record-Route"))
            .Append(Lines(request, SipHeaderName.From, "From"))
            .Append("To: ")
            .Append(Text(request.To.Text));
        if (request.ToTag.IsEmpty)
            text.Append(";tag=c");
        text.Append("\r\nCall-ID: ").Append(Text(request.CallId)).Append("\r\n").Append(Lines(request, SipHeaderName.CSeq, "CSeq"));
        text.Append("Contact: <sip:callee@").Append(_host).Append(">\r\nContent-Length: 0\r\n\r\n");
        _socket.SendTo(Encoding.ASCII.GetBytes(text.ToString()), _server);
    }

    /// <summary>The next request of the method (status 0), or response to it within the statuses; others are passed over. Null when none comes.</summary>
    private SipMessage? Receive(string method, int from, int to = 0)
    {
        to = Math.Max(from, to);
        for (var i = 0; i < 20; i++)
        {
            int length;
            try
            {
                length = _socket.Receive(_buffer);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
            {
                return null;
            }
            if (!SipMessage.TryParse(_buffer.AsSpan(0, length), out var message) || !IsOf(message, method))
                continue;
            var status = message.IsRequest ? 0 : message.StatusCode;
            if (status >= from && status <= to)
                return message;
        }
        return null;
    }

    private static bool IsOf(SipMessage message, string method)
    {
        var line = message.IndexOf(SipHeaderName.CSeq);
        return line >= 0 && Text(message.ValueOf(message.HeaderAt(line))).EndsWith(" " + method, StringComparison.Ordinal);
    }

    private static string Lines(SipMessage message, SipHeaderName name, string written)
    {
        var lines = new StringBuilder();
        for (var i = message.IndexOf(name); i >= 0; i = message.IndexOf(name, i + 1))
            lines.Append(written).Append(": ").Append(Text(message.ValueOf(message.HeaderAt(i)))).Append("\r\n");
        return lines.ToString();
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
