namespace Parley.Management;

/// <summary>
/// Metadata of an endpoint that is served without credentials, on listeners beyond loopback too: the files of a page, which hold nothing of the server, and
/// the login. It may also be reached by a link on another site's page, as long as that only opens it.
/// </summary>
public sealed class OpenToAll
{
    private OpenToAll() { }

    /// <summary>The one: <c>endpoint.WithMetadata(OpenToAll.Instance)</c>.</summary>
    public static OpenToAll Instance { get; } = new();
}
