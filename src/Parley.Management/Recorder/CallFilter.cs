namespace Parley.Management;

/// <summary>Whether a recorded call is one of those asked for. A pure function.</summary>
internal static class CallFilter
{
    public static bool Matches(RecordedCallQuery query, RecordedCallSummary call) =>
        (query.AllMethods || call.Method is "INVITE" or "")
        && (query.CallId is null || query.CallId == call.CallId)
        && (query.IsAbnormal is null || query.IsAbnormal == call.Abnormal.Count > 0)
        && (query.Mark is null || call.Abnormal.Contains(query.Mark))
        && (query.HasEnded is null || query.HasEnded == call.Ended is not null)
        && (query.Number is null || IsNumber(call.From, query.Number) || IsNumber(call.To, query.Number))
        && (query.Address is null || call.Addresses.Any(place => IsAt(place, query.Address)))
        && (query.Text is null || HasText(call, query.Text));

    private static bool HasText(RecordedCallSummary call, string text) =>
        Has(call.CallId, text)
        || Has(call.From, text)
        || Has(call.To, text)
        || Has(call.Line, text)
        || call.Abnormal.Any(mark => Has(mark, text))
        || call.Addresses.Any(place => Has(place, text));

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    /// <summary>The user part, or the end of a number that is dialled in several forms.</summary>
    private static bool IsNumber(string uri, string number)
    {
        ReadOnlySpan<char> user = uri;
        int colon = user.IndexOf(':');
        user = user[(colon + 1)..];
        int end = user.IndexOfAny("@;>");
        if (end >= 0)
            user = user[..end];
        ReadOnlySpan<char> asked = number.AsSpan().TrimStart('+');
        if (asked.IsEmpty)
            return false;
        return user.Equals(number, StringComparison.OrdinalIgnoreCase)
            || (!asked.ContainsAnyExceptInRange('0', '9') && user.EndsWith(asked, StringComparison.Ordinal));
    }

    private static bool IsAt(string place, string address)
    {
        int port = place.LastIndexOf(':');
        return port > 0 && place.AsSpan(0, port).Trim("[]").Equals(address.AsSpan().Trim("[]"), StringComparison.OrdinalIgnoreCase);
    }
}
