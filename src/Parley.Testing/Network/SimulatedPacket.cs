using Parley.Transport;

namespace Parley.Testing;

/// <summary>A message on its way, as a <see cref="PacketInterceptor"/> sees it.</summary>
public readonly ref struct SimulatedPacket
{
    internal SimulatedPacket(
        SimulatedTransport from,
        SimulatedTransport? to,
        SipProtocol protocol,
        SipEndPoint source,
        SipEndPoint destination,
        ReadOnlySpan<byte> bytes
    )
    {
        From = from;
        To = to;
        Protocol = protocol;
        Source = source;
        Destination = destination;
        Bytes = bytes;
    }

    /// <summary>The host that sent it.</summary>
    public SimulatedTransport From { get; }

    /// <summary>The host it goes to; null when there is none at that address.</summary>
    public SimulatedTransport? To { get; }

    /// <summary>How it travels.</summary>
    public SipProtocol Protocol { get; }

    /// <summary>The sender's address and port.</summary>
    public SipEndPoint Source { get; }

    /// <summary>The address and port it is sent to.</summary>
    public SipEndPoint Destination { get; }

    /// <summary>The bytes as sent.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>"INVITE" for a request, "200 INVITE" for a response; empty when it is neither.</summary>
    public string Label => PacketText.Label(Bytes);

    /// <summary>The Call-ID; empty when there is none.</summary>
    public string CallId => PacketText.CallId(Bytes);

    /// <summary>Compares with <see cref="Label"/>; a method alone or a status alone ("200") fits every such message.</summary>
    /// <param name="what">"BYE", "180", "200 INVITE".</param>
    public bool Is(string what)
    {
        ArgumentNullException.ThrowIfNull(what);
        string label = Label;
        return label == what || (what.Length == 3 && char.IsAsciiDigit(what[0]) && label.StartsWith(what, StringComparison.Ordinal));
    }
}
