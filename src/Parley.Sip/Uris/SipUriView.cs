using System.Text;

namespace Parley.Sip;

/// <summary>A URI within received bytes (RFC 3261 19.1, RFC 3966 for tel).</summary>
public readonly ref struct SipUriView
{
    private readonly UriParts _parts;

    internal SipUriView(ReadOnlySpan<byte> text, scoped in UriParts parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>Reads a URI that is the whole text; malformed text gives false. A scheme other than sip, sips and tel makes it opaque.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipUriView uri)
    {
        bool good = UriParts.TryParse(text, out var parts);
        uri = good ? new SipUriView(text, parts) : default;
        return good;
    }

    /// <summary>RFC 3261 19.1.4 for two URIs as text; false when either is malformed.</summary>
    public static bool Equivalent(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        TryParse(a, out var first) && TryParse(b, out var second) && first.EquivalentTo(second);

    /// <summary>False for a default value.</summary>
    public bool IsValid => _parts.SchemeLength > 0;

    /// <summary>The whole URI as written.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Which scheme.</summary>
    public SipUriScheme Scheme => _parts.Scheme;

    /// <summary>The scheme as written, without the colon.</summary>
    public ReadOnlySpan<byte> SchemeText => Text[.._parts.SchemeLength];

    /// <summary>As written (escaped); of a tel URI the number. Empty when absent.</summary>
    public ReadOnlySpan<byte> User => Text.Slice(_parts.UserStart, _parts.UserLength);

    /// <summary>As written (escaped); empty when absent.</summary>
    public ReadOnlySpan<byte> Password => Text.Slice(_parts.PasswordStart, _parts.PasswordLength);

    /// <summary>The host as written, IPv6 with its brackets; empty for a tel or opaque URI.</summary>
    public ReadOnlySpan<byte> Host => Text.Slice(_parts.HostStart, _parts.HostLength);

    /// <summary>1 to 65535; 0 when absent.</summary>
    public int Port => _parts.Port;

    /// <summary>The URI parameters.</summary>
    public ParameterList Parameters => new(Text[_parts.ParametersStart.._parts.ParametersEnd], escaped: true);

    /// <summary>What follows '?', without it.</summary>
    public ReadOnlySpan<byte> Headers => Text[_parts.HeadersStart..];

    /// <summary>True when it has the lr parameter (RFC 3261 19.1.1).</summary>
    public bool IsLoose => (_parts.Present & UriParameters.Lr) != 0 && Parameters.Contains("lr"u8);

    /// <summary>The transport parameter; empty when absent.</summary>
    public ReadOnlySpan<byte> Transport => Value(UriParameters.Transport, "transport"u8);

    /// <summary>The maddr parameter; empty when absent.</summary>
    public ReadOnlySpan<byte> MAddr => Value(UriParameters.MAddr, "maddr"u8);

    private ReadOnlySpan<byte> Value(UriParameters parameter, ReadOnlySpan<byte> name) =>
        (_parts.Present & parameter) != 0 && Parameters.TryGet(name, out var value) ? value : default;

    /// <summary>RFC 3261 19.1.4 (for tel RFC 3966 4; other schemes byte by byte). Not transitive, as there. Two default values are not equivalent.</summary>
    public bool EquivalentTo(SipUriView other) => UriComparison.Equivalent(this, other);

    /// <summary>A hash equal for all equivalent URIs: of scheme, user, host and port.</summary>
    internal int EquivalenceHash() => UriComparison.Hash(this);

    /// <summary>The user with its escapes undone, as text; allocates.</summary>
    public string UserText => SipEscaping.UnescapeToString(User);

    /// <summary>The host as text; allocates.</summary>
    public string HostText => Encoding.ASCII.GetString(Host);

    /// <summary>The URI as text; allocates.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Text);
}
