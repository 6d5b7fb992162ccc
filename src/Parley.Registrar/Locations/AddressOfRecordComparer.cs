using Parley.Sip;

namespace Parley.Registrar;

/// <summary>Hashes addresses with a secret key, so that no sender can fill one bucket, and lets the table be asked with bytes.</summary>
internal sealed class AddressOfRecordComparer(SipRandom random)
    : IEqualityComparer<AddressOfRecord>,
        IAlternateEqualityComparer<ReadOnlySpan<byte>, AddressOfRecord>
{
    public bool Equals(AddressOfRecord? x, AddressOfRecord? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(AddressOfRecord obj) => GetHashCode(obj.Bytes);

    public bool Equals(ReadOnlySpan<byte> alternate, AddressOfRecord other) => alternate.SequenceEqual(other.Bytes);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)random.Hash(alternate);

    public AddressOfRecord Create(ReadOnlySpan<byte> alternate) => new(alternate);
}
