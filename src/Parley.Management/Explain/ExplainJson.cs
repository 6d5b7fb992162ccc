using System.Text.Json.Serialization;

namespace Parley.Management;

/// <summary>The body of a request for an explanation.</summary>
internal sealed record ExplainBody
{
    public required string Request { get; init; }

    /// <summary>Left out: loopback.</summary>
    public string? Source { get; init; }

    /// <summary>Left out: udp.</summary>
    public string? Transport { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ExplainBody))]
[JsonSerializable(typeof(RequestExplanation))]
internal sealed partial class ExplainJson : JsonSerializerContext;
