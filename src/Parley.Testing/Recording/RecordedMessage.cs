using Parley.Sip;
using Parley.Transport;

namespace Parley.Testing;

/// <summary>A message that a <see cref="Recorder"/> has seen.</summary>
public sealed class RecordedMessage
{
    private readonly byte[] _bytes;

    internal RecordedMessage(
        TimeSpan time,
        string from,
        string to,
        SipProtocol protocol,
        SipEndPoint source,
        SipEndPoint destination,
        byte[] bytes,
        bool lost
    )
    {
        Time = time;
        From = from;
        To = to;
        Protocol = protocol;
        Source = source;
        Destination = destination;
        _bytes = bytes;
        IsLost = lost;
        Label = PacketText.Label(bytes);
        CallId = PacketText.CallId(bytes);
        CSeq = PacketText.CSeq(bytes);
        IsRequest = Label.Length > 0 && !char.IsAsciiDigit(Label[0]);
        StatusCode = !IsRequest && Label.Length >= 3 ? int.Parse(Label.AsSpan(0, 3), provider: null) : 0;
        Method = IsRequest ? Label : PacketText.CSeqMethod(bytes);
    }

    /// <summary>When it was sent, since the clock (or the recorder) began.</summary>
    public TimeSpan Time { get; }

    /// <summary>The sending host's name.</summary>
    public string From { get; }

    /// <summary>The receiving host's name, or the address where no host is.</summary>
    public string To { get; }

    /// <summary>How it travelled.</summary>
    public SipProtocol Protocol { get; }

    /// <summary>The sender's address.</summary>
    public SipEndPoint Source { get; }

    /// <summary>The address it was sent to.</summary>
    public SipEndPoint Destination { get; }

    /// <summary>True when the network did not deliver it.</summary>
    public bool IsLost { get; }

    /// <summary>"INVITE", or "200 INVITE" for a response.</summary>
    public string Label { get; }

    /// <summary>The Call-ID; empty when there is none.</summary>
    public string CallId { get; }

    /// <summary>The CSeq header's value: "1 INVITE".</summary>
    public string CSeq { get; }

    /// <summary>True for a request.</summary>
    public bool IsRequest { get; }

    /// <summary>The request's method, or the method in a response's CSeq.</summary>
    public string Method { get; }

    /// <summary>A response's status; 0 for a request.</summary>
    public int StatusCode { get; }

    /// <summary>The bytes as sent.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The message as text.</summary>
    public string Text => PacketText.Text(_bytes);

    /// <summary>The message parsed; null when it is malformed.</summary>
    public SipMessage? Message => field ??= SipMessage.TryParse(_bytes, out SipMessage? message) ? message : null;

    /// <summary>The value of the first header of this name as text; null when there is none.</summary>
    /// <param name="name">The header's full name, in any case.</param>
    public string? Header(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Message is { } message && message.TryGetHeader(System.Text.Encoding.ASCII.GetBytes(name), out ReadOnlySpan<byte> value)
            ? PacketText.Text(value)
            : null;
    }

    /// <summary>One line: time, ends, label.</summary>
    public override string ToString() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{Time.TotalSeconds:F3} {From} > {To} {Label}{(IsLost ? " (lost)" : "")}"
        );
}
