using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Transport;

/// <summary>Reads a certificate with its key and chain from PEM or PKCS#12 files.</summary>
internal static class TlsCertificateFile
{
    /// <summary>The authorities to trust; at least one.</summary>
    public static X509Certificate2Collection LoadTrusted(SipTlsOptions options)
    {
        var trusted = new X509Certificate2Collection();
        try
        {
            trusted.ImportFromPemFile(options.TrustedCertificatesPath!);
            if (trusted.Count == 0)
                throw new CryptographicException($"{options.TrustedCertificatesPath} holds no certificate in PEM.");
            return trusted;
        }
        catch (Exception e)
        {
            e.Data["Setting"] = "TrustedCertificates";
            throw;
        }
    }

    public static SslStreamCertificateContext Load(SipTlsOptions options)
    {
        var path = options.CertificatePath!;
        var chain = new X509Certificate2Collection();
        X509Certificate2 certificate;
        if (Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12")
        {
            chain = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, options.Password);
            certificate = chain.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException($"{path} holds no private key.");
        }
        else
        {
            certificate = options.Password is { } password
                ? X509Certificate2.CreateFromEncryptedPemFile(path, password, options.PrivateKeyPath)
                : X509Certificate2.CreateFromPemFile(path, options.PrivateKeyPath);
            chain.ImportFromPemFile(path);
        }
        if (OperatingSystem.IsWindows())
            certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null); // SChannel takes no key in memory only
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }
}
