using Parley.Management;
using Parley.Server.Configuration;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>The section Management:Access: tokens and certificates, and what may listen beyond loopback.</summary>
public class AccessSettingTests
{
    private const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    [Fact]
    public void Tokens_and_certificates_are_read()
    {
        var (configuration, errors) = Load(
            $$"""
            "Authorities": "ca.pem", "RequireOnLoopback": true,
            "Tokens": [ { "Name": "olga", "Role": "operate", "Sha256": "{{Hash}}" }, { "Name": "rita", "File": "rita.token" }, { "Name": "script", "Environment": "PARLEY_TOKEN" } ],
            "Certificates": [ { "Subject": "ops.example.com", "Role": "Operate" }, { "Thumbprint": "{{Hash}}" } ]
            """
        );
        Assert.Empty(errors);
        var access = configuration!.Management.Options.Access;
        Assert.True(access.RequireOnLoopback);
        Assert.Equal(
            [("olga", ManagementRole.Operate), ("rita", ManagementRole.Read), ("script", ManagementRole.Read)],
            access.Tokens.Select(t => (t.Name, t.Role))
        );
        Assert.Equal(Hash, access.Tokens[0].Sha256);
        Assert.True(Path.IsPathFullyQualified(access.Tokens[1].File!));
        Assert.Equal("PARLEY_TOKEN", access.Tokens[2].Environment);
        Assert.Equal([("ops.example.com", null), (null, Hash)], access.Certificates.Select(c => (c.Subject, c.Thumbprint)));
    }

    [Theory]
    [InlineData(""" "Tokens": [ { "Role": "Read" } ] """, "Management:Access:Tokens:0:Name: is missing")]
    [InlineData(
        """ "Tokens": [ { "Name": "a", "Sha256": "12" } ] """,
        "Management:Access:Tokens:0:Sha256: \"12\" is not allowed; give 64 hexadecimal digits"
    )]
    [InlineData(""" "Tokens": [ { "Name": "a", "Token": "12" } ] """, "Management:Access:Tokens:0:Token: there is no such setting")]
    [InlineData(""" "Tokens": [ { "Name": "a", "Role": "Root" } ] """, "is not allowed; give one of Read, Operate")]
    [InlineData(""" "Certificates": [ { "Subject": "a" } ] """, "Management:Access:Certificates: need Authorities")]
    [InlineData(""" "Authorities": "ca.pem" """, "Management:Access:Authorities: has no effect without Certificates")]
    [InlineData(""" "Key": "key.pem" """, "Management:Access:Key: has no effect without a Certificate")]
    [InlineData(""" "OpenId": { "Authority": "http://id.example.com" } """, "give a URL that begins with https://")]
    public void What_cannot_be_is_named(string access, string error)
    {
        var (_, errors) = Load(access);
        Assert.Contains(error, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""" "Tokens": [ { "Name": "a" } ] """, "needs one of Sha256, File and Environment")]
    [InlineData(""" "Tokens": [ { "Name": "a", "File": "nothing.token" } ] """, "cannot be read")]
    [InlineData(""" "Certificate": "nothing.pem" """, "Management:Access:Certificate: there is no file")]
    [InlineData(""" "OpenId": { "Authority": "https://id.example.com" } """, "needs an Audience")]
    public void Files_and_what_belongs_together_are_looked_at_before_the_start(string access, string error)
    {
        var (_, errors) = Load(access, readFiles: true);
        Assert.Contains(error, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:8889", """ "RequireOnLoopback": true """, false)]
    [InlineData("0.0.0.0:8889", """ "Certificate": "a.pem" """, false)]
    [InlineData("0.0.0.0:8889", """ "Tokens": [ { "Name": "a", "Environment": "X" } ] """, false)]
    [InlineData("0.0.0.0:8889", """ "Certificate": "a.pem", "Tokens": [ { "Name": "a", "Environment": "X" } ] """, true)]
    [InlineData("https://127.0.0.1:8889", """ "RequireOnLoopback": true """, false)]
    [InlineData("https://127.0.0.1:8889", """ "Certificate": "a.pem" """, true)]
    public void Beyond_loopback_a_certificate_and_a_credential_are_asked_for(string listen, string access, bool isAllowed)
    {
        var (_, errors) = Load(access, listen);
        if (isAllowed)
            Assert.Empty(errors);
        else
            Assert.StartsWith($"Parley:Management:Listen: \"{listen}\" ", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static (ServerConfiguration? Configuration, IReadOnlyList<string> Errors) Load(
        string access,
        string listen = "127.0.0.1:8888",
        bool readFiles = false
    )
    {
        var file = Path.Combine(TestFolder.ForTest("access"), "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": { "Management": { "Listen": [ "{{listen}}" ], "Access": { {{access}} } } } }""");
        var (configuration, _, errors) = ConfigurationLoader.Load(file, readCertificates: readFiles);
        return (configuration, [.. errors]);
    }
}
