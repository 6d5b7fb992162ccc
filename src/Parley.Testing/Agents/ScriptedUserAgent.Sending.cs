using System.Globalization;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <content>How messages leave.</content>
public sealed partial class ScriptedUserAgent
{
    private ulong _tokens;

    /// <summary>Lower-case hex digits, never the same twice.</summary>
    internal string Token(int length)
    {
        Span<byte> token = stackalloc byte[length];
        Random.FillToken(token);
        return ReceivedMessage.Text(token);
    }

    internal string NewCallId() => $"{Token(16)}@{ReceivedMessage.Text(Transport.Listeners[0].Host)}";

    internal OutgoingMessage NewRequest(string method, string uri, string callId, string localTag, uint cseq)
    {
        var request = new OutgoingMessage(method, uri);
        request
            .Add("Max-Forwards", "70")
            .Add("From", $"<{Address}>;tag={localTag}")
            .Add("To", $"<{uri}>")
            .Add("Call-ID", callId)
            .Add("CSeq", string.Create(CultureInfo.InvariantCulture, $"{cseq} {method}"));
        if (OutboundProxy is { } proxy)
        {
            if (proxy.Contains(";lr", StringComparison.OrdinalIgnoreCase))
                request.Add("Route", $"<{proxy}>");
            else
                request.Target = Locate(proxy);
        }
        if (method is "INVITE" or "SUBSCRIBE" or "REFER")
            request.Add("Contact", $"<{Contact}>");
        return request;
    }

    /// <summary>A response with all that RFC 3261 8.2.6 copies, received and rport filled in; the To tag only where there is none.</summary>
    internal OutgoingMessage NewResponse(ReceivedMessage request, int status, string? toTag)
    {
        var response = new OutgoingMessage(status, ReceivedMessage.Text(SipText.Reason(status)), request.Method);
        IReadOnlyList<string> vias = request.Lines(SipHeaderName.Via);
        for (int i = 0; i < vias.Count; i++)
            response.Add("Via", i == 0 ? WithSource(vias[0], request) : vias[i]);
        string to = request.Header("To") ?? "";
        if (request.ToTag.Length == 0 && status != 100)
            to += ";tag=" + (toTag ?? Token(8));
        response
            .Add("From", request.Header("From") ?? "")
            .Add("To", to)
            .Add("Call-ID", request.CallId)
            .Add("CSeq", request.Header("CSeq") ?? "");
        if (status is > 100 and < 300 && request.Method is "INVITE" or "SUBSCRIBE" or "REFER")
            foreach (string route in request.Lines(SipHeaderName.RecordRoute))
                response.Add("Record-Route", route);
        return response;
    }

    internal void Altering(OutgoingMessage message) => OnSending?.Invoke(message);

    /// <summary>Sends a request in a transaction of its own; its failure is reported later, never from here.</summary>
    internal AgentClientTransaction? Transmit(OutgoingMessage request, Action<ReceivedMessage> onResponse, Action<int> onFailure)
    {
        if (Prepare(request) is not { } flow)
        {
            SoonInLock(() =>
            {
                Report(AnomalyKind.SendFailed, request["Call-ID"] ?? "", $"{request.Method} leads nowhere");
                onFailure(503);
            });
            return null;
        }
        return TransmitOn(flow, request, onResponse, onFailure);
    }

    internal AgentClientTransaction TransmitOn(
        in SipFlow flow,
        OutgoingMessage request,
        Action<ReceivedMessage> onResponse,
        Action<int> onFailure
    )
    {
        var transaction = new AgentClientTransaction(
            this,
            BranchOf(request),
            request,
            request.ToBytes(),
            flow,
            ++_tokens,
            onResponse,
            onFailure
        );
        _clients[(transaction.Branch, request.Method)] = transaction;
        _byToken[transaction.Token] = transaction;
        transaction.Start();
        return transaction;
    }

    /// <summary>Sends an ACK of a 2xx, which is no transaction's (13.2.2.4).</summary>
    internal SentAck? SendAck(OutgoingMessage ack)
    {
        if (Prepare(ack) is not { } flow)
            return null;
        var sent = new SentAck(ack.ToBytes(), flow);
        SendBytes(sent.Bytes, sent.Flow, 0);
        return sent;
    }

