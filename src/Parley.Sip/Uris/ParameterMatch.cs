namespace Parley.Sip;

/// <summary>Whether the parameters of one URI agree with those of another; for long lists by order of their hashes, so that the cost grows with n log n.</summary>
internal static class ParameterMatch
{
    // Below this many comparisons two nested loops are quicker than two sorted lists.
    private const int Few = 64;

    /// <summary>Each parameter of a that b has too has the same value there; one that b lacks must be one that may be absent.</summary>
    /// <param name="a">The parameters to look for.</param>
    /// <param name="b">Where to look.</param>
    /// <param name="mustBeInBoth">None may be absent (tel, RFC 3966 4); else only those without a default (RFC 3261 19.1.4).</param>
    internal static bool Agree(ParameterList a, ParameterList b, bool mustBeInBoth)
    {
        if (a.Text.IsEmpty)
            return true;
        int countA = Count(a),
            countB = Count(b);
        if ((long)countA * countB <= Few)
            return AgreeOneByOne(a, b, mustBeInBoth);
        Span<ulong> order = countB <= 128 ? stackalloc ulong[128] : new ulong[countB];
        order = order[..countB];
        Fill(b, order);
        order.Sort();
        foreach (var parameter in a)
        {
            WorkCount.Add();
            bool found = TryFind(b, order, parameter.Name, out var value);
            if (found ? !SipEscaping.EqualsIgnoreCase(parameter.Value, value) : mustBeInBoth || UriComparison.MustBeInBoth(parameter.Name))
                return false;
        }
        return true;
    }

    private static bool AgreeOneByOne(ParameterList a, ParameterList b, bool mustBeInBoth)
    {
        foreach (var parameter in a)
        {
            WorkCount.Add();
            bool found = b.TryGet(parameter.Name, out var value);
            if (found ? !SipEscaping.EqualsIgnoreCase(parameter.Value, value) : mustBeInBoth || UriComparison.MustBeInBoth(parameter.Name))
                return false;
        }
        return true;
    }

    // The hash of the name, and where the parameter lies: the first of several of one name comes first.
    private static void Fill(ParameterList list, Span<ulong> order)
    {
        int count = 0;
        foreach (var parameter in list)
        {
            list.Text.Overlaps(parameter.Name, out int offset);
            order[count++] = ((ulong)HashOf(parameter.Name) << 32) | (uint)offset;
        }
    }

    private static bool TryFind(ParameterList list, ReadOnlySpan<ulong> order, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        ulong first = (ulong)HashOf(name) << 32;
        int at = order.BinarySearch(first);
        for (int i = at < 0 ? ~at : at; i < order.Length && order[i] >> 32 == first >> 32; i++)
        {
            WorkCount.Add();
            var here = new ParameterList(list.Text[(int)(uint)order[i]..], escaped: true).GetEnumerator();
            if (!here.MoveNext() || !SipEscaping.EqualsIgnoreCase(here.Current.Name, name))
                continue;
            value = here.Current.Value;
            return true;
        }
        value = default;
        return false;
    }

    private static int Count(ParameterList list)
    {
        int count = 0;
        foreach (var _ in list)
            count++;
        return count;
    }

    private static uint HashOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        UriKey.AddText(ref hash, name, ignoreCase: true);
        return (uint)hash.ToHashCode();
    }
}
