using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
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
        var file = Path.Combine(Directory.CreateTempSubdirectory("parley-").FullName, "parley.json");
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

    [Theory]
    [InlineData("Certificate")]
    [InlineData("TrustedCertificates")]
    public void A_file_that_holds_no_certificate_is_found_by_a_check(string setting)
    {
        var folder = Directory.CreateTempSubdirectory("parley-").FullName;
        File.WriteAllText(Path.Combine(folder, "parley.json"), $$"""{ "Parley": { "Tls": { "{{setting}}": "not.pem" } } }""");
        File.WriteAllText(Path.Combine(folder, "not.pem"), "no certificate");
        var (configuration, _, errors) = ConfigurationLoader.Load(Path.Combine(folder, "parley.json"));
        Assert.Null(configuration);
        Assert.StartsWith($"Parley:Tls:{setting}: cannot be used: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_one_line()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var server = ServerProcess.Start("run", $$""" "Listeners": [ { "Endpoint": "udp:127.0.0.1:{{port}}" } ] """);
        Assert.Equal(1, await server.WaitForExitAsync(Limit));
        var said = await server.Errors.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith($"parley: Cannot listen on udp:127.0.0.1:{port}: ", said, StringComparison.Ordinal);
        Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
