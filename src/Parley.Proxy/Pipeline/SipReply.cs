using Parley.Sip;

namespace Parley.Proxy;

/// <summary>A response of the proxy's own: status, reason, headers, body.</summary>
/// <remarks>Not changed by sending it: one object may answer many requests.</remarks>
public sealed class SipReply
{
    private const int LongestBody = 60_000;

    /// <summary>Begins a reply.</summary>
    /// <param name="statusCode">100 to 699.</param>
    /// <param name="reason">Reason phrase, at most 200 characters; null: the usual one.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such status.</exception>
    /// <exception cref="ArgumentException">The reason cannot stand in a message.</exception>
    public SipReply(int statusCode, string? reason = null)
    {
        CheckLine(statusCode, reason);
        StatusCode = statusCode;
        Reason = reason;
    }

    /// <summary>The status, 100 to 699.</summary>
    public int StatusCode { get; }

    /// <summary>The reason phrase; null: the usual one.</summary>
    public string? Reason { get; }

    /// <summary>Further headers.</summary>
    public SipHeaderLines Headers { get; init; } = [];

    /// <summary>The media type of <see cref="Body"/>, such as "application/sdp"; null without a body.</summary>
    /// <exception cref="ArgumentException">Not a media type: type/subtype and perhaps parameters.</exception>
    public string? ContentType
    {
        get;
        init
        {
            if (value is not null && !IsMediaType(value))
                throw new ArgumentException($"'{value}' is not a media type such as application/sdp.", nameof(ContentType));
            field = value;
        }
    }

    /// <summary>The body, sent as it is; empty for none. Over UDP it has to fit into one datagram with the headers.</summary>
    /// <exception cref="ArgumentException">Longer than 60,000 bytes.</exception>
    public ReadOnlyMemory<byte> Body
    {
        get;
        init
        {
            if (value.Length > LongestBody)
                throw new ArgumentException($"A body has at most {LongestBody} bytes.", nameof(Body));
            field = value;
        }
    }

    internal static void CheckLine(int statusCode, string? reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 699);
        if (reason is not null && (reason.Length > 200 || reason.AsSpan().ContainsAnyInRange('\0', '\x1f')))
            throw new ArgumentException("Not a reason phrase.", nameof(reason));
    }

    /// <summary>What can only be seen of the whole.</summary>
    internal void CheckBody(string parameter)
    {
        if (Body.IsEmpty == (ContentType is null))
            return;
        throw new ArgumentException(
            Body.IsEmpty ? "A content type describes a body." : "A body needs a content type (RFC 3261 20.15).",
            parameter
        );
    }

    private static bool IsMediaType(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && slash < text.Length - 1
            && text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            && !text.AsSpan(0, slash).ContainsAny(" ;,\"");
    }
}
