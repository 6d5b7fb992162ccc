using Parley.Sip;

namespace Parley.Proxy;

/// <summary>Copies a SIP URI without the parts that its new place forbids.</summary>
internal static class UriPruning
{
    /// <summary>A method parameter or headers, which a request-URI may not have (RFC 3261 16.6 step 2 and table 1 of 19.1.1).</summary>
    public static bool NeedsPruning(SipUriView uri) =>
        uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips && (HasHeaders(uri) || uri.Parameters.TryGet("method"u8, out _));

    /// <summary>The URI as a request-URI may stand; destination is at least as long as the URI. Returns the bytes written.</summary>
    public static int ToRequestUri(SipUriView uri, Span<byte> destination) =>
        Copy(uri, destination, keepPort: true, static name => SipText.EqualsIgnoreCase(name, "method"u8));

    /// <summary>The URI without maddr, port and transport (16.4: "as if those values had not been present").</summary>
    public static int WithoutMAddr(SipUriView uri, Span<byte> destination) =>
        Copy(
            uri,
            destination,
            keepPort: false,
            static name =>
                SipText.EqualsIgnoreCase(name, "maddr"u8)
                || SipText.EqualsIgnoreCase(name, "transport"u8)
                || SipText.EqualsIgnoreCase(name, "method"u8)
        );

    private delegate bool NamePredicate(ReadOnlySpan<byte> name);

    private static int Copy(SipUriView uri, Span<byte> destination, bool keepPort, NamePredicate dropped)
    {
        var text = uri.Text;
        var hostEnd = HostEnd(uri);
        text[..hostEnd].CopyTo(destination);
        var written = hostEnd;
        var rest = text[hostEnd..];
        var portEnd = rest.IndexOfAny((byte)';', (byte)'?');
        if (portEnd < 0)
            portEnd = rest.Length;
        if (keepPort)
        {
            rest[..portEnd].CopyTo(destination[written..]);
            written += portEnd;
        }
        rest = rest[portEnd..];
        var headers = rest.IndexOf((byte)'?');
        if (headers >= 0)
            rest = rest[..headers];
        while (rest.Length > 0)
        {
            var end = rest[1..].IndexOf((byte)';') + 1;
            var parameter = end == 0 ? rest : rest[..end];
            rest = rest[parameter.Length..];
            var name = parameter[1..];
            var equals = name.IndexOf((byte)'=');
            if (equals >= 0)
                name = name[..equals];
            if (dropped(name))
                continue;
            parameter.CopyTo(destination[written..]);
            written += parameter.Length;
        }
        return written;
    }

    private static bool HasHeaders(SipUriView uri) => uri.Text[HostEnd(uri)..].Contains((byte)'?');

    // A user part may hold ';' and '?', so the search starts behind the host.
    private static int HostEnd(SipUriView uri) => uri.Text.Overlaps(uri.Host, out var offset) ? offset + uri.Host.Length : uri.Text.Length;
}
