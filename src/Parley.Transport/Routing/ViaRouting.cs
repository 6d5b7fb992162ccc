using System.Buffers.Text;
using System.Text;
using Parley.Sip;

namespace Parley.Transport;

/// <summary>What a server writes into the top Via of a request it receives, and where a response goes by a Via (RFC 3261 18.2.1 and 18.2.2, RFC 3581 4).</summary>
/// <remarks>The parameters maddr and ttl are ignored unless asked for: honouring them would let a sender aim our responses at anyone.</remarks>
public static class ViaRouting
{
    /// <summary>The bytes that <see cref="FormatStamped"/> may need beyond the Via's own length.</summary>
    public const int StampRoom = 64;

    /// <summary>True when the received top Via must be completed: sent-by is not the source address, or the client asked for rport, or it wrote a received of its own.</summary>
    /// <param name="via">The top Via as received.</param>
    /// <param name="source">Where the request came from.</param>
    public static bool NeedsStamp(in ViaView via, SipEndPoint source)
    {
        if (via.HasRPort || !via.Received.IsEmpty)
            return true;
        return !SipEndPoint.TryParseHost(via.Host, 0, out var sentBy) || !sentBy.SameAddress(source);
    }

    /// <summary>Completes the top Via of a request that is forwarded: received (when it differs or rport was asked for) and rport. False: nothing was needed.</summary>
    /// <param name="edits">The edits on the received request.</param>
    /// <param name="via">Its top Via, taken from the same message.</param>
    /// <param name="source">Where the request came from.</param>
    public static bool Stamp(SipEdits edits, in ViaView via, SipEndPoint source)
    {
        ArgumentNullException.ThrowIfNull(edits);
        if (!NeedsStamp(via, source))
            return false;
        var scratch = edits.Scratch(via.Text.Length + StampRoom);
        edits.Replace(via.Text, scratch[..FormatStamped(via, source, scratch)]);
        return true;
    }

    /// <summary>Writes the Via value as the server completes it (or unchanged when nothing is needed); for responses built from the request. Returns the bytes written.</summary>
    /// <param name="via">The top Via as received.</param>
    /// <param name="source">Where the request came from.</param>
    /// <param name="destination">At least the Via's length plus <see cref="StampRoom"/>.</param>
    public static int FormatStamped(in ViaView via, SipEndPoint source, Span<byte> destination)
    {
        var text = via.Text;
        if (!NeedsStamp(via, source))
        {
            text.CopyTo(destination);
            return text.Length;
        }
        var parameters = via.Parameters;
        var head = text[..^parameters.Text.Length].TrimEnd(" \t\r\n"u8);
        head.CopyTo(destination);
        var length = head.Length;
        foreach (var parameter in parameters)
        {
            if (Ascii.EqualsIgnoreCase(parameter.Name, "received"u8))
                continue;
            destination[length++] = (byte)';';
            parameter.Name.CopyTo(destination[length..]);
            length += parameter.Name.Length;
            if (Ascii.EqualsIgnoreCase(parameter.Name, "rport"u8))
            {
                destination[length++] = (byte)'=';
                Utf8Formatter.TryFormat(source.Port, destination[length..], out var digits);
                length += digits;
            }
            else if (!parameter.Value.IsEmpty)
            {
                destination[length++] = (byte)'=';
                parameter.Value.CopyTo(destination[length..]);
                length += parameter.Value.Length;
            }
        }
        ";received="u8.CopyTo(destination[length..]);
        length += ";received="u8.Length;
        return length + source.FormatAddress(destination[length..], brackets: false);
    }

    /// <summary>The way back for our own response to a request: the same connection for streams; for UDP the source address, with the source port when rport was asked for, else sent-by's (RFC 3581 4).</summary>
    /// <param name="via">The request's top Via as received.</param>
    /// <param name="source">The way the request came.</param>
    public static SipFlow ResponseFlow(in ViaView via, in SipFlow source)
    {
        if (source.Listener.IsReliable || via.HasRPort)
            return source;
        return source with { Remote = source.Remote.WithPort(PortOf(via, source.Listener.Protocol)) };
    }

    /// <summary>Where a response goes by this Via alone: relayed responses, and streams whose connection is gone (RFC 3261 18.2.2). False: the transport is not known, or sent-by is a name without received, which needs a lookup (RFC 3263 5).</summary>
    /// <param name="via">The Via that stands first once ours is removed.</param>
    /// <param name="target">Protocol, address and port.</param>
    /// <param name="useMaddr">Whether maddr is followed when it is an address; off by default, for a sender chooses it.</param>
    public static bool TryGetResponseTarget(in ViaView via, out SipTarget target, bool useMaddr = false)
    {
        target = default;
        if (!SipProtocolExtensions.TryParse(via.Transport, out var protocol))
            return false;
        var port = PortOf(via, protocol);
        SipEndPoint endPoint;
        if (useMaddr && !via.MAddr.IsEmpty && !protocol.IsReliable())
        {
            if (!SipEndPoint.TryParseHost(via.MAddr, port, out endPoint))
                return false;
        }
        else if (!via.Received.IsEmpty)
        {
            if (!protocol.IsReliable() && via.RPort > 0)
                port = via.RPort;
            if (!SipEndPoint.TryParseHost(via.Received, port, out endPoint))
                return false;
        }
        else if (!SipEndPoint.TryParseHost(via.Host, port, out endPoint))
        {
            return false;
        }
        target = new SipTarget(protocol, endPoint);
        return true;
    }

    private static int PortOf(in ViaView via, SipProtocol protocol) =>
        via.Port is > 0 and <= ushort.MaxValue ? via.Port : protocol.DefaultPort();
}
