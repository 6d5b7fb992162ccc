namespace Parley.Server.Configuration;

/// <summary>Which messages are logged at Debug; all when nothing is named.</summary>
internal sealed class MessageSelection
{
    /// <summary>Call-IDs.</summary>
    public IReadOnlyList<string> CallIds { get; set; } = [];

    /// <summary>User parts of From, To or request-URI, as they stand in the message.</summary>
    public IReadOnlyList<string> Users { get; set; } = [];

    /// <summary>Networks of the far end.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Addresses { get; set; } = [];
}
