using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Server.Commands;

/// <summary>JSON as the commands write it.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(IReadOnlyList<JsonElement>))]
[JsonSerializable(typeof(string))]
internal sealed partial class JsonForms : JsonSerializerContext;
