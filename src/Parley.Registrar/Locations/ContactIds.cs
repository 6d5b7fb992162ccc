namespace Parley.Registrar;

/// <summary>
/// Gives the contacts of one address their ids, in the form of OpenSIPS's <c>contact_id</c>: 14 bits that distinguish the contacts of an address, above them 32 bits that all of them
/// share and that the address keeps as long as it has contacts, above those 16 bits of the address's hash.
/// </summary>
internal readonly ref struct ContactIds
{
    private const int LabelShift = 14;
    private const int HashShift = 46;
    private const long ContactMask = (1L << LabelShift) - 1;

    private readonly AddressOfRecord _address;
    private readonly ref uint _label;

    /// <param name="address">Whose contacts.</param>
    /// <param name="label">The label that was given last to an address; counted on.</param>
    public ContactIds(AddressOfRecord address, ref uint label)
    {
        _address = address;
        _label = ref label;
    }

    /// <summary>An id that none of these has.</summary>
    /// <param name="bindings">The contacts of the address.</param>
    public long Next(List<Binding> bindings)
    {
        if (bindings.Count == 0)
            return ((long)(ushort)HashOf(_address.Bytes) << HashShift) | ((long)Interlocked.Increment(ref _label) << LabelShift);
        long address = bindings[^1].ContactId & ~ContactMask;
        long contact = bindings[^1].ContactId & ContactMask;
        do contact = (contact + 1) & ContactMask;
        while (Has(bindings, address | contact));
        return address | contact;
    }

    /// <summary>The hash by which OpenSIPS finds an address-of-record; a row with another one is not loaded there.</summary>
    /// <param name="address">The canonical form.</param>
    public static uint HashOf(ReadOnlySpan<byte> address)
    {
        unchecked
        {
            uint hash = 0;
            for (; address.Length >= 4; address = address[4..])
                hash = Mix(hash, (Signed(address[0]) << 24) + (Signed(address[1]) << 16) + (Signed(address[2]) << 8) + Signed(address[3]));
            uint tail = 0;
            foreach (byte b in address)
                tail = (tail << 8) + Signed(b);
            hash = Mix(hash, tail); // also when the tail is empty
            return hash + (hash >> 11) + (hash >> 13) + (hash >> 23);
        }
    }

    private static bool Has(List<Binding> bindings, long id)
    {
        foreach (Binding binding in bindings)
        {
            if (binding.ContactId == id)
                return true;
        }
        return false;
    }

    private static uint Mix(uint hash, uint value) => unchecked(hash + (value ^ (value >> 3)));

    // Where char is signed a byte above 127 counts as negative.
    private static uint Signed(byte b) => unchecked((uint)(sbyte)b);
}
