using Parley.Sip;

namespace Parley.Proxy;

/// <summary>One route given by code (a stored route set, a Path): a name-addr, or a bare URI that still needs its brackets.</summary>
internal static class RouteEntry
{
    /// <summary>Whether it can be a Route value at all.</summary>
    public static bool IsValid(ReadOnlySpan<byte> entry) => SipUriView.TryParse(UriOf(entry), out var uri) && uri.IsValid;

    public static bool IsBare(ReadOnlySpan<byte> entry) => !entry.Contains((byte)'<');

    /// <summary>The URI in it; empty when it has none.</summary>
    public static ReadOnlySpan<byte> UriOf(ReadOnlySpan<byte> entry)
    {
        if (IsBare(entry))
            return entry;
        return NameAddrView.TryParse(entry, out var value) ? value.UriText : default;
    }

    /// <summary>With brackets, as a header value wants it.</summary>
    public static byte[] Bracketed(byte[] entry) => IsBare(entry) ? [(byte)'<', .. entry, (byte)'>'] : entry;

    public static bool IsLoose(ReadOnlySpan<byte> uri) => SipUriView.TryParse(uri, out var view) && view.IsLoose;
}
