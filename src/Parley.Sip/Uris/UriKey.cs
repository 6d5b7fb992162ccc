using System.Runtime.InteropServices;

namespace Parley.Sip;

/// <summary>
/// What equality of URIs (RFC 3261 19.1.4) looks at, as hashes: one of what must agree, and the other parameters sorted by name. Two keys are compared by one
/// walk through both, so that a contact is looked for among many at the cost of their number, however many parameters each has.
/// </summary>
/// <remarks>Hashes have a seed of the process. "May be" is exact but for a collision; "is not" can only be wrong by one.</remarks>
internal sealed class UriKey
{
    private readonly int _common;
    private readonly ulong[] _parameters;

    private UriKey(int common, ulong[] parameters)
    {
        _common = common;
        _parameters = parameters;
    }

    internal static UriKey Of(SipUriView uri)
    {
        var common = new HashCode();
        common.Add(uri.EquivalenceHash());
        if (uri.Scheme is not (SipUriScheme.Sip or SipUriScheme.Sips))
            return new UriKey(common.ToHashCode(), []);
        AddText(ref common, uri.Password, ignoreCase: false);
        int inBoth = 0;
        var parameters = new List<ulong>();
        foreach (var parameter in uri.Parameters)
        {
            uint name = HashOf(parameter.Name),
                value = HashOf(parameter.Value) | 1;
            if (UriComparison.MustBeInBoth(parameter.Name))
                inBoth += HashCode.Combine(name, value);
            parameters.Add(((ulong)name << 32) | value);
        }
        common.Add(inBoth);
        common.Add(HashOfHeaders(uri.Headers));
        parameters.Sort();
        return new UriKey(common.ToHashCode(), Joined(CollectionsMarshal.AsSpan(parameters)));
    }

    /// <summary>False: surely not equivalent. True: as good as surely.</summary>
    internal bool MayEqual(UriKey other)
    {
        WorkCount.Add();
        if (_common != other._common)
            return false;
        ulong[] a = _parameters,
            b = other._parameters;
        WorkCount.Add(a.Length + b.Length);
        for (int i = 0, j = 0; i < a.Length && j < b.Length; )
        {
            uint nameA = (uint)(a[i] >> 32),
                nameB = (uint)(b[j] >> 32);
            if (nameA < nameB)
                i++;
            else if (nameA > nameB)
                j++;
            else if (a[i] != b[j] || (uint)a[i] == 0)
                return false;
            else
                (i, j) = (i + 1, j + 1);
        }
        return true;
    }

    // One entry per name. A name with two values agrees with no other URI that has it: its value becomes 0.
    private static ulong[] Joined(Span<ulong> sorted)
    {
        int count = 0;
        foreach (ulong entry in sorted)
        {
            if (count == 0 || sorted[count - 1] >> 32 != entry >> 32)
                sorted[count++] = entry;
            else if (sorted[count - 1] != entry)
                sorted[count - 1] = entry >> 32 << 32;
        }
        return sorted[..count].ToArray();
    }

    private static int HashOfHeaders(ReadOnlySpan<byte> headers)
    {
        if (headers.IsEmpty)
            return 0;
        var all = new HashSet<int>();
        while (!headers.IsEmpty)
            all.Add(UriComparison.HashOfHeader(UriComparison.NextHeader(ref headers)));
        int sum = 1;
        foreach (int each in all)
            sum += each;
        return sum;
    }

    private static uint HashOf(ReadOnlySpan<byte> text)
    {
        var hash = new HashCode();
        AddText(ref hash, text, ignoreCase: true);
        return (uint)hash.ToHashCode();
    }

    internal static void AddText(ref HashCode hash, ReadOnlySpan<byte> text, bool ignoreCase)
    {
        while (!text.IsEmpty)
        {
            int value = SipEscaping.NextComparable(ref text);
            hash.Add(ignoreCase && value is >= 'A' and <= 'Z' ? value | 0x20 : value);
        }
    }
}
