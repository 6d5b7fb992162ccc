using System.Text.Json.Serialization.Metadata;

namespace Parley.Management;

/// <summary>What a path does with a method: for the document, for the check of the query, and for the audit line.</summary>
/// <param name="Name">Unique, as <c>endDialog</c>.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record ApiOperation(string Name, string Summary)
{
    /// <summary>The query parameters; others are refused.</summary>
    public IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>The type of the body; null: none.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>The body may be left out.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>The type of the result; null: none, or not JSON.</summary>
    public JsonTypeInfo? Result { get; init; }

    /// <summary>The media type of the result.</summary>
    public string ResultType { get; init; } = "application/json";

    /// <summary>The status of success.</summary>
    public int Status { get; init; } = 200;

    /// <summary>It changes something: it needs the role operate and is logged.</summary>
    public bool Changes { get; init; }

    /// <summary>It is served without credentials.</summary>
    public bool IsOpen { get; init; }
}
