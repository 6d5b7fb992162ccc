using System.Globalization;
using System.Text.Json;
using Parley.EndToEnd.Tests.Peers;

namespace Parley.EndToEnd.Tests.Metrics;

/// <summary>A Prometheus of Debian's package that reads a server each half second, with the alert rules of deploy/.</summary>
internal sealed class Prometheus : PeerProcess
{
    private readonly HttpClient _http;

    private Prometheus(string folder, string configuration, int port)
        : base(
            "prometheus",
            [
                $"--config.file={configuration}",
                $"--storage.tsdb.path={Path.Combine(folder, "data")}",
                string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
            ],
            folder
        ) => _http = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };

    /// <param name="target">The port of the server's management side.</param>
    /// <param name="rules">The file of the rules.</param>
    public static async Task<Prometheus> StartAsync(int target, string rules)
    {
        var folder = TestFolder.ForTest("prometheus");
        var configuration = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
            global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s }
            rule_files: [ "{{rules}}" ]
            scrape_configs:
              - job_name: parley
                static_configs: [ { targets: [ "127.0.0.1:{{target}}" ] } ]
            """
        );
        var prometheus = new Prometheus(folder, configuration, Ports.Next());
        await prometheus.WaitForLineAsync("Server is ready to receive web requests", TimeSpan.FromSeconds(60));
        return prometheus;
    }

    /// <summary>The samples of an instant query: how many time series answer it.</summary>
    /// <exception cref="InvalidOperationException">Prometheus cannot run the query.</exception>
    public async Task<int> CountAsync(string query)
    {
        var reply = await GetAsync("/api/v1/query?query=" + Uri.EscapeDataString(query));
        if (reply.GetProperty("status").GetString() != "success")
            throw new InvalidOperationException($"{query}: {reply.GetProperty("error").GetString()}");
        var data = reply.GetProperty("data");
        return data.GetProperty("resultType").GetString() == "vector" ? data.GetProperty("result").GetArrayLength() : 1;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return await JsonSerializer.DeserializeAsync<JsonElement>(await response.Content.ReadAsStreamAsync());
    }
}
