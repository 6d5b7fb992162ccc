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
