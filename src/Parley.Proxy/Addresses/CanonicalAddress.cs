using Parley.Sip;

namespace Parley.Proxy;

/// <summary>The address of a sip or sips URI in canonical form (RFC 3261 10.3 step 5): "user@domain", escapes resolved, parameters and password gone, domain in lower case.</summary>
internal static class CanonicalAddress
{
    /// <summary>It has an address: a sip or sips URI with a host.</summary>
    public static bool IsAddress(SipUriView uri) => uri.IsValid && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips && !uri.Host.IsEmpty;

    /// <summary>The most bytes that <see cref="Write"/> needs for it.</summary>
    public static int BoundOf(SipUriView uri) => uri.User.Length + uri.Host.Length + 7; // '@', ':' and a port

    /// <summary>Writes "user@domain"; returns its length.</summary>
    public static int Write(SipUriView uri, bool keepPort, bool ignoreUserCase, Span<byte> destination)
    {
        var length = 0;
        var user = uri.User;
        for (var i = 0; i < user.Length; i++)
        {
            var b = user[i];
            if (
                b == '%'
                && i + 2 < user.Length
                && UriParameterText.HexDigit(user[i + 1]) is var high and >= 0
                && UriParameterText.HexDigit(user[i + 2]) is var low and >= 0
            )
            {
                b = (byte)((high << 4) | low);
                i += 2;
            }
            destination[length++] = ignoreUserCase ? ToLower(b) : b;
        }
        if (length > 0)
            destination[length++] = (byte)'@';
        var host = uri.Host;
        if (host.Length > 1 && host[^1] == '.')
            host = host[..^1];
        foreach (var b in host)
            destination[length++] = ToLower(b);
        if (keepPort && uri.Port != 0)
        {
            destination[length++] = (byte)':';
            _ = System.Buffers.Text.Utf8Formatter.TryFormat(uri.Port, destination[length..], out var digits);
            length += digits;
        }
        return length;
    }

    private static byte ToLower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
}
