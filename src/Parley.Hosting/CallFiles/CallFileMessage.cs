using System.Net;
using System.Text;
using Parley.Sip;

namespace Parley.Hosting;

/// <summary>A message of a recorded call, as it arrived or left.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="From">The sender: <c>address:port</c>, IPv6 in brackets, or <see cref="CallFile.Ours"/>.</param>
/// <param name="To">The receiver, written alike.</param>
/// <param name="Transport"><c>udp</c>, <c>tcp</c>, <c>tls</c>, <c>ws</c> or <c>wss</c>.</param>
/// <param name="IsInbound">Whether it arrived; false: it left.</param>
/// <param name="Bytes">The message with its body; what was blanked stays blanked.</param>
public sealed record CallFileMessage(
    DateTimeOffset At,
    string From,
    string To,
    string Transport,
    bool IsInbound,
    ReadOnlyMemory<byte> Bytes
) : CallFileEntry(At)
{
    private SipMessage? _message;
    private bool _isRead;

    /// <summary>The listener of ours that it used, <c>udp:192.0.2.1:5060</c>; null when it was not recorded.</summary>
    public string? Listener { get; init; }

    /// <summary>Whether the same message was seen before.</summary>
    public bool IsRetransmission { get; init; }

    /// <summary>Whether bytes are missing: the recorder kept headers only, or the message was too long for it.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>The party that is not ours.</summary>
    public string Peer => IsInbound ? From : To;

    /// <summary>What ladders show of it: <c>INVITE</c>, <c>180 Ringing (INVITE)</c>; <c>?</c> when it is no SIP.</summary>
    public string Label
    {
        get
        {
            if (Read() is not { } message)
                return "?";
            if (message.IsRequest)
                return Encoding.UTF8.GetString(message.MethodText);
            string reason = SipText.ToLine(message.ReasonPhrase);
            return $"{message.StatusCode} {reason} ({Encoding.UTF8.GetString(message.CSeqMethodText)})";
        }
    }

    /// <summary>The message read; null when it is no SIP message.</summary>
    public SipMessage? Read()
    {
        if (_isRead)
            return _message;
        _isRead = true;
        return _message = SipMessage.TryParse(Bytes.Span, out SipMessage? message) ? message : null;
    }

    /// <summary>Same time, way, and bytes.</summary>
    /// <param name="other">The message to compare with.</param>
    public bool Equals(CallFileMessage? other) =>
        other is not null
        && At == other.At
        && From == other.From
        && To == other.To
        && Transport == other.Transport
        && IsInbound == other.IsInbound
        && Listener == other.Listener
        && IsRetransmission == other.IsRetransmission
        && IsTruncated == other.IsTruncated
        && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(At, From, To, Bytes.Length);

    /// <summary>Reads a participant such as <c>192.0.2.1:5060</c>.</summary>
    /// <param name="participant">The text.</param>
    /// <param name="place">Address and port.</param>
    /// <returns>False for <see cref="CallFile.Ours"/> and for anything that is no address with a port.</returns>
    public static bool TryPlace(string participant, out IPEndPoint place)
    {
        ArgumentNullException.ThrowIfNull(participant);
        // Without a port it would be read as one with port 0, and so would a bare number.
        bool isPlace = IPEndPoint.TryParse(participant, out IPEndPoint? parsed) && parsed.Port != 0;
        place = isPlace ? parsed! : new IPEndPoint(IPAddress.None, 0);
        return isPlace;
    }
}
