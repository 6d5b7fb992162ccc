using System.Text.Json.Serialization;

namespace Parley.Management;

/// <summary>The JSON of recorded calls, generated at build.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(ApiTime)]
)]
[JsonSerializable(typeof(CallJson))]
[JsonSerializable(typeof(CallListJson))]
internal sealed partial class CallJsonContext : JsonSerializerContext;
