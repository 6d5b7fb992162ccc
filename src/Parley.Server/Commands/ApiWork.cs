using System.CommandLine;
using System.Text.Json;
using Parley.Server.Client;
using Parley.Server.Terminal;

namespace Parley.Server.Commands;

/// <summary>What a command that asks a server works with.</summary>
/// <param name="Parsed">Its arguments and options.</param>
/// <param name="Api">The server.</param>
/// <param name="Out">Results.</param>
/// <param name="Errors">Remarks and progress.</param>
/// <param name="IsJson">Results are JSON.</param>
/// <param name="Stop">Ends it.</param>
internal sealed record ApiWork(ParseResult Parsed, ApiClient Api, Screen Out, Screen Errors, bool IsJson, CancellationToken Stop)
{
    /// <summary>Writes one value as indented JSON.</summary>
    public void Json(JsonElement value) => Out.Raw(JsonSerializer.Serialize(value, JsonForms.Default.JsonElement));

    /// <summary>Writes values as one list.</summary>
    public void Json(IReadOnlyList<JsonElement> values) =>
        Out.Raw(JsonSerializer.Serialize(values, JsonForms.Default.IReadOnlyListJsonElement));
}
