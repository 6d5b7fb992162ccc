using System.Text;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Registrar;

/// <summary>An address-of-record in canonical form (RFC 3261 10.3 step 5): "user@domain", escapes resolved, parameters and password gone, domain in lower case.</summary>
public sealed class AddressOfRecord : IEquatable<AddressOfRecord>
{
    private readonly byte[] _bytes;

    internal AddressOfRecord(ReadOnlySpan<byte> canonical) => _bytes = canonical.ToArray();

    /// <summary>The canonical form.</summary>
    internal ReadOnlyMemory<byte> Memory => _bytes;

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
        if (!CanonicalAddress.IsAddress(uri))
            return false;
        var buffer = new byte[CanonicalAddress.BoundOf(uri)];
        address = new AddressOfRecord(
            buffer.AsSpan(0, CanonicalAddress.Write(uri, options?.KeepPort ?? false, options?.IgnoreUserCase ?? false, buffer))
        );
        return true;
    }

    /// <summary>Reads "alice@example.com", "sip:alice@example.com" or a sips URI; the inverse of <see cref="ToString"/>.</summary>
    /// <param name="text">The address.</param>
    /// <param name="options">Local policy on port and case; null for the defaults.</param>
    /// <exception cref="FormatException">Not such an address.</exception>
    public static AddressOfRecord Parse(string text, RegistrarOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, options, out AddressOfRecord? address)
            ? address
            : throw new FormatException($"'{text}' is not an address such as alice@example.com.");
    }

    /// <summary>Reads "alice@example.com", "sip:alice@example.com" or a sips URI; false for anything else.</summary>
    /// <param name="text">The address.</param>
    /// <param name="options">Local policy on port and case; null for the defaults.</param>
    /// <param name="address">The address that was read.</param>
    public static bool TryParse(
        string? text,
        RegistrarOptions? options,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AddressOfRecord? address
    )
    {
        address = null;
        if (string.IsNullOrEmpty(text))
            return false;
        bool isUri =
            text.StartsWith("sip:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("sips:", StringComparison.OrdinalIgnoreCase);
        int at = text.LastIndexOf('@');
        if (isUri || at < 0)
            return SipUri.TryParse(isUri ? text : "sip:" + text, out SipUri? uri) && TryCreate(uri.View, options, out address);
        // The canonical form has its escapes resolved: they come back before it is read as a URI.
        var plain = Encoding.UTF8.GetBytes(text[..at]);
        var escaped = new byte[plain.Length * 3];
        string user = Encoding.ASCII.GetString(escaped, 0, SipEscaping.EscapeUser(plain, escaped));
        return SipUri.TryParse($"sip:{user}@{text[(at + 1)..]}", out SipUri? full) && TryCreate(full.View, options, out address);
    }

    /// <summary>Reads a canonical form that a store had, by this server's policy on port and case; false when it is none.</summary>
    internal static bool TryRead(
        ReadOnlySpan<byte> text,
        RegistrarOptions options,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AddressOfRecord? address
    )
    {
        address = null;
        int at = text.LastIndexOf((byte)'@');
        if (text.IsEmpty)
            return false;
        var uri = new byte[4 + (3 * Math.Max(at, 0)) + text.Length];
        "sip:"u8.CopyTo(uri);
        int length = 4;
        if (at > 0)
            length += SipEscaping.EscapeUser(text[..at], uri.AsSpan(length));
        ReadOnlySpan<byte> rest = at > 0 ? text[at..] : text[(at + 1)..]; // with its "@" where there is a user
        rest.CopyTo(uri.AsSpan(length));
        return SipUriView.TryParse(uri.AsSpan(0, length + rest.Length), out SipUriView view) && TryCreate(view, options, out address);
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
}
