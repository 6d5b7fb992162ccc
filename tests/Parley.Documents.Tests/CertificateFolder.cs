using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Documents.Tests;

/// <summary>A temporary folder with the certificate files that the documents name.</summary>
internal sealed class CertificateFolder : IDisposable
{
    public CertificateFolder()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sip.example.com", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(System.IO.Path.Combine(Path, "fullchain.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(System.IO.Path.Combine(Path, "privkey.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private readonly TestFolder _folder = new("documents");

    public string Path => _folder.Path;

    public void Dispose() => _folder.Dispose();
}
