namespace Parley.Sip;

/// <summary>Equality of URIs: RFC 3261 19.1.4, RFC 3966 4 for tel.</summary>
internal static class UriComparison
{
    internal static bool Equivalent(SipUriView a, SipUriView b)
    {
        if (!a.IsValid || !b.IsValid || a.Scheme != b.Scheme)
            return false;
        if (a.Text.SequenceEqual(b.Text))
            return true;
        return a.Scheme switch
        {
            SipUriScheme.Sip or SipUriScheme.Sips => EquivalentSip(a, b),
            SipUriScheme.Tel => SameNumber(a.User, b.User)
                && SameParameters(a.Parameters, b.Parameters)
                && SameParameters(b.Parameters, a.Parameters),
            _ => SipText.EqualsIgnoreCase(a.SchemeText, b.SchemeText)
                && a.Text[a.SchemeText.Length..].SequenceEqual(b.Text[b.SchemeText.Length..]),
        };
    }

    internal static int Hash(SipUriView uri)
    {
        var hash = new HashCode();
        hash.Add((byte)uri.Scheme);
        if (uri.Scheme == SipUriScheme.Other)
        {
            hash.AddBytes(uri.Text[uri.SchemeText.Length..]);
            return hash.ToHashCode();
        }
        if (uri.Scheme == SipUriScheme.Tel)
        {
            foreach (byte digit in uri.User)
            {
                if (!IsSeparator(digit))
                    hash.Add((byte)(digit | 0x20));
            }
            return hash.ToHashCode();
        }
        for (var rest = uri.User; !rest.IsEmpty; )
            hash.Add(SipEscaping.NextComparable(ref rest));
        if (TryIPv6(uri.Host, out ulong high, out ulong low))
        {
            hash.Add(high);
            hash.Add(low);
        }
        else
        {
            foreach (byte letter in uri.Host)
                hash.Add((byte)(letter | 0x20));
        }
        hash.Add(uri.Port);
        return hash.ToHashCode();
    }

    private static bool EquivalentSip(SipUriView a, SipUriView b) =>
        a.Port == b.Port
        && SameHost(a.Host, b.Host)
        && SipEscaping.Equals(a.User, b.User)
        && SipEscaping.Equals(a.Password, b.Password)
        && SharedParametersAgree(a.Parameters, b.Parameters)
        && SharedParametersAgree(b.Parameters, a.Parameters)
        && SameHeaders(a.Headers, b.Headers)
        && SameHeaders(b.Headers, a.Headers);

    private static bool SameHost(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        SipText.EqualsIgnoreCase(a, b)
        || (TryIPv6(a, out ulong highA, out ulong lowA) && TryIPv6(b, out ulong highB, out ulong lowB) && highA == highB && lowA == lowB);

    private static bool TryIPv6(ReadOnlySpan<byte> host, out ulong high, out ulong low)
    {
        high = low = 0;
        return host.Length > 2 && host[0] == '[' && HostAddress.TryParseIPv6(host[1..^1], out high, out low);
    }

    // "Any uri-parameter appearing in both URIs must match"; user, ttl, method, maddr (and transport, by the examples) must be in both.
    private static bool SharedParametersAgree(ParameterList a, ParameterList b) => ParameterMatch.Agree(a, b, mustBeInBoth: false);

    internal static bool MustBeInBoth(ReadOnlySpan<byte> name) =>
        SipEscaping.EqualsIgnoreCase(name, "user"u8)
        || SipEscaping.EqualsIgnoreCase(name, "ttl"u8)
        || SipEscaping.EqualsIgnoreCase(name, "method"u8)
        || SipEscaping.EqualsIgnoreCase(name, "maddr"u8)
        || SipEscaping.EqualsIgnoreCase(name, "transport"u8);

    private static bool SameParameters(ParameterList a, ParameterList b) => ParameterMatch.Agree(a, b, mustBeInBoth: true);

    // Every header component of a must be in b.
    private static bool SameHeaders(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (a.IsEmpty)
            return true;
        // Few have more than one. The set keeps many from being compared with many.
        HashSet<int>? known = null;
        if (a.Count((byte)'&') > 4 && b.Count((byte)'&') > 4)
        {
            known = [];
            for (var rest = b; !rest.IsEmpty; )
                known.Add(HashOfHeader(NextHeader(ref rest)));
        }
        while (!a.IsEmpty)
        {
            WorkCount.Add();
            var header = NextHeader(ref a);
            if (known is null ? !Contains(b, header) : !known.Contains(HashOfHeader(header)))
                return false;
        }
        return true;
    }

    private static bool Contains(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> wanted)
    {
        int equals = wanted.IndexOf((byte)'=');
        while (!headers.IsEmpty)
        {
            WorkCount.Add();
            var header = NextHeader(ref headers);
            int at = header.IndexOf((byte)'=');
            if (
                SipEscaping.EqualsIgnoreCase(wanted[..equals], header[..at])
                && SipEscaping.Equals(wanted[(equals + 1)..], header[(at + 1)..])
            )
                return true;
        }
        return false;
    }

    internal static int HashOfHeader(ReadOnlySpan<byte> header)
    {
        var hash = new HashCode();
        int equals = header.IndexOf((byte)'=');
        UriKey.AddText(ref hash, header[..equals], ignoreCase: true);
        hash.Add('=');
        UriKey.AddText(ref hash, header[(equals + 1)..], ignoreCase: false);
        return hash.ToHashCode();
    }

    internal static ReadOnlySpan<byte> NextHeader(ref ReadOnlySpan<byte> rest)
    {
        int end = rest.IndexOf((byte)'&');
        var header = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return header;
    }

    private static bool SameNumber(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        while (true)
        {
            while (!a.IsEmpty && IsSeparator(a[0]))
                a = a[1..];
            while (!b.IsEmpty && IsSeparator(b[0]))
                b = b[1..];
            if (a.IsEmpty || b.IsEmpty)
                return a.IsEmpty && b.IsEmpty;
            if ((a[0] | 0x20) != (b[0] | 0x20))
                return false;
            a = a[1..];
            b = b[1..];
        }
    }

    private static bool IsSeparator(byte digit) => digit is (byte)'-' or (byte)'.' or (byte)'(' or (byte)')';
}
