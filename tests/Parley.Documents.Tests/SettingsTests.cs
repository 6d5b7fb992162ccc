using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Parley.Hosting;
using Parley.House.Tests;
using Parley.Testing;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>Settings in the documents pass the server's own checker.</summary>
public class SettingsTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static TheoryData<Snippet> Blocks => [.. Snippet.In("json", "jsonc")];

    [Theory]
    [MemberData(nameof(Blocks), DisableDiscoveryEnumeration = true)]
    public async Task A_block_of_settings_is_right(Snippet block)
    {
        string settings = block.Text;
        using JsonDocument document = JsonDocument.Parse(settings, Lenient);
        if (document.RootElement.TryGetProperty("Target", out _) || document.RootElement.TryGetProperty("Targets", out _))
            settings = $"{{ \"Parley\": {{ \"Routes\": [ {settings} ] }} }}"; // one route
        else if (!document.RootElement.TryGetProperty("Parley", out _) && !document.RootElement.TryGetProperty("Logging", out _))
            return; // of another program; it parses
        if (block.Page == "docs/guide/hosting.md")
        {
            Configure(block.Text);
            return;
        }
        if (document.RootElement.TryGetProperty("$schema", out JsonElement schema) && schema.GetString() is ['.', ..] path)
            Assert.True(File.Exists(Path.GetFullPath(path, Path.Combine(Repository.Root, Path.GetDirectoryName(block.Page)!))), path);
        (int code, string output) = await CheckAsync(settings);
        Assert.True(code == 0, $"{block}: exit code {code}\n{output}");
    }

    [Fact]
    public void The_documents_show_settings() => Assert.Contains(Snippet.In("json"), static s => s.Page == "README.md");

    [Theory]
    [InlineData("\"Listeners\"", "\"Listners\"")]
    [InlineData("udp:192.0.2.1:5060", "upd:192.0.2.1:5060")]
    [InlineData("\"AllowUnauthenticated\": true", "\"AllowUnauthenticated\": 3")]
    [InlineData("192.0.2.0/24", "192.0.2.0/240")]
    public async Task Settings_that_are_wrong_are_found(string right, string wrong)
    {
        string settings = Snippet.In("json").First(static s => s.Page == "README.md").Text;
        Assert.Contains(right, settings, StringComparison.Ordinal);
        (int code, _) = await CheckAsync(settings.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Equal(78, code);
    }

    [Fact]
    public void Settings_of_an_application_that_are_wrong_are_found()
    {
        string settings = Snippet.In("json").First(static s => s.Page == "docs/guide/hosting.md").Text;
        Assert.ThrowsAny<Exception>(() => Configure(settings.Replace("\"TimerC\"", "\"TimerX\"", StringComparison.Ordinal)));
    }

    /// <summary>An application of one's own takes the section, in a folder with the certificates that the documents name.</summary>
    private static void Configure(string settings)
    {
        using var folder = new CertificateFolder();
        string home = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            ParleyApplicationBuilder builder = ParleyApplication.CreateEmptyBuilder();
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(settings));
            builder.Configuration.AddJsonStream(stream);
            builder.Configure().UseTransport(new SimulatedNetwork(seed: 1).AddHost("192.0.2.1")).Build().Dispose();
        }
        finally
        {
            Environment.CurrentDirectory = home;
        }
    }

    /// <summary>`parley check`, in a folder with the certificates that the documents name.</summary>
    private static async Task<(int Code, string Output)> CheckAsync(string settings)
    {
        using var folder = new CertificateFolder();
        string file = Path.Combine(folder.Path, "parley.json");
        await File.WriteAllTextAsync(file, settings);
        return await Server.RunAsync(folder.Path, "check", "--config", file);
    }
}
