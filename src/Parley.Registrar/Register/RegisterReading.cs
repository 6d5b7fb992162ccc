using System.Buffers.Text;
using System.Text;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>Reads a REGISTER into a <see cref="RegistrationUpdate"/>, or says with which response it fails. Nothing is kept or compared before it was counted and measured.</summary>
internal static class RegisterReading
{
    /// <summary>The most contacts that one REGISTER may name; each is compared with each of the address.</summary>
    public const int MostContacts = 32;

    /// <summary>The most parameters of a Contact URI.</summary>
    public const int MostParameters = 32;

    /// <summary>Bytes of a User-Agent that are kept.</summary>
    private const int LongestUserAgent = 255;

    // "malformed values SHOULD be treated as equivalent to 3600" (RFC 3261 10.2.1.1)
    private const long SecondsOfMalformed = 3600;

    /// <summary>False: the reply says why.</summary>
    public static bool TryRead(
        SipMessage request,
        in SipFlow source,
        RegistrarOptions options,
        ISipTransport? transport,
        out RegistrationUpdate update,
        out RegistrarReply failure
    )
    {
        update = null!;
        if (!TryReadPath(request, options, out var path, out failure))
            return false;
        var isStar = false;
        var contacts = new List<ContactUpdate>();
        var most = Math.Min(MostContacts, options.MaxContacts * 2); // as many taken back as given
        var isDirect = FlowChoice.IsDirect(request, path.Count > 0);
        var enumerator = request.Contacts.GetEnumerator();
        while (enumerator.MoveNext())
        {
            var contact = enumerator.Current;
            if (contact.IsStar)
            {
                // 10.3 step 6: "*" only alone and only with Expires: 0.
                if (isStar || contacts.Count > 0 || request.Expires != 0)
                    return Fail(400, "Invalid Contact: *", out failure);
                isStar = true;
                continue;
            }
            if (isStar)
                return Fail(400, "Invalid Contact: *", out failure);
            if (contacts.Count == most)
                return Fail(403, "Too Many Contacts", out failure);
            if (!TryReadContact(request, contact, options, path, isDirect, source, transport, out var one, out failure))
                return false;
            contacts.Add(one);
        }
        if (enumerator.IsMalformed)
            return Fail(400, "Malformed Contact", out failure);
        update = new RegistrationUpdate
        {
            CallId = Encoding.UTF8.GetString(request.CallId),
            CSeq = request.CSeqNumber,
            RemovesAll = isStar,
            Path = path,
            Flow = source,
            UserAgent = UserAgent(request),
        };
        update.Contacts.AddRange(contacts);
        return true;
    }

    private static bool TryReadContact(
        SipMessage request,
        NameAddrView contact,
        RegistrarOptions options,
        List<byte[]> path,
        bool isDirect,
        in SipFlow source,
        ISipTransport? transport,
        out ContactUpdate update,
        out RegistrarReply failure
    )
    {
        update = default;
        if (contact.UriText.Length > options.MaxContactLength)
            return Fail(400, "Contact Too Long", out failure);
        if (contact.Q < 0 || !SipUri.TryParse(contact.UriText, out var uri))
            return Fail(400, "Malformed Contact", out failure);
        var instance = contact.Instance;
        if (
            instance.Length > options.MaxContactLength
            || HasTooManyParameters(uri.View.Parameters)
            || Binding.TextSize(uri, request.CallId.Length, path, instance.Length) > options.MaxBindingSize
        )
            return Fail(400, "Contact Too Long", out failure);
        var seconds = Seconds(request, contact, options);
        // 10.3 step 7: too brief only when above zero, under an hour and under the minimum.
        var shortest = (long)options.MinExpires.TotalSeconds;
        if (seconds > 0 && seconds < shortest && options.ShortExpiry == ShortExpiryPolicy.Raise)
            seconds = shortest;
        if (seconds > 0 && seconds < 3600 && seconds < shortest)
        {
            failure = new RegistrarReply(423, null, Encoding.ASCII.GetBytes($"Min-Expires: {(long)options.MinExpires.TotalSeconds}\r\n"));
            return false;
        }
        var sendOverFlow = FlowChoice.Uses(request, uri.View, source, isDirect);
        if (seconds > 0) // what is to go may go
        {
            if (UncallableAddress.IsUncallable(uri.View))
                return Fail(400, "Contact Cannot Be Called", out failure);
            if (
                !options.AllowOwnContacts
                && transport is not null
                && ContactScreening.LeadsBack(uri.View, sendOverFlow == FlowUse.Only, source, path, transport)
            )
                return Fail(403, "Contact Is This Server", out failure);
        }
        update = new ContactUpdate(
            uri,
            contact.Q,
            Math.Min(seconds, (long)options.MaxExpires.TotalSeconds),
            sendOverFlow,
            instance.IsEmpty ? null : Encoding.UTF8.GetString(instance),
            RegId(contact)
        );
        failure = default;
        return true;
    }

    private static string? UserAgent(SipMessage request)
    {
        if (!request.TryGetHeader(SipHeaderName.UserAgent, out ReadOnlySpan<byte> value) || value.IsEmpty)
            return null;
        return SipText.ToLine(value[..Math.Min(value.Length, LongestUserAgent)]);
    }

    private static bool HasTooManyParameters(ParameterList parameters)
    {
        var count = 0;
        foreach (var _ in parameters)
            count++;
        return count > MostParameters;
    }

    private static bool Fail(int statusCode, string reason, out RegistrarReply failure)
    {
        failure = new RegistrarReply(statusCode, reason, default);
        return false;
    }

    private static bool TryReadPath(SipMessage request, RegistrarOptions options, out List<byte[]> path, out RegistrarReply failure)
    {
        failure = default;
        path = [];
        var paths = request.Paths.GetEnumerator();
        while (paths.MoveNext())
        {
            var hop = paths.Current;
            if (path.Count == options.MaxPaths)
                return Fail(400, "Too Many Paths", out failure);
            if (hop.Text.Length > options.MaxPathLength)
                return Fail(400, "Path Too Long", out failure);
            if (!hop.Uri.IsValid)
                return Fail(400, "Malformed Path", out failure);
            // The first hop is where calls are sent.
            if (UncallableAddress.IsUncallable(hop.Uri))
                return Fail(400, "Path Cannot Be Called", out failure);
            path.Add(hop.Text.ToArray());
        }
        return !paths.IsMalformed || Fail(400, "Malformed Path", out failure);
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

    private static int RegId(NameAddrView contact) =>
        contact.Parameters.TryGet("reg-id"u8, out var value)
        && Utf8Parser.TryParse(value, out int id, out var used)
        && used == value.Length
        && id > 0
            ? id
            : 0;
}
