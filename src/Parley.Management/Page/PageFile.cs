namespace Parley.Management;

/// <summary>A file of the live page as it is sent.</summary>
/// <param name="Type">Its Content-Type.</param>
/// <param name="Plain">Its bytes.</param>
/// <param name="Packed">The same by gzip.</param>
/// <param name="Tag">Its entity tag, quotes included; the packed form has another (RFC 9110 8.8.3.3).</param>
internal sealed record PageFile(string Type, byte[] Plain, byte[] Packed, string Tag)
{
    /// <summary>The entity tag of the packed form.</summary>
    public string PackedTag { get; } = Tag[..^1] + "-gz\"";
}
