namespace Parley.Transport;

/// <summary>Certificates of a TLS listener (and of the connections it opens), and what is asked of the far end. TLS 1.2 and 1.3 only.</summary>
public sealed class SipTlsOptions
{
    /// <summary>A PEM file (certificate, then intermediates) or a PKCS#12 file (.pfx, .p12). Read again when it changes. Null: this side has no certificate and can only connect.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The PEM file of the private key; null when it is in <see cref="CertificatePath"/>.</summary>
    public string? PrivateKeyPath { get; set; }

    /// <summary>The password of the PKCS#12 file or of an encrypted key.</summary>
    public string? Password { get; set; }

    /// <summary>Whether clients are asked for a certificate.</summary>
    public ClientCertificates ClientCertificates { get; set; }

    /// <summary>A PEM file of the authorities to trust instead of the system's, for both directions.</summary>
    public string? TrustedCertificatesPath { get; set; }

    /// <summary>Takes any certificate of a server we connect to, whatever its name, age or authority: closed networks and tests only. Default false.</summary>
    public bool AcceptUntrustedServers { get; set; }

    /// <summary>How often the files are looked at for a change.</summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Reads the files once, as a listener would at its start.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate, no key that belongs to it, or the password is wrong.</exception>
    /// <exception cref="ArgumentException">A file is no PEM.</exception>
    public void CheckFiles()
    {
        if (TrustedCertificatesPath is not null)
            TlsCertificateFile.LoadTrusted(this);
        if (CertificatePath is not null)
            TlsCertificateFile.Load(this);
    }
}
