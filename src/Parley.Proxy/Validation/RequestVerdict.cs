namespace Parley.Proxy;

/// <summary>The verdict of validation on a request: pass, drop, or a response with its reason and header lines (each with CRLF).</summary>
internal readonly struct RequestVerdict
{
    private const int DropCode = -1;

    private RequestVerdict(int statusCode, string? reason, byte[]? headerLines)
    {
        StatusCode = statusCode;
        Reason = reason;
        HeaderLines = headerLines;
    }

    public static RequestVerdict Pass => default;

    public static RequestVerdict Drop => new(DropCode, null, null);

    public static RequestVerdict Reply(int statusCode, string? reason = null, byte[]? headerLines = null) =>
        new(statusCode, reason, headerLines);

    public bool IsPass => StatusCode == 0;

    /// <summary>No answer: an ACK, or bytes that cannot be answered.</summary>
    public bool IsDrop => StatusCode == DropCode;

    public int StatusCode { get; }

    /// <summary>Null for the usual phrase.</summary>
    public string? Reason { get; }

    public byte[]? HeaderLines { get; }
}
