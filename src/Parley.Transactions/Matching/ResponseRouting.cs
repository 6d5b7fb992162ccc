using System.Buffers.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Where responses go (RFC 3261 18.2.2, RFC 3581), and the stamp that 18.2.1 puts into the top Via of a request.</summary>
/// <remarks>maddr is not followed: it would let anybody send our responses to anybody.</remarks>
internal static class ResponseRouting
{
    /// <summary>From a request as it came: over its own connection; over UDP to the source address, and the source port when rport asks for it, else that of sent-by.</summary>
    public static SipFlow ForRequest(SipMessage request, in SipFlow source, out int sentByPort)
    {
        SipProtocol protocol = source.Listener.Protocol;
        if (!request.TryGetTopVia(out ViaView via))
        {
            sentByPort = source.Remote.Port;
            return source;
        }

        sentByPort = via.Port > 0 ? via.Port : DefaultPort(protocol);
        if (source.Listener.IsReliable || via.HasRPort)
            return source;
        return source with { Remote = source.Remote.WithPort(sentByPort) };
    }

    /// <summary>When the connection is gone: a new one to the same address, at the port of sent-by (18.2.2).</summary>
    public static SipFlow Fallback(in SipFlow source, int sentByPort) =>
        new(source.Listener, source.Remote.WithPort(sentByPort));

    /// <summary>From the top Via alone, for a response that a stateless relay passes on: received and rport, else sent-by when it is an address.</summary>
    public static bool TryForResponse(SipMessage response, ISipTransport transport, in SipFlow source, out SipFlow flow)
    {
        flow = default;
        if (!response.TryGetTopVia(out ViaView via) || !TryProtocol(via.Transport, out SipProtocol protocol))
            return false;
        int port = via.RPort > 0 ? via.RPort : via.Port > 0 ? via.Port : DefaultPort(protocol);
        ReadOnlySpan<byte> host = via.Received.IsEmpty ? via.Host : via.Received;
        if (!SipEndPoint.TryParseHost(host, port, out SipEndPoint target))
            return false;
        if (transport.SelectListener(protocol, target, source.Listener) is not { } listener)
            return false;
        flow = new SipFlow(listener, target);
        return true;
    }

    /// <summary>Whether 18.2.1 or RFC 3581 asks for received (and rport) in the top Via.</summary>
    public static bool NeedsStamp(in ViaView via, in SipFlow source)
    {
        if (via.HasRPort)
            return via.RPort != source.Remote.Port || !IsAddress(via.Received, source);
        if (!via.Received.IsEmpty)
            return !IsAddress(via.Received, source);
        return !IsAddress(via.Host, source);
    }

    /// <summary>The request with its top Via stamped, parsed into the thread's scratch message; the request itself when nothing is to be added.</summary>
    public static SipMessage Stamped(SipMessage request, in SipFlow source)
    {
        if (!request.TryGetTopVia(out ViaView via) || !NeedsStamp(via, source))
            return request;
        ReadOnlySpan<byte> bytes = request.Bytes, text = via.Text;
        int start = request.OffsetOf(text);
        byte[] buffer = Scratch.Mine.Stamped(bytes.Length + 96);
        bytes[..start].CopyTo(buffer);
        int at = start;
        // All parameters but received and rport stay as they are.
        ReadOnlySpan<byte> parameters = via.Parameters.Text;
        ReadOnlySpan<byte> head = text[..^parameters.Length];
        head.CopyTo(buffer.AsSpan(at));
        at += head.Length;
        foreach (Parameter parameter in via.Parameters)
        {
            if (SipText.EqualsIgnoreCase(parameter.Name, "received"u8) || SipText.EqualsIgnoreCase(parameter.Name, "rport"u8))
                continue;
            buffer[at++] = (byte)';';
            parameter.Name.CopyTo(buffer.AsSpan(at));
            at += parameter.Name.Length;
            if (parameter.Value.IsEmpty)
                continue;
            buffer[at++] = (byte)'=';
            parameter.Value.CopyTo(buffer.AsSpan(at));
            at += parameter.Value.Length;
        }

        ";received="u8.CopyTo(buffer.AsSpan(at));
        at += 10;
        at += source.Remote.FormatAddress(buffer.AsSpan(at), brackets: false);
        if (via.HasRPort)
        {
            ";rport="u8.CopyTo(buffer.AsSpan(at));
            at += 7;
            Utf8Formatter.TryFormat(source.Remote.Port, buffer.AsSpan(at), out int written);
            at += written;
        }

        ReadOnlySpan<byte> rest = bytes[(start + text.Length)..];
        rest.CopyTo(buffer.AsSpan(at));
        at += rest.Length;
        SipMessage stamped = Scratch.Mine.StampedMessage;
        stamped.Parse(buffer, 0, at, Scratch.Limits);
        return stamped.TryGetTopVia(out _) ? stamped : request;
    }

    private static bool IsAddress(ReadOnlySpan<byte> host, in SipFlow source) =>
        SipEndPoint.TryParseHost(host, 0, out SipEndPoint address) && address.SameAddress(source.Remote);

    private static int DefaultPort(SipProtocol protocol) => protocol switch
    {
        SipProtocol.Tls => 5061,
        SipProtocol.Ws => 80,
        SipProtocol.Wss => 443,
        _ => 5060,
    };

    private static bool TryProtocol(ReadOnlySpan<byte> text, out SipProtocol protocol)
    {
        protocol = SipProtocol.Udp;
        if (SipText.EqualsIgnoreCase(text, "UDP"u8))
            return true;
        if (SipText.EqualsIgnoreCase(text, "TCP"u8))
            protocol = SipProtocol.Tcp;
        else if (SipText.EqualsIgnoreCase(text, "TLS"u8))
            protocol = SipProtocol.Tls;
        else if (SipText.EqualsIgnoreCase(text, "WS"u8))
            protocol = SipProtocol.Ws;
        else if (SipText.EqualsIgnoreCase(text, "WSS"u8))
            protocol = SipProtocol.Wss;
        else
            return false;
        return true;
    }
}
