namespace Parley.Sip;

/// <summary>One Via value (RFC 3261 20.42).</summary>
public readonly ref struct ViaView
{
    private readonly ViaParts _parts;

    internal ViaView(ReadOnlySpan<byte> text, scoped in ViaParts parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>Reads one value; malformed text, or more than one value, gives false.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ViaView via)
    {
        text = SipGrammar.Trim(text);
        bool good = ViaParts.TryParse(text, out var parts, out int consumed) && consumed == text.Length;
        via = good ? new ViaView(text[..parts.Length], parts) : default;
        return good;
    }

    /// <summary>The whole value, from "SIP" to the end of the last parameter.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>"UDP", "TCP", ... as written.</summary>
    public ReadOnlySpan<byte> Transport => Text.Slice(_parts.TransportStart, _parts.TransportLength);

    /// <summary>Host and port of sent-by, as written; IPv6 with its brackets.</summary>
    public ReadOnlySpan<byte> SentBy => Text[_parts.HostStart.._parts.SentByEnd];

    /// <summary>The host of sent-by; IPv6 with its brackets.</summary>
    public ReadOnlySpan<byte> Host => Text.Slice(_parts.HostStart, _parts.HostLength);

    /// <summary>1 to 65535; 0 when absent.</summary>
    public int Port => _parts.Port;

    /// <summary>The branch; empty when absent.</summary>
    public ReadOnlySpan<byte> Branch => Text.Slice(_parts.BranchStart, _parts.BranchLength);

    /// <summary>The received address as written (IPv6 with or without brackets, RFC 5118 4.5); empty when absent.</summary>
    public ReadOnlySpan<byte> Received => Text.Slice(_parts.ReceivedStart, _parts.ReceivedLength);

    /// <summary>True when the sender asked for, or got, the source port (RFC 3581).</summary>
    public bool HasRPort => _parts.RPort >= 0 && !Text.IsEmpty;

    /// <summary>0 when absent or without value.</summary>
    public int RPort => Math.Max(0, _parts.RPort);

    /// <summary>The multicast address; empty when absent.</summary>
    public ReadOnlySpan<byte> MAddr => Text.Slice(_parts.MAddrStart, _parts.MAddrLength);

    /// <summary>0 to 255; -1 when absent.</summary>
    public int Ttl => Text.IsEmpty ? -1 : _parts.Ttl;

    /// <summary>All parameters.</summary>
    public ParameterList Parameters => new(Text[_parts.ParametersStart..], escaped: false);

    /// <summary>The rport parameter with its value, from the r to the end; empty when absent.</summary>
    internal ReadOnlySpan<byte> RPortText => Text[_parts.RPortStart.._parts.RPortEnd];
}
