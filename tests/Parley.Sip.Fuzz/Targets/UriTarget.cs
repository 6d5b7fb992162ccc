namespace Parley.Sip.Fuzz.Targets;

/// <summary>URIs, addresses, Via values and parameters on their own.</summary>
public sealed class UriTarget : FuzzTarget
{
    private readonly byte[] _plain = new byte[65_536];
    private readonly byte[] _escaped = new byte[3 * 65_536];

    public override string Name => "uri";

    public override int Run(byte[] input, int length)
    {
        var text = input.AsSpan(0, length);
        var path = new HashCode();
        if (SipUriView.TryParse(text, out var uri))
        {
            Check(uri.IsValid && uri.Text.SequenceEqual(text), "a URI is its whole text");
            Check(uri.EquivalentTo(uri), "a URI is equivalent to itself");
            Check(
                SipUri.TryParse(text, out var owned) && owned.View.EquivalentTo(uri) && uri.EquivalentTo(owned.View),
                "a copy is equivalent"
            );
            Check(SipUri.TryParse(text, out var twin) && twin.GetHashCode() == owned!.GetHashCode(), "equal URIs have equal hashes");
            int sum =
                uri.User.Length
                + uri.Password.Length
                + uri.Host.Length
                + uri.SchemeText.Length
                + uri.Headers.Length
                + uri.Parameters.Text.Length;
            Check(sum <= text.Length, "the parts fit into the whole");
            Check(uri.Port is >= 0 and <= 65535, "the port is a port");
            path.Add(uri.Scheme);
            path.Add(
                (
                    uri.User.IsEmpty,
                    uri.Password.IsEmpty,
                    uri.Port == 0,
                    uri.Headers.IsEmpty,
                    uri.IsLoose,
                    uri.Transport.IsEmpty,
                    uri.MAddr.IsEmpty
                )
            );
            path.Add(
                uri.Host.IsEmpty ? 0
                : uri.Host[0] == '[' ? 1
                : 2
            );
        }
        if (NameAddrView.TryParse(text, out var address))
        {
            Check(!address.Text.IsEmpty, "an address has text");
            path.Add(
                (
                    address.IsStar,
                    address.Q < 0,
                    address.Expires < 0,
                    address.RegId,
                    address.Tag.IsEmpty,
                    address.DisplayName.IsEmpty,
                    address.Instance.IsEmpty
                )
            );
            path.Add(address.Uri.IsValid);
            path.Add(Count(address.Parameters));
        }
        if (ViaView.TryParse(text, out var via))
        {
            Check(!via.Transport.IsEmpty && !via.Host.IsEmpty && via.SentBy.StartsWith(via.Host), "a Via has transport and host");
            path.Add((via.Port == 0, via.HasRPort, via.RPort == 0, via.Branch.IsEmpty, via.Received.IsEmpty, via.MAddr.IsEmpty, via.Ttl));
            path.Add(Count(via.Parameters));
        }
        if (RAckView.TryParse(text, out var rack))
            path.Add((rack.RSeq > 9, rack.CSeq > 9, rack.Method.Length));
        foreach (var parameter in new AuthParameterList(text))
            path.Add((parameter.Name.Length > 3, parameter.Value.Length > 3));
        int unescaped = SipEscaping.Unescape(text, _plain);
        int escaped = SipEscaping.EscapeUser(_plain.AsSpan(0, unescaped), _escaped);
        Check(SipEscaping.Unescape(_escaped.AsSpan(0, escaped), _plain) == unescaped, "escaping can be undone");
        path.Add(SipText.Unfold(text, _plain) == length);
        return path.ToHashCode();
    }

    private static int Count(ParameterList list)
    {
        int count = 0;
        foreach (var parameter in list)
        {
            Check(list.Contains(parameter.Name), "a parameter is found by its name");
            count++;
        }
        return Math.Min(count, 4);
    }
}
