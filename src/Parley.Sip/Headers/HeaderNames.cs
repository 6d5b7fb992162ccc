using System.Text;

namespace Parley.Sip;

/// <summary>Header names by text: full names through a small hash table, compact forms by letter (RFC 3261 7.3.3 and the registry).</summary>
internal static class HeaderNames
{
    /// <summary>In the order of <see cref="SipHeaderName"/>, after Other.</summary>
    private static readonly string[] Table =
    [
        "Via",
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Contact",
        "Max-Forwards",
        "Route",
        "Record-Route",
        "Require",
        "Proxy-Require",
        "Supported",
        "Unsupported",
        "Allow",
        "Accept",
        "Expires",
        "Min-Expires",
        "Content-Length",
        "Content-Type",
        "Content-Encoding",
        "RAck",
        "RSeq",
        "Authorization",
        "Proxy-Authorization",
        "WWW-Authenticate",
        "Proxy-Authenticate",
        "Path",
        "Service-Route",
        "Retry-After",
        "Reason",
        "Date",
        "Event",
        "Subscription-State",
        "Refer-To",
        "Referred-By",
        "Replaces",
        "Session-Expires",
        "Min-SE",
        "User-Agent",
        "Server",
        "Warning",
        "Timestamp",
        "Subject",
        "Allow-Events",
        "P-Asserted-Identity",
        "Diversion",
        "Accept-Contact",
        "Accept-Encoding",
        "Accept-Language",
        "Alert-Info",
        "Authentication-Info",
        "Call-Info",
        "Content-Disposition",
        "Content-Language",
        "Error-Info",
        "Flow-Timer",
        "Geolocation",
        "History-Info",
        "Identity",
        "Identity-Info",
        "In-Reply-To",
        "Info-Package",
        "Join",
        "MIME-Version",
        "Organization",
        "P-Access-Network-Info",
        "P-Charging-Vector",
        "P-Preferred-Identity",
        "Priority",
        "Privacy",
        "Recv-Info",
        "Reject-Contact",
        "Reply-To",
        "Request-Disposition",
        "Resource-Priority",
        "Security-Client",
        "Security-Server",
        "Security-Verify",
        "SIP-ETag",
        "SIP-If-Match",
        "Session-ID",
        "Target-Dialog",
        "Remote-Party-ID",
        "User-to-User",
        "Max-Breadth",
    ];

    /// <summary>How many values <see cref="SipHeaderName"/> has.</summary>
    internal const int Count = 86;

    private static readonly byte[][] FullNames =
    [
        [],
        .. Table.Select(Encoding.ASCII.GetBytes),
    ];
    private static readonly byte[] Slots = BuildSlots();

    internal static ReadOnlySpan<byte> Full(SipHeaderName name) => (uint)name < (uint)FullNames.Length ? FullNames[(int)name] : default;

    internal static SipHeaderName Parse(ReadOnlySpan<byte> name)
    {
        if (name.Length < 2)
            return name.IsEmpty ? SipHeaderName.Other : Compact(name[0]);
        for (int slot = Hash(name); Slots[slot] != 0; slot = (slot + 1) & 511)
        {
            var full = FullNames[Slots[slot]];
            if (SipText.EqualsIgnoreCase(name, full))
                return (SipHeaderName)Slots[slot];
        }
        return SipHeaderName.Other;
    }

    private static SipHeaderName Compact(byte letter) =>
        (byte)(letter | 0x20) switch
        {
            _ when !char.IsAsciiLetter((char)letter) => SipHeaderName.Other,
            (byte)'a' => SipHeaderName.AcceptContact,
            (byte)'b' => SipHeaderName.ReferredBy,
            (byte)'c' => SipHeaderName.ContentType,
            (byte)'d' => SipHeaderName.RequestDisposition,
            (byte)'e' => SipHeaderName.ContentEncoding,
            (byte)'f' => SipHeaderName.From,
            (byte)'i' => SipHeaderName.CallId,
            (byte)'j' => SipHeaderName.RejectContact,
            (byte)'k' => SipHeaderName.Supported,
            (byte)'l' => SipHeaderName.ContentLength,
            (byte)'m' => SipHeaderName.Contact,
            (byte)'n' => SipHeaderName.IdentityInfo,
            (byte)'o' => SipHeaderName.Event,
            (byte)'r' => SipHeaderName.ReferTo,
            (byte)'s' => SipHeaderName.Subject,
            (byte)'t' => SipHeaderName.To,
            (byte)'u' => SipHeaderName.AllowEvents,
            (byte)'v' => SipHeaderName.Via,
            (byte)'x' => SipHeaderName.SessionExpires,
            (byte)'y' => SipHeaderName.Identity,
            _ => SipHeaderName.Other,
        };

    // These factors give every name of the table a slot of its own; a later name that does not get one takes the next.
    private static int Hash(ReadOnlySpan<byte> name) =>
        ((name.Length * 3) + ((name[0] | 0x20) * 15) + ((name[name.Length >> 1] | 0x20) * 37) + ((name[^1] | 0x20) * 15)) & 511;

    private static byte[] BuildSlots()
    {
        var slots = new byte[512];
        for (int i = 1; i < FullNames.Length; i++)
        {
            int slot = Hash(FullNames[i]);
            while (slots[slot] != 0)
                slot = (slot + 1) & 511;
            slots[slot] = (byte)i;
        }
        return slots;
    }
}
