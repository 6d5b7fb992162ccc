using System.Buffers.Binary;

namespace Parley.Dialogs;

/// <summary>
/// What a leg remembers, in one array that is never changed, only replaced: two lengths (tag, contact), the number of routes with a bit for
/// a contact that is no URI, the texts, each route behind its own length. So a reader needs no lock.
/// </summary>
internal readonly struct PackedLeg(byte[] bytes)
{
    private const int HeaderLength = 5;
    private const byte RawBit = 0x80;

    /// <summary>More Record-Routes than this are not kept (nor is such a call routable by the table of OpenSIPS).</summary>
    public const int MaxRoutes = 64;

    public static PackedLeg Empty { get; } = new(new byte[HeaderLength]);

    public byte[] Bytes => bytes;

    public ReadOnlySpan<byte> Tag => bytes.AsSpan(HeaderLength, TagLength);

    /// <summary>The URI to send to; empty when there is none that can be used.</summary>
    public ReadOnlySpan<byte> Contact => IsContactRaw ? default : ContactText;

    /// <summary>The URI, or the header's value as it came when it cannot be read.</summary>
    public ReadOnlySpan<byte> ContactText => bytes.AsSpan(HeaderLength + TagLength, ContactLength);

    /// <summary>The contact could not be read: it is kept, and nothing is sent to it.</summary>
    public bool IsContactRaw => (bytes[4] & RawBit) != 0;

    public int RouteCount => bytes[4] & ~RawBit;

    /// <summary>All routes, each with its two bytes of length in front.</summary>
    public ReadOnlySpan<byte> PackedRoutes => bytes.AsSpan(HeaderLength + TagLength + ContactLength);

    public RouteEnumerator Routes => new(PackedRoutes);

    /// <summary>Where requests to the leg are sent: its first route, strict or loose; without routes its contact.</summary>
    public ReadOnlySpan<byte> NextHop
    {
        get
        {
            RouteEnumerator routes = Routes;
            return routes.MoveNext() ? routes.Current : Contact;
        }
    }

    private int TagLength => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private int ContactLength => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2));

    /// <summary>The leg with these texts (<paramref name="isRaw"/>: the contact is no URI); <paramref name="old"/> itself when nothing is new. Texts too long for a datagram are left out.</summary>
    public static PackedLeg Build(
        PackedLeg old,
        ReadOnlySpan<byte> tag,
        ReadOnlySpan<byte> contact,
        int routeCount,
        ReadOnlySpan<byte> packedRoutes,
        bool isRaw = false
    )
    {
        if (tag.Length > ushort.MaxValue)
            tag = default;
        if (contact.Length > ushort.MaxValue)
            contact = default;
        int length = HeaderLength + tag.Length + contact.Length + packedRoutes.Length;
        if (
            old.Bytes is not null
            && old.Bytes.Length == length
            && old.RouteCount == routeCount
            && old.IsContactRaw == isRaw
            && old.Tag.SequenceEqual(tag)
            && old.ContactText.SequenceEqual(contact)
            && old.PackedRoutes.SequenceEqual(packedRoutes)
        )
            return old;

        byte[] bytes = new byte[length];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)tag.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)contact.Length);
        bytes[4] = (byte)(isRaw ? routeCount | RawBit : routeCount);
        tag.CopyTo(bytes.AsSpan(HeaderLength));
        contact.CopyTo(bytes.AsSpan(HeaderLength + tag.Length));
        packedRoutes.CopyTo(bytes.AsSpan(HeaderLength + tag.Length + contact.Length));
        return new PackedLeg(bytes);
    }

    /// <summary>Walks packed routes.</summary>
    public ref struct RouteEnumerator(ReadOnlySpan<byte> packed)
    {
        private ReadOnlySpan<byte> _rest = packed;

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly RouteEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.Length < 2)
                return false;
            int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
            Current = _rest.Slice(2, length);
            _rest = _rest[(2 + length)..];
            return true;
        }
    }
}
