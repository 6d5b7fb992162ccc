namespace Parley.Management;

/// <summary>The HTTP API under <c>/api/v1</c>.</summary>
public sealed class ManagementApiOptions
{
    /// <summary>The name of this node in lists and in the health; empty: the machine's name.</summary>
    public string Node { get; set; } = "";

    /// <summary>The name that holds.</summary>
    internal string NodeName => Node.Length > 0 ? Node : Environment.MachineName;
}
