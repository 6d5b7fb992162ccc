namespace Parley.Management;

/// <summary>The endpoint for language models (Model Context Protocol, streamable HTTP). Off by default.</summary>
public sealed class ManagementMcpOptions
{
    /// <summary>There is one.</summary>
    public bool IsEnabled { get; set; }

    /// <summary>Its path, without slashes at its ends.</summary>
    public string Path { get; set; } = "mcp";

    /// <summary>There is a tool that ends calls, for callers with the role operate. Without it the tools only read, whatever the caller's role.</summary>
    public bool AllowEnd { get; set; }
}
