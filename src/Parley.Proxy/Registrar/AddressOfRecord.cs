using System.Text;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>An address-of-record in canonical form (RFC 3261 10.3 step 5): "user@domain", escapes resolved, parameters and password gone, domain in lower case.</summary>
public sealed class AddressOfRecord : IEquatable<AddressOfRecord>
{
    private readonly byte[] _bytes;

    internal AddressOfRecord(ReadOnlySpan<byte> canonical) => _bytes = canonical.ToArray();

    /// <summary>The canonical form.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads the address of a sip or sips URI; the two are one address. False for other schemes.</summary>
    /// <param name="uri">The URI of a To header or request line.</param>
    /// <param name="options">Local policy on port and case; null for the defaults.</param>
    /// <param name="address">The address when the URI has one.</param>
    public static bool TryCreate(
        SipUriView uri,
        RegistrarOptions? options,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AddressOfRecord? address
    )
    {
        address = null;
        if (!IsAddress(uri))
            return false;
        var buffer = new byte[BoundOf(uri)];
        address = new AddressOfRecord(buffer.AsSpan(0, Write(uri, options?.KeepPort ?? false, options?.IgnoreUserCase ?? false, buffer)));
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(AddressOfRecord? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AddressOfRecord);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>"alice@example.com".</summary>
    public override string ToString() => Encoding.UTF8.GetString(_bytes);

    internal static bool IsAddress(SipUriView uri) =>
        uri.IsValid && uri.Scheme is SipUriScheme.Sip or SipUriScheme.Sips && !uri.Host.IsEmpty;

    internal static int BoundOf(SipUriView uri) => uri.User.Length + uri.Host.Length + 7; // '@', ':' and a port

    internal static int Write(SipUriView uri, bool keepPort, bool ignoreUserCase, Span<byte> destination)
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
