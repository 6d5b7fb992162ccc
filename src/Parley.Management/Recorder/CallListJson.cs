namespace Parley.Management;

/// <summary>A page of recorded calls as the API gives it.</summary>
internal sealed class CallListJson
{
    public required IReadOnlyList<CallJson> Items { get; init; }

    /// <summary>Where the next page begins; null: there is none.</summary>
    public string? Next { get; init; }
}
