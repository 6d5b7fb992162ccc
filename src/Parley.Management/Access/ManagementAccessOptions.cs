using Microsoft.Extensions.Logging.Abstractions;
using Parley.Transport;

namespace Parley.Management;

/// <summary>
/// Who may call the management side over HTTP. On loopback everybody may, unless <see cref="RequireOnLoopback"/> is set. Beyond loopback there is only TLS, and only
/// callers with a token, a client certificate or a token of an OpenID provider; without a certificate and one of these no such address is opened.
/// </summary>
public sealed class ManagementAccessOptions
{
    /// <summary>The certificate of the listeners beyond loopback, with its key and chain, read again when its files change; and in <see cref="SipTlsOptions.TrustedCertificatesPath"/> the authorities of client certificates.</summary>
    public SipTlsOptions Tls { get; } = new();

    /// <summary>The bearer tokens.</summary>
    public IList<ManagementToken> Tokens { get; } = [];

    /// <summary>Which client certificates are whose; empty: none is asked for.</summary>
    public IList<ManagementCertificate> Certificates { get; } = [];

    /// <summary>The OpenID provider whose access tokens are taken.</summary>
    public ManagementOpenIdOptions OpenId { get; } = new();

    /// <summary>Callers on loopback need a credential too.</summary>
    public bool RequireOnLoopback { get; set; }

    /// <summary>How many wrong credentials an address (of IPv6: a /64) may give in a minute, 1 or more; then it gets 429, with right ones too.</summary>
    public int FailuresPerMinute { get; set; } = 10;

    /// <summary>What of the tokens, certificates and the provider cannot be, in one line that names it; null: nothing. Reads the files of tokens and keys.</summary>
    public string? Fault
    {
        get
        {
            try
            {
                _ = new TokenTable(Tokens, TimeProvider.System, NullLogger.Instance);
                _ = new CertificateTable(Certificates);
                if (OpenId.IsOn)
                    _ = new OpenIdAccess(OpenId, TimeProvider.System);
                return null;
            }
            catch (ManagementException error)
            {
                return error.Message;
            }
        }
    }

    /// <summary>There is a credential that a caller can have.</summary>
    internal bool HasCredentials => Tokens.Count > 0 || OpenId.IsOn || (Certificates.Count > 0 && Tls.TrustedCertificatesPath is not null);
}
