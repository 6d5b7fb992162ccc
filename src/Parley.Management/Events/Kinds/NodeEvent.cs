using System.Text.Json;

namespace Parley.Management;

/// <summary><c>node</c>: something happened to a server as a whole.</summary>
/// <param name="node">Its name: <c>CallRecords:Node</c>, else that of the machine.</param>
/// <param name="change">What: <c>started</c>, <c>stopping</c>, <c>joined</c>, <c>left</c>, <c>unreachable</c>.</param>
public sealed class NodeEvent(string node, string change) : ParleyEvent(EventKinds.Node)
{
    /// <summary>Its name.</summary>
    public string Node { get; } = node;

    /// <summary>What happened.</summary>
    public string Change { get; } = change;

    internal override string? Subject => Node;

    internal override void WriteData(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("node"u8, Node);
        json.WriteString("change"u8, Change);
        json.WriteEndObject();
    }
}
