using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>Every value of Tls:ClientCertificates that a check lets through runs, and does what it says.</summary>
public class ClientCertificateTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("None", false, true)]
    [InlineData("Request", false, true)]
    [InlineData("Request", true, true)]
    [InlineData("require", false, false)]
    [InlineData("Require", true, true)]
    public async Task A_client_is_asked_for_its_certificate_as_configured(string mode, bool presents, bool admitted)
    {
        using var authority = Authority();
        using var own = Issue(authority, "phone.example.com");
        var port = ServerProcess.FreePort();
        var settings = Settings(port, authority, mode);
        await using var check = ServerProcess.Start("check", settings);
        Assert.Equal(0, await check.WaitForExitAsync(Limit));

        await using var server = ServerProcess.Start("run", settings);
        await server.ReadUntilAsync("Parley is ready", Limit);
        Assert.Equal(admitted, await IsAnsweredAsync(port, authority, presents ? own : null));
        server.Terminate();
        Assert.Equal(0, await server.WaitForExitAsync(Limit));
    }

    [Fact]
    public async Task A_certificate_of_a_foreign_authority_is_refused()
    {
        using var authority = Authority();
        using var foreign = Authority();
        using var own = Issue(foreign, "phone.example.com");
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.Start("run", Settings(port, authority, "Request"));
        await server.ReadUntilAsync("Parley is ready", Limit);
        Assert.False(await IsAnsweredAsync(port, authority, own));
    }

    private static string Settings(int port, X509Certificate2 authority, string mode)
    {
        var folder = TestFolder.ForTest("certificates");
        using var certificate = Issue(authority, "localhost");
        File.WriteAllText(
            Path.Combine(folder, "server.pem"),
            certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()
        );
        File.WriteAllText(Path.Combine(folder, "authority.pem"), authority.ExportCertificatePem());
        return $$"""
            "Listeners": [ { "Endpoint": "tls:127.0.0.1:{{port}}" } ],
            "Tls": { "Certificate": "{{folder}}/server.pem", "TrustedCertificates": "{{folder}}/authority.pem", "ClientCertificates": "{{mode}}" }
            """;
    }

    private static async Task<bool> IsAnsweredAsync(int port, X509Certificate2 authority, X509Certificate2? own)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    CertificateChainPolicy = policy,
                    ClientCertificateContext = own is null ? null : SslStreamCertificateContext.Create(own, null, offline: true),
                },
                limit.Token
            );
            await tls.WriteAsync(
                Encoding.ASCII.GetBytes(
                    "OPTIONS sip:nobody@example.org SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKc1\r\nMax-Forwards: 70\r\nFrom: <sip:a@example.com>;tag=1\r\n"
                        + "To: <sip:nobody@example.org>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
                ),
                limit.Token
            );
            var buffer = new byte[4096];
            var length = await tls.ReadAsync(buffer, limit.Token);
            return Encoding.ASCII.GetString(buffer, 0, length).StartsWith("SIP/2.0 ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false)
        );
        using var issued = request.Create(
            authority,
            DateTimeOffset.UtcNow.AddHours(-1),
            DateTimeOffset.UtcNow.AddDays(7),
            [1, 2, 3, (byte)name.Length]
        );
        return issued.CopyWithPrivateKey(key);
    }
}
