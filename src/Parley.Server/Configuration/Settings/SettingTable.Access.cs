using Parley.Management;
using static Parley.Server.Configuration.Settings.SettingKinds;

namespace Parley.Server.Configuration.Settings;

internal static partial class SettingTable
{
    private const string Hash = "64 hexadecimal digits";

    private static GroupSetting<ServerConfiguration> Api =>
        new(
            "Api",
            "The HTTP API under `/api/v1`.",
            [
                new TextSetting<ServerConfiguration>(
                    "Node",
                    "The name of this server in lists and in the health.",
                    c => c.Management.Options.Api.Node,
                    (c, v) => c.Management.Options.Api.Node = v ?? "",
                    "a name",
                    ["edge-1"],
                    standard: "the machine's name"
                ),
            ]
        );

    private static GroupSetting<ServerConfiguration> Access =>
        new(
            "Access",
            "Who may call over HTTP. On loopback everybody; beyond it only over TLS, and with a token, a client certificate or a token of an OpenID provider.",
            [
                AccessPath(
                    "Certificate",
                    "PEM with the chain, or PFX; read again when it changes.",
                    "fullchain.pem",
                    o => o.CertificatePath,
                    (o, v) => o.CertificatePath = v
                ),
                AccessPath(
                    "Key",
                    "PEM of the private key, when it is not in Certificate.",
                    "privkey.pem",
                    o => o.PrivateKeyPath,
                    (o, v) => o.PrivateKeyPath = v
                ),
                new TextSetting<ServerConfiguration>(
                    "Password",
                    "Of the PFX or the encrypted key; better in the environment.",
                    c => c.Management.Options.Access.Tls.Password,
                    (c, v) => c.Management.Options.Access.Tls.Password = v,
                    "a text",
                    ["changeit"]
                ),
                AccessPath(
                    "Authorities",
                    "PEM of the authorities whose client certificates are looked at.",
                    "clients-ca.pem",
                    o => o.TrustedCertificatesPath,
                    (o, v) => o.TrustedCertificatesPath = v
                ),
                Tokens,
                Certificates,
                OpenId,
                Flag(
                    "RequireOnLoopback",
                    "Whether callers on this machine need a credential too.",
                    c => c.Management.Options.Access.RequireOnLoopback,
                    (c, v) => c.Management.Options.Access.RequireOnLoopback = v
                ),
                Number(
                    "FailuresPerMinute",
                    "How many wrong credentials an address may give in a minute; then it gets 429.",
                    c => c.Management.Options.Access.FailuresPerMinute,
                    (c, v) => c.Management.Options.Access.FailuresPerMinute = v,
                    1,
                    10_000
                ),
            ]
        );

    private static ObjectListSetting<ServerConfiguration, ManagementToken> Tokens =>
        new(
            "Tokens",
            "Bearer tokens; `parley token new` makes one.",
            "A bearer token, given by one of Sha256, File and Environment.",
            c => [.. c.Management.Options.Access.Tokens],
            (c, v) => Replace(c.Management.Options.Access.Tokens, v),
            [
                new TextSetting<ManagementToken>(
                    "Name",
                    "Its user, for the log.",
                    t => t.Name,
                    (t, v) => t.Name = v ?? "",
                    "a name",
                    ["olga"]
                )
                {
                    IsRequired = true,
                },
                new ChoiceSetting<ManagementToken, ManagementRole>(
                    "Role",
                    "Read: it sees everything. Operate: it changes everything.",
                    t => t.Role,
                    (t, v) => t.Role = v,
                    Names<ManagementRole>()
                ),
                new TextSetting<ManagementToken>(
                    "Sha256",
                    "The SHA-256 of the token.",
                    t => t.Sha256,
                    (t, v) => t.Sha256 = v,
                    Hash,
                    ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
                    ManagementToken.IsHash
                ),
                new PathSetting<ManagementToken>(
                    "File",
                    "A file with the token; read again when it changes.",
                    t => t.File,
                    (t, v) => t.File = v,
                    "/etc/parley/token"
                ),
                new TextSetting<ManagementToken>(
                    "Environment",
                    "An environment variable with the token.",
                    t => t.Environment,
                    (t, v) => t.Environment = v,
                    "the name of a variable",
                    ["PARLEY_TOKEN"]
                ),
            ],
            static (_, _) => { },
            "none"
        );

