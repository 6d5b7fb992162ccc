using System.Buffers.Text;
using System.Text;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Reads a REGISTER into a <see cref="RegistrationUpdate"/>, or says with which response it fails.</summary>
internal static class RegisterReading
{
    // "malformed values SHOULD be treated as equivalent to 3600" (RFC 3261 10.2.1.1)
    private const long SecondsOfMalformed = 3600;

    /// <summary>False: the reply says why.</summary>
    public static bool TryRead(SipMessage request, in SipFlow source, RegistrarOptions options, out RegistrationUpdate update, out RegistrarReply failure)
    {
        update = null!;
        failure = default;
        if (!TryReadPath(request, out var path))
            return Fail(400, "Malformed Path", out failure);
        var isStar = false;
        var contacts = new List<ContactUpdate>();
        var usesOutbound = request.Tokens(SipHeaderName.Supported).Contains("outbound"u8);
        var enumerator = request.Contacts.GetEnumerator();
        while (enumerator.MoveNext())
        {
            var contact = enumerator.Current;
            if (contact.IsStar)
            {
                isStar = true;
                continue;
            }
            if (contact.Q < 0 || !SipUri.TryParse(contact.UriText, out var uri))
                return Fail(400, "Malformed Contact", out failure);
            var seconds = Seconds(request, contact, options);
            // 10.3 step 7: too brief only when above zero, under an hour and under the minimum.
            if (seconds > 0 && seconds < 3600 && seconds < (long)options.MinExpires.TotalSeconds)
            {
                failure = new RegistrarReply(423, null, Encoding.ASCII.GetBytes($"Min-Expires: {(long)options.MinExpires.TotalSeconds}\r\n"));
                return false;
            }
            var instance = Unquoted(contact, "+sip.instance"u8);
            var regId = RegId(contact);
            var isFlow = usesOutbound && instance is not null && regId > 0;
            if (isFlow && !FirstHopKeepsFlows(request, path))
                return Fail(439, "First Hop Lacks Outbound Support", out failure);
            contacts.Add(new ContactUpdate(uri, contact.Q, Math.Min(seconds, (long)options.MaxExpires.TotalSeconds), FlowChoice.Uses(request, contact.Uri, source, path.Count > 0, isFlow), instance, regId, isFlow));
        }
        if (enumerator.IsMalformed)
            return Fail(400, "Malformed Contact", out failure);
        // 10.3 step 6: "*" only alone and only with Expires: 0.
        if (isStar && (contacts.Count > 0 || request.Contacts.Count() != 1 || request.Expires != 0))
            return Fail(400, "Invalid Contact: *", out failure);
        update = new RegistrationUpdate
        {
            CallId = Encoding.UTF8.GetString(request.CallId),
            CSeq = request.CSeqNumber,
            RemovesAll = isStar,
            Path = path,
            Flow = source,
        };
        update.Contacts.AddRange(contacts);
        return true;
    }

    private static bool Fail(int statusCode, string reason, out RegistrarReply failure)
    {
        failure = new RegistrarReply(statusCode, reason, default);
        return false;
    }

    private static bool TryReadPath(SipMessage request, out List<byte[]> path)
    {
        path = [];
        var paths = request.Paths.GetEnumerator();
        while (paths.MoveNext())
        {
            if (!paths.Current.Uri.IsValid)
                return false;
            path.Add(paths.Current.Text.ToArray());
        }
        return !paths.IsMalformed;
    }

    // 10.3 step 7: the contact's own parameter, else the Expires header, else the default.
    private static long Seconds(SipMessage request, NameAddrView contact, RegistrarOptions options)
    {
        if (contact.Parameters.TryGet("expires"u8, out _))
            return contact.Expires < 0 ? SecondsOfMalformed : contact.Expires;
        if (request.IndexOf(SipHeaderName.Expires) >= 0)
            return request.Expires < 0 ? SecondsOfMalformed : request.Expires;
        return (long)options.DefaultExpires.TotalSeconds;
    }

    private static string? Unquoted(NameAddrView contact, ReadOnlySpan<byte> name)
    {
        if (!contact.Parameters.TryGet(name, out var value) || value.IsEmpty)
            return null;
        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"')
            value = value[1..^1];
        return Encoding.UTF8.GetString(value);
    }

    private static int RegId(NameAddrView contact) =>
        contact.Parameters.TryGet("reg-id"u8, out var value) && Utf8Parser.TryParse(value, out int id, out var used) && used == value.Length && id > 0 ? id : 0;

    // RFC 5626 6: behind an edge proxy, that proxy must have put ob into its Path; the client's own connection is a flow as it is.
    private static bool FirstHopKeepsFlows(SipMessage request, List<byte[]> path)
    {
        var hops = 0;
        foreach (var _ in request.Vias)
            hops++;
        if (hops <= 1)
            return true;
        return path.Count > 0 && SipUriView.TryParse(RouteEntry.UriOf(path[^1]), out var edge) && edge.Parameters.TryGet("ob"u8, out var _);
    }
}
