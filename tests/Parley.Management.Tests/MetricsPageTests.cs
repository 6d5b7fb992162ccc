using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Transport;
using Xunit;

namespace Parley.Management.Tests;

/// <summary>docs/operations/metrics.md has a row for each instrument that an application registers, with what the code says of it; the dashboard and the rules use no metric that there is not.</summary>
public partial class MetricsPageTests
{
    private const string Page = "docs/operations/metrics.md";
    private const string Begin = "<!-- instruments -->\n";
    private const string End = "<!-- end of instruments -->\n";

    [Fact]
    public async Task The_page_has_every_instrument()
    {
        string written = Begin + Table(await InstrumentsAsync()) + End;
        string file = Path.Combine(Root(), Page);
        string page = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        int begin = page.IndexOf(Begin, StringComparison.Ordinal),
            end = page.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"{Page} has no {Begin.Trim()}.");
        string made = Path.Combine(Root(), "artifacts", "metrics.md");
        Directory.CreateDirectory(Path.GetDirectoryName(made)!);
        await File.WriteAllTextAsync(
            made,
            string.Concat(page.AsSpan(0, begin), written, page.AsSpan(end + End.Length)),
            TestContext.Current.CancellationToken
        );
        Assert.True(page[begin..(end + End.Length)] == written, $"{Page} is not that of the code: copy {made} over it.");
    }

    [Fact]
    public async Task Every_instrument_says_what_it_is()
    {
        foreach (Instrument instrument in await InstrumentsAsync())
        {
            Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name);
            Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal);
            Assert.Matches("^(sip|parley)(\\.[a-z][a-z_]*)+$", instrument.Name);
        }
    }

    [Theory]
    [InlineData("deploy/grafana/parley.json")]
    [InlineData("deploy/prometheus/parley.rules.yml")]
    public async Task What_is_deployed_asks_for_metrics_that_there_are(string path)
    {
        var known = (await InstrumentsAsync())
            .SelectMany(static i =>
                MetricKinds.Of(i) switch
                {
                    MetricKind.Counter => [MetricName.Of(i) + "_total"],
                    MetricKind.Histogram => new[] { "_bucket", "_sum", "_count" }.Select(s => MetricName.Of(i) + s),
                    _ => [MetricName.Of(i)],
                }
            )
            .ToHashSet(StringComparer.Ordinal);
        string text = await File.ReadAllTextAsync(Path.Combine(Root(), path), TestContext.Current.CancellationToken);
        string[] used = [.. Used().Matches(text).Select(static m => m.Groups[1].Value).Distinct()];
        Assert.True(used.Length > 10);
        Assert.Empty(used.Except(known));
    }

    private static string Table(IEnumerable<Instrument> instruments)
    {
        var page = new StringBuilder();
        foreach (
            IGrouping<string, Instrument> meter in instruments
                .GroupBy(static i => i.Meter.Name)
                .OrderBy(static m => m.Key, StringComparer.Ordinal)
        )
        {
            page.Append("\n### Meter `").Append(meter.Key).Append("`\n\n| Instrument | For Prometheus | Kind | |\n|---|---|---|---|\n");
            foreach (Instrument instrument in meter.OrderBy(static i => i.Name, StringComparer.Ordinal))
                page.Append("| `")
                    .Append(instrument.Name)
                    .Append("` | `")
                    .Append(MetricName.Of(instrument))
                    .Append(MetricKinds.Of(instrument) == MetricKind.Counter ? "_total" : "")
                    .Append("` | ")
                    .Append(
                        MetricKinds.Of(instrument) switch
                        {
                            MetricKind.Counter => "counter",
                            MetricKind.Histogram => "histogram",
                            _ => "gauge",
                        }
                    )
                    .Append(" | ")
                    .Append(instrument.Description)
                    .Append(" |\n");
        }

        return page.Append('\n').ToString();
    }

    /// <summary>Of an application with all that the server has: real sockets, a store, a registrar with one, call records.</summary>
    private static async Task<List<Instrument>> InstrumentsAsync()
    {
        ParleyApplicationBuilder builder = ParleyApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Transport.Listeners.Add(
            new SipListenerOptions { Protocol = SipProtocol.Udp, EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }
        );
        builder.Transport.Listeners.Add(
            new SipListenerOptions { Protocol = SipProtocol.Tcp, EndPoint = new IPEndPoint(IPAddress.Loopback, 0) }
        );
        builder.AddDialogs();
        builder.AddDialogStore(new MemoryDialogStore());
        builder.Services.AddRegistrar();
        builder.Services.AddLocationStore(new MemoryLocationStore());
        builder.AddManagement(static options => options.Listen.Add("127.0.0.1:0"));
        await using ParleyApplication application = builder.Build();
        var meters = application.Services.GetRequiredService<IMeterFactory>();
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, meters))
                    instruments.Add(instrument);
            },
        };
        listener.Start();
        await application.StartAsync(TestContext.Current.CancellationToken);
        await application.StopAsync(TestContext.Current.CancellationToken);
        return instruments;
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Parley.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    // What a query measures: a name before a brace, a range or a bracket; labels stand behind a comma, a brace or "by (".
    [GeneratedRegex(
        """(?<![a-z_{,"])((?:sip|parley)_[a-z_]+_(?:total|bucket|sum|count|seconds|bytes|size|top|limit|values|addresses|depth|available|pending|cached|info|queue)|sip_dialog_store_available)(?=[{\[ )\\]|$)""",
        RegexOptions.Multiline
    )]
    private static partial Regex Used();
}
