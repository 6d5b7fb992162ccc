using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Server.WarmUp;
using Xunit;

namespace Parley.Server.Tests;

/// <summary>What a check lets through starts; what cannot start is one line.</summary>
public class StartTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> AllowedValues()
    {
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "parley.schema.json")));
        var data = new TheoryData<string, string>();
        foreach (
            var section in schema.RootElement.GetProperty("properties").GetProperty("Parley").GetProperty("properties").EnumerateObject()
        )
        {
            if (!section.Value.TryGetProperty("properties", out var settings))
                continue;
            foreach (var setting in settings.EnumerateObject())
            {
                if (setting.Value.TryGetProperty("enum", out var values))
                {
                    foreach (var value in values.EnumerateArray())
                        data.Add(section.Name + ":" + setting.Name, value.GetRawText());
                }
                foreach (var limit in new[] { "minimum", "maximum" })
                {
                    // The largest buffers and worker counts are a matter of memory, not of the setting.
                    if (setting.Value.TryGetProperty(limit, out var value) && !(section.Name is "Udp" or "Log" && limit == "maximum"))
                        data.Add(section.Name + ":" + setting.Name, value.GetRawText());
                }
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(AllowedValues))]
    public async Task Every_value_that_a_check_lets_through_makes_a_server(string setting, string value)
    {
        var parts = setting.Split(':');
        var file = Path.Combine(TestFolder.ForTest("settings"), "parley.json");
        await File.WriteAllTextAsync(
            file,
            $$"""
            { "Logging": { "LogLevel": { "Default": "None" } }, "Parley": { "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{ServerProcess.FreePort()}}" } ], "{{parts[
                0
            ]}}": { "{{parts[1]}}": {{value}} } } }
            """,
            TestContext.Current.CancellationToken
        );
        var (configuration, root, errors) = ConfigurationLoader.Load(file);
        if (configuration is null)
        {
            Assert.All(errors, e => Assert.DoesNotContain("is not allowed", e, StringComparison.Ordinal)); // it does not go with another's default
            return;
        }
        await using var application = ApplicationSetup.Build(configuration, root!);
        Assert.Single(application.Transport.Listeners);
    }

    public static TheoryData<string, string, string, string> BadCertificates =>
        new()
        {
            { "not.pem", "", "", "Certificate: DIR/not.pem holds no certificate in PEM" },
            { "missing.pem", "", "", "Certificate: there is no file DIR/missing.pem" },
            { "a.pem", "", "", "Certificate: DIR/a.pem holds no private key in PEM; name the key's file in Key" },
            { "a.pem", "not.pem", "", "Key: DIR/not.pem holds no private key in PEM" },
            { "a.pem", "b.key", "", "Key: the key in DIR/b.key is not that of the certificate in DIR/a.pem" },
            { "a.key", "a.pem", "", "Certificate: DIR/a.key holds no certificate in PEM" }, // swapped
            { "a.pem", "a.enc", "", "Key: the key in DIR/a.enc is encrypted; give its Password" },
            { "a.pem", "a.enc", "wrong", "Key: the key in DIR/a.enc cannot be read with this Password" },
            { "a.pem", "a.key", "", "" },
            { "a.pem", "a.enc", "right", "" },
        };

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public void Certificates_and_keys_are_read_when_a_check_is_asked_to(string certificate, string key, string password, string expected)
    {
        var folder = TestFolder.ForTest("settings");
        WriteCertificate(folder, "a");
        WriteCertificate(folder, "b");
        File.WriteAllText(Path.Combine(folder, "not.pem"), "no certificate");
        var keys = (key.Length > 0 ? $", \"Key\": \"{key}\"" : "") + (password.Length > 0 ? $", \"Password\": \"{password}\"" : "");
        var file = Path.Combine(folder, "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": { "Tls": { "Certificate": "{{certificate}}"{{keys}} } } }""");
        Assert.Empty(ConfigurationLoader.Load(file, readCertificates: false).Errors);
        var errors = ConfigurationLoader.Load(file).Errors;
        Assert.Equal(
            expected.Length == 0 ? [] : ["Parley:Tls:" + expected.Replace("DIR", folder, StringComparison.Ordinal) + " (line 1)"],
            errors
        );
    }

    [Fact]
    public void Trusted_certificates_are_read_too()
    {
        var folder = TestFolder.ForTest("settings");
        File.WriteAllText(Path.Combine(folder, "parley.json"), """{ "Parley": { "Tls": { "TrustedCertificates": "not.pem" } } }""");
        File.WriteAllText(Path.Combine(folder, "not.pem"), "no certificate");
        var (_, _, errors) = ConfigurationLoader.Load(Path.Combine(folder, "parley.json"));
        Assert.StartsWith("Parley:Tls:TrustedCertificates: cannot be used: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static void WriteCertificate(string folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, name + ".key"), key.ExportPkcs8PrivateKeyPem());
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000);
        File.WriteAllText(Path.Combine(folder, name + ".enc"), key.ExportEncryptedPkcs8PrivateKeyPem("right", encryption));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check", "--open")]
    public async Task An_address_in_use_is_one_line(params string[] command)
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var server = ServerProcess.Start(command, $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ] """);
        Assert.Equal(78, await server.WaitForExitAsync(Limit));
        var said = await server.Errors.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith($"parley: Cannot listen on udp:127.0.0.1:{port}: ", said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task The_first_lines_name_version_settings_and_listeners()
    {
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.Start("run", $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ] """);
        Assert.Matches(
            "info: Parley.Server\\[1000\\] Parley [0-9]+\\.[0-9]+\\.[0-9]+.* starts with the settings /.*/parley.json$",
            await server.ReadUntilAsync("[1000]", Limit)
        );
        Assert.EndsWith(
            $"Parley.Server[1001] Listeners: udp:127.0.0.1:{port}",
            await server.ReadUntilAsync("[1001]", Limit),
            StringComparison.Ordinal
        );
        await server.ReadUntilAsync("Parley is ready", Limit);
    }

    [Theory]
    [InlineData("udp:127.0.0.1:5060")]
    [InlineData("udp:127.0.0.1:5060", "tcp:127.0.0.1:5060")]
    public async Task A_warm_up_takes_a_call_through(params string[] endpoints)
    {
        var listeners = string.Join(", ", endpoints.Select(e => $$"""{ "Endpoint": "{{e}}" }"""));
        var file = Path.Combine(TestFolder.ForTest("settings"), "parley.json");
        await File.WriteAllTextAsync(
            file,
            $$"""{ "Parley": { "Listeners": [ {{listeners}} ], "Registrar": { "Enabled": false }, "Dialogs": { "MatchMode": "DidOnly" } } }""",
            TestContext.Current.CancellationToken
        );
        Assert.True(await ServerWarmUp.RunAsync(ConfigurationLoader.Load(file).Configuration!));
    }

    [Fact]
    public async Task The_first_help_shows_the_settings_file_and_check_its_switch()
    {
        Assert.Contains("--config <file>", await HelpAsync("--help"), StringComparison.Ordinal);
        Assert.Contains("--open", await HelpAsync("check", "--help"), StringComparison.Ordinal);
    }

    private static async Task<string> HelpAsync(params string[] arguments)
    {
        await using var server = ServerProcess.Run(arguments);
        var text = await server.Output.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, await server.WaitForExitAsync(Limit));
        return text;
    }
}
