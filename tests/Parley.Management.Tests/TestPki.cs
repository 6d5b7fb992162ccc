using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Management.Tests;

/// <summary>An authority of a test's own, and what it signs, as files.</summary>
internal sealed class TestPki : IDisposable
{
    private readonly TestFolder _folder = new("pki");
    private readonly X509Certificate2 _authority;
    private int _serial = 1;

    public TestPki(string name = "CN=Test authority")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        AuthorityPath = At("authority.pem");
        File.WriteAllText(AuthorityPath, _authority.ExportCertificatePem());
    }

    public string AuthorityPath { get; }

    public X509Certificate2 Authority => _authority;

    public string At(string name) => Path.Combine(_folder.Path, name);

    public X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false)
        );
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 issued = request.Create(_authority, now.AddHours(-1), now.AddDays(7), BitConverter.GetBytes(_serial++));
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Writes certificate and key as PEM files "name.pem" and "name.key".</summary>
    public void Write(X509Certificate2 certificate, string name)
    {
        File.WriteAllText(At(name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(At(name + ".key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }
}
