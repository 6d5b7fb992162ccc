using Parley.Sip;

namespace Parley.Transactions;

/// <summary>Tells credentials that were wrong from a first challenge.</summary>
internal static class AuthenticationFailure
{
    private static ReadOnlySpan<byte> Stale => "stale=true"u8;

    /// <summary>
    /// A 401 or 407 to a request with credentials. Not one that says that the nonce had grown old: then the credentials may have been right, and
    /// the client repeats them with the new nonce (RFC 7616 3.3).
    /// </summary>
    public static bool Is(SipMessage request, ReadOnlySpan<byte> response) =>
        (request.IndexOf(SipHeaderName.Authorization) >= 0 || request.IndexOf(SipHeaderName.ProxyAuthorization) >= 0)
        && !SaysStale(response);

    private static bool SaysStale(ReadOnlySpan<byte> response)
    {
        for (int at = response.IndexOf((byte)'='); at >= 0; )
        {
            int begin = at - 5; // "stale"
            if (
                begin >= 0
                && begin + Stale.Length <= response.Length
                && System.Text.Ascii.EqualsIgnoreCase(response.Slice(begin, Stale.Length), Stale)
            )
                return true;
            int next = response[(at + 1)..].IndexOf((byte)'=');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }
}
