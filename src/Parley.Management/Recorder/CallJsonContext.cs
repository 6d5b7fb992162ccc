using System.Text.Json.Serialization;

namespace Parley.Management;

/// <summary>The JSON of recorded calls, generated at build.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CallJson))]
[JsonSerializable(typeof(CallListJson))]
[JsonSerializable(typeof(CallProblemJson))]
internal sealed partial class CallJsonContext : JsonSerializerContext;
