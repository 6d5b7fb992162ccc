using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Transport.Tests.Tls;

/// <summary>An authority of the test's own and what it signs, as files in a directory that goes with it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;
    private readonly TestFolder _directory = new("tls");
    private int _serial = 1;

    public TestCertificates()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        AuthorityPath = At("authority.pem");
        File.WriteAllText(AuthorityPath, _authority.ExportCertificatePem());
    }

    public string AuthorityPath { get; }

    public X509Certificate2 Authority => _authority;

    public string At(string name) => Path.Combine(_directory.Path, name);

    public X509Certificate2 Issue(string name, bool withAddress = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (withAddress)
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false)
        );
        using var issued = request.Create(
            _authority,
            DateTimeOffset.UtcNow.AddHours(-1),
            DateTimeOffset.UtcNow.AddDays(7),
            BitConverter.GetBytes(_serial++)
        );
        return issued.CopyWithPrivateKey(key);
    }

    /// <summary>Writes certificate and key as PEM; returns the options that use them.</summary>
    public SipTlsOptions Write(X509Certificate2 certificate, string name)
    {
        File.WriteAllText(At(name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(At(name + ".key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return new SipTlsOptions
        {
            CertificatePath = At(name + ".pem"),
            PrivateKeyPath = At(name + ".key"),
            TrustedCertificatesPath = AuthorityPath,
        };
    }

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }
}
