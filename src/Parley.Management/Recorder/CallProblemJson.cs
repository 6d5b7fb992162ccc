namespace Parley.Management;

/// <summary>Why a request for calls got none (RFC 9457).</summary>
internal sealed class CallProblemJson
{
    public string Type { get; init; } = "about:blank";

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }
}
