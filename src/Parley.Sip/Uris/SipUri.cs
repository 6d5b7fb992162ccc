using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Parley.Sip;

/// <summary>An immutable URI that owns its bytes; equality by RFC 3261 19.1.4.</summary>
/// <remarks>That equality is not transitive (a parameter in one URI only is mostly ignored); as a key prefer URIs without parameters.</remarks>
public sealed class SipUri : IEquatable<SipUri>, IUtf8SpanFormattable, ISpanFormattable
{
    private readonly byte[] _bytes;
    private readonly UriParts _parts;
    private UriKey? _key;
    private string? _text;
    private string? _user;
    private string? _host;

    private SipUri(byte[] bytes, in UriParts parts)
    {
        _bytes = bytes;
        _parts = parts;
    }

    /// <summary>Reads a URI that is the whole text; malformed text gives false.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = UriParts.TryParse(text, out var parts) ? new SipUri(text.ToArray(), parts) : null;
        return uri is not null;
    }

    /// <summary>Reads a URI that is the whole text; malformed text gives false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipUri? uri)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return TryParse(bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)), out uri);
    }

    /// <summary>Reads a URI that is the whole text.</summary>
    /// <exception cref="FormatException">The text is not a URI.</exception>
    public static SipUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text.AsSpan(), out var uri) ? uri : throw new FormatException($"'{text}' is not a URI.");
    }

    /// <summary>Makes a sip or sips URI of its parts.</summary>
    /// <param name="scheme">Sip or Sips.</param>
    /// <param name="user">Plain text, escaped here; null or empty for none.</param>
    /// <param name="host">A name, an IPv4 address, or an IPv6 address with or without brackets.</param>
    /// <param name="port">1 to 65535; 0 for none.</param>
    /// <param name="parameters">As written in a URI, such as ";lr;transport=tcp"; null or empty for none.</param>
    /// <exception cref="ArgumentException">A part is not valid.</exception>
    public static SipUri Create(SipUriScheme scheme, string? user, string host, int port = 0, string? parameters = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
            throw new ArgumentException("Neither sip nor sips.", nameof(scheme));
        if (port is < 0 or > 65535)
            throw new ArgumentOutOfRangeException(nameof(port));
        if (!string.IsNullOrEmpty(parameters) && parameters[0] != ';')
            throw new ArgumentException("URI parameters begin with a semicolon.", nameof(parameters));
        var text = new StringBuilder(scheme == SipUriScheme.Sip ? "sip:" : "sips:");
        if (!string.IsNullOrEmpty(user))
        {
            var plain = Encoding.UTF8.GetBytes(user);
            var escaped = new byte[plain.Length * 3];
            text.Append(Encoding.ASCII.GetString(escaped, 0, SipEscaping.EscapeUser(plain, escaped))).Append('@');
        }
        text.Append(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host);
        if (
            !HostAddress.IsHost(Encoding.UTF8.GetBytes(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host))
        )
            throw new ArgumentException($"'{host}' is not a host.", nameof(host));
        if (port > 0)
            text.Append(':').Append(port);
        return TryParse(text.Append(parameters).ToString().AsSpan(), out var uri)
            ? uri
            : throw new ArgumentException($"'{parameters}' are not URI parameters.", nameof(parameters));
    }

    /// <summary>The parts as spans.</summary>
    public SipUriView View => new(_bytes, _parts);

    /// <summary>The URI as written.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Which scheme.</summary>
    public SipUriScheme Scheme => _parts.Scheme;

    /// <summary>The user with its escapes undone, of a tel URI the number; empty when absent.</summary>
    public string User => _user ??= View.UserText;

    /// <summary>The host as written, IPv6 with its brackets; empty for a tel or opaque URI.</summary>
    public string Host => _host ??= View.HostText;

    /// <summary>1 to 65535; 0 when absent.</summary>
    public int Port => _parts.Port;

    /// <summary>True when it has the lr parameter.</summary>
    public bool IsLoose => View.IsLoose;

    /// <summary>RFC 3261 19.1.4.</summary>
    public bool Equals(SipUri? other)
    {
        if (other is null)
            return false;
        if (ReferenceEquals(this, other) || _bytes.AsSpan().SequenceEqual(other._bytes))
            return true;
        return Key.MayEqual(other.Key) && View.EquivalentTo(other.View);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SipUri);

    private UriKey Key => _key ??= UriKey.Of(View);

    /// <summary>Of scheme, user, host and port: equal for all equal URIs.</summary>
    public override int GetHashCode() => View.EquivalenceHash();

    /// <summary>The URI as written.</summary>
    public override string ToString() => _text ??= Encoding.UTF8.GetString(_bytes);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        bool fits = _bytes.AsSpan().TryCopyTo(utf8Destination);
        bytesWritten = fits ? _bytes.Length : 0;
        return fits;
    }

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        string text = ToString();
        bool fits = text.TryCopyTo(destination);
        charsWritten = fits ? text.Length : 0;
        return fits;
    }
}
