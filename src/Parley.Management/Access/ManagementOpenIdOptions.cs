namespace Parley.Management;

/// <summary>The access tokens (JWT) of an OpenID provider. On with an <see cref="Authority"/> or a <see cref="KeysPath"/>.</summary>
public sealed class ManagementOpenIdOptions
{
    /// <summary>The provider's issuer URL; its configuration is fetched from there. https only.</summary>
    public string? Authority { get; set; }

    /// <summary>A file with the provider's keys (JWKS) in place of <see cref="Authority"/>: nothing is fetched. Read at the start.</summary>
    public string? KeysPath { get; set; }

    /// <summary>The issuer that tokens must name; needed with <see cref="KeysPath"/>, else that of the provider's configuration.</summary>
    public string? Issuer { get; set; }

    /// <summary>The audience that tokens must name. Needed: a token for another service is not one for this.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim with the user's name; when it is not there, <c>sub</c>.</summary>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>The claim with the user's roles or groups; a dot leads into an object, as in <c>realm_access.roles</c>.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>What the claim has for the role operate.</summary>
    public IList<string> OperateValues { get; } = [];

    /// <summary>What the claim has for the role read.</summary>
    public IList<string> ReadValues { get; } = [];

    /// <summary>Tokens of a provider are taken.</summary>
    internal bool IsOn => Authority is not null || KeysPath is not null;
}
