namespace Parley.Management;

/// <summary>An argument of a tool cannot be, or what it names is not there; the message is for the model.</summary>
internal sealed class McpArgumentException(string message) : Exception(message);