    private static ObjectListSetting<ServerConfiguration, ManagementCertificate> Certificates =>
        new(
            "Certificates",
            "Whose client certificates are taken; they need Authorities.",
            "A client certificate, given by Subject or Thumbprint.",
            c => [.. c.Management.Options.Access.Certificates],
            (c, v) => Replace(c.Management.Options.Access.Certificates, v),
            [
                new TextSetting<ManagementCertificate>(
                    "Subject",
                    "Its common name, or a DNS name or e-mail address in it.",
                    t => t.Subject,
                    (t, v) => t.Subject = v,
                    "a name",
                    ["ops.example.com"]
                ),
                new TextSetting<ManagementCertificate>(
                    "Thumbprint",
                    "Its SHA-256.",
                    t => t.Thumbprint,
                    (t, v) => t.Thumbprint = v,
                    Hash,
                    ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
                    ManagementToken.IsHash
                ),
                new ChoiceSetting<ManagementCertificate, ManagementRole>(
                    "Role",
                    "Read: it sees everything. Operate: it changes everything.",
                    t => t.Role,
                    (t, v) => t.Role = v,
                    Names<ManagementRole>()
                ),
            ],
            static (_, _) => { },
            "none"
        );

    private static GroupSetting<ServerConfiguration> OpenId =>
        new(
            "OpenId",
            "The OpenID provider whose access tokens (JWT) are taken; on with an Authority or Keys.",
            [
                OpenIdText(
                    "Authority",
                    "Its issuer; keys are fetched from there.",
                    "a URL that begins with https://",
                    "https://id.example.com/realms/voice",
                    o => o.Authority,
                    (o, v) => o.Authority = v,
                    static text =>
                        text.StartsWith("https://", StringComparison.Ordinal) && System.Uri.IsWellFormedUriString(text, UriKind.Absolute)
                ),
                new PathSetting<ServerConfiguration>(
                    "Keys",
                    "A file with its keys (JWKS), in place of Authority.",
                    c => c.Management.Options.Access.OpenId.KeysPath,
                    (c, v) => c.Management.Options.Access.OpenId.KeysPath = v,
                    "keys.json",
                    "none"
                ),
                OpenIdText(
                    "Issuer",
                    "Whose tokens are taken; needed with Keys.",
                    "a text",
                    "https://id.example.com/realms/voice",
                    o => o.Issuer,
                    (o, v) => o.Issuer = v
                ),
                OpenIdText("Audience", "For whom a token must be; needed.", "a text", "parley", o => o.Audience, (o, v) => o.Audience = v),
                OpenIdText(
                    "NameClaim",
                    "The claim with the user's name.",
                    "a claim",
                    "name",
                    o => o.NameClaim,
                    (o, v) => o.NameClaim = v ?? ""
                ),
                OpenIdText(
                    "RoleClaim",
                    "The claim with the user's roles; a dot leads into an object.",
                    "a claim",
                    "realm_access.roles",
                    o => o.RoleClaim,
                    (o, v) => o.RoleClaim = v ?? ""
                ),
                Texts(
                    "Operate",
                    "What it has for the role operate.",
                    static o => o.Access.OpenId.OperateValues,
                    static text => text.Length > 0,
                    "a text",
                    ["parley-operators"]
                ),
                Texts(
                    "Read",
                    "What it has for the role read.",
                    static o => o.Access.OpenId.ReadValues,
                    static text => text.Length > 0,
                    "a text",
                    ["parley-viewers"]
                ),
            ]
        );

    private static PathSetting<ServerConfiguration> AccessPath(
        string name,
        string description,
        string example,
        Func<Transport.SipTlsOptions, string?> get,
        Action<Transport.SipTlsOptions, string?> set
    ) =>
        new(
            name,
            description,
            c => get(c.Management.Options.Access.Tls),
            (c, v) => set(c.Management.Options.Access.Tls, v),
            example,
            "none"
        );

    private static TextSetting<ServerConfiguration> OpenIdText(
        string name,
        string description,
        string allowed,
        string example,
        Func<ManagementOpenIdOptions, string?> get,
        Action<ManagementOpenIdOptions, string?> set,
        Func<string, bool>? accepts = null
    ) =>
        new(
            name,
            description,
            c => get(c.Management.Options.Access.OpenId),
            (c, v) => set(c.Management.Options.Access.OpenId, v),
            allowed,
            [example],
            accepts
        );

    private static void Replace<T>(IList<T> list, IReadOnlyList<T> values)
    {
        list.Clear();
        foreach (var value in values)
            list.Add(value);
    }
}