    internal bool SendBytes(byte[] bytes, in SipFlow flow, ulong token) => Transport.Send(flow, bytes, token) == SipSendResult.Queued;

    /// <summary>Sends a response back (18.2.2, RFC 3581): the connection it came by, or the source address.</summary>
    internal void SendResponse(byte[] bytes, ReceivedMessage request)
    {
        SipFlow source = request.Source;
        if (!request.Message.TryGetTopVia(out ViaView via))
            return;
        int port = via.Port == 0 ? source.Listener.Protocol.DefaultPort() : via.Port;
        if (source.Listener.IsReliable)
        {
            if (SendBytes(bytes, source, 0))
                return;
            SendBytes(bytes, new SipFlow(source.Listener, source.Remote.WithPort(port)), 0);
            return;
        }
        SendBytes(bytes, via.HasRPort ? source : new SipFlow(source.Listener, source.Remote.WithPort(port)), 0);
    }

    private SipFlow? Prepare(OutgoingMessage request)
    {
        SipFlow? flow = FlowTo(NextHop(request));
        string branch = $"z9hG4bK{Token(16)}";
        SipListener listener = flow?.Listener ?? Transport.Listeners[0];
        request.Push(
            "Via",
            $"SIP/2.0/{ReceivedMessage.Text(listener.ViaTransport)} {ReceivedMessage.Text(listener.SentBy)};branch={branch};rport"
        );
        if (OnSending is not null)
        {
            string before = request.RequestUri + request["Route"];
            SipTarget? target = request.Target;
            Altering(request);
            if (before != request.RequestUri + request["Route"] || target != request.Target)
                flow = FlowTo(NextHop(request));
        }
        return flow;
    }

    private SipTarget? NextHop(OutgoingMessage request)
    {
        if (request.Target is { } target)
            return target;
        string? route = request["Route"];
        if (
            route is not null
            && NameAddrView.TryParse(System.Text.Encoding.UTF8.GetBytes(FirstOf(route)), out NameAddrView first)
            && first.Uri.IsLoose
        )
            return Locate(ReceivedMessage.Text(first.UriText));
        return Locate(request.RequestUri);
    }

    /// <summary>The first of several values that a test joined with commas.</summary>
    private static string FirstOf(string values)
    {
        int end = values.IndexOf(">,", StringComparison.Ordinal);
        return end < 0 ? values : values[..(end + 1)];
    }

    private SipTarget? Locate(string text)
    {
        if (!SipUri.TryParse(text, out SipUri? uri))
            return null;
        if (Locator.TryLocateLiteral(uri.View, out SipTarget target))
            return target;
        var targets = new List<SipTarget>();
        ValueTask<bool> found = Locator.LocateAsync(uri, targets, CancellationToken.None);
        return found.IsCompletedSuccessfully && found.Result && targets.Count > 0 ? targets[0] : null;
    }

    private SipFlow? FlowTo(SipTarget? target) =>
        target is { } place && Transport.SelectListener(place.Protocol, place.EndPoint) is { } listener
            ? new SipFlow(listener, place.EndPoint)
            : null;

    private static string BranchOf(OutgoingMessage request)
    {
        string via = request["Via"] ?? "";
        int start = via.IndexOf(";branch=", StringComparison.Ordinal);
        if (start < 0)
            return "";
        string branch = via[(start + 8)..];
        int end = branch.IndexOfAny([';', ',', ' ']);
        return end < 0 ? branch : branch[..end];
    }

    private static string WithSource(string line, ReceivedMessage request)
    {
        if (!request.Message.TryGetTopVia(out ViaView via))
            return line;
        string text = ReceivedMessage.Text(via.Text);
        string filled = text;
        SipEndPoint source = request.Source.Remote;
        if (via.HasRPort && via.RPort == 0)
            filled = filled.Replace(
                ";rport",
                $";rport={source.Port.ToString(CultureInfo.InvariantCulture)}",
                StringComparison.OrdinalIgnoreCase
            );
        bool sameHost = SipEndPoint.TryParseHost(via.Host, 0, out SipEndPoint host) && host.SameAddress(source);
        if ((via.HasRPort || !sameHost) && via.Received.IsEmpty)
            filled += $";received={source.ToIPAddress()}";
        return line.Replace(text, filled, StringComparison.Ordinal);
    }
}
