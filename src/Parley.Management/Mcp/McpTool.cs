using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Parley.Management;

/// <summary>One tool: its name, its arguments as a JSON schema, and what it writes as JSON. Faults of its arguments are results that say so.</summary>
internal sealed class McpTool : McpServerTool
{
    private readonly Action<McpArguments, Utf8JsonWriter> _run;
    private readonly ILogger _log;

    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for, in words for a model.</param>
    /// <param name="schema">The JSON schema of its arguments.</param>
    /// <param name="reads">It changes nothing.</param>
    /// <param name="log">Gets what fails.</param>
    /// <param name="run">Writes one JSON value; throws <see cref="McpArgumentException"/>.</param>
    public McpTool(string name, string description, string schema, bool reads, ILogger log, Action<McpArguments, Utf8JsonWriter> run)
    {
        (_run, _log) = (run, log);
        using JsonDocument document = JsonDocument.Parse(schema);
        ProtocolTool = new Tool
        {
            Name = name,
            Description = description,
            InputSchema = document.RootElement.Clone(),
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = reads,
                DestructiveHint = !reads,
                OpenWorldHint = false,
            },
        };
    }

    public override Tool ProtocolTool { get; }

    public override IReadOnlyList<object> Metadata => [];

    public override ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream))
                _run(new McpArguments(request.Params?.Arguments), json);
            return ValueTask.FromResult(Result(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length), isError: false));
        }
        catch (McpArgumentException fault)
        {
            return ValueTask.FromResult(Result(fault.Message, isError: true));
        }
#pragma warning disable CA1031 // A fault of one tool is no fault of the connection; it is logged.
        catch (Exception error)
#pragma warning restore CA1031
        {
            McpLog.Failed(_log, error, ProtocolTool.Name);
            return ValueTask.FromResult(Result("The tool failed; the server's log says why.", isError: true));
        }
    }

    private static CallToolResult Result(string text, bool isError) =>
        new() { Content = [new TextContentBlock { Text = text }], IsError = isError };
}
