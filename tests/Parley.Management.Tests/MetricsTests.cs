using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Parley.Registrar;
using Xunit;

namespace Parley.Management.Tests;

/// <summary><c>GET /metrics</c>: what the calls did, in both formats.</summary>
public partial class MetricsTests
{
    [Fact]
    public async Task Numbers_are_those_of_the_calls()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(change: static builder => builder.Services.AddRegistrar());
        await ReadAsync(proxy); // collects from here on
        proxy.OnDialog = dialog => proxy.Dialogs.FindProfile("caller")!.Set(dialog, "alice");
        for (int i = 0; i < 3; i++)
            proxy.Answered();
        proxy.Bob.OnInvite = static call => call.Reject(486);
        proxy.Call();
        proxy.Run(1);
        Dictionary<string, double> all = Samples(await ReadAsync(proxy));
        Assert.Equal(3, all["""sip_dialog_count{sip_dialog_state="confirmed"}"""]);
        Assert.Equal(0, all["""sip_dialog_count{sip_dialog_state="early"}"""]);
        Assert.Equal(4, all["sip_dialog_created_total"]);
        Assert.Equal(3, all["sip_dialog_answered_total"]);
        Assert.Equal(1, all["""sip_dialog_failed_total{sip_response_status_code="486"}"""]);
        Assert.Equal(4, all["""sip_request_count_total{network_io_direction="receive",sip_request_method="INVITE"}"""]);
        Assert.Equal(4, all["""sip_request_count_total{network_io_direction="transmit",sip_request_method="INVITE"}"""]);
        Assert.Equal(3, all["""sip_request_count_total{network_io_direction="transmit",sip_request_method="ACK"}"""]);
        const string Sent =
            """sip_response_count_total{network_io_direction="transmit",sip_request_method="INVITE",sip_response_status_code=""";
        Assert.Equal(3, all[Sent + "\"200\"}"]);
        Assert.Equal(1, all[Sent + "\"486\"}"]);
        Assert.Equal(3, all[Sent.Replace("transmit", "receive", StringComparison.Ordinal) + "\"200\"}"]);
        Assert.Equal(3, all["""sip_profile_size{sip_profile_name="caller"}"""]);
        Assert.Equal(3, all["""sip_profile_top{sip_profile_name="caller",sip_profile_value="alice"}"""]);
        Assert.Equal(3, all["sip_dialog_setup_duration_seconds_count"]);
        Assert.Equal(3, all["""sip_dialog_answer_duration_seconds_bucket{le="+Inf"}"""]);
        Assert.Equal(3, all["""sip_server_request_duration_seconds_count{sip_request_method="INVITE",sip_response_status_code="200"}"""]);
        Assert.Equal(1, all["""sip_client_request_duration_seconds_count{sip_request_method="INVITE",sip_response_status_code="486"}"""]);
        Assert.Equal(0, all["sip_registration_count"]);
        Assert.Contains(all.Keys, static key => key.StartsWith("dotnet_gc_collections_total{", StringComparison.Ordinal));
        Assert.Contains(all.Keys, static key => key.StartsWith("parley_build_info{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_is_counted_in_the_bucket_of_its_length()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        await ReadAsync(proxy);
        proxy.Answered();
        proxy.Run(42);
        proxy.Dialogs.Dialogs().Single().Terminate();
        proxy.Run(1);
        Dictionary<string, double> all = Samples(await ReadAsync(proxy));
        Assert.Equal(0, all["""sip_dialog_duration_seconds_bucket{le="30"}"""]);
        Assert.Equal(1, all["""sip_dialog_duration_seconds_bucket{le="60"}"""]);
        Assert.InRange(all["sip_dialog_duration_seconds_sum"], 42, 44);
        Assert.Equal(1, all["""sip_dialog_count{sip_dialog_state="deleted"}"""]);
        Assert.True(all["sip_proxy_local_requests_total"] >= 2); // the BYEs
    }

    [Fact]
    public async Task Credentials_that_are_refused_are_counted_and_a_first_challenge_is_not()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        proxy.Bob.OnInvite = static call => call.Reject(407);
        proxy.Call();
        proxy.Run(1);
        Assert.Equal(0, Samples(await ReadAsync(proxy))["sip_authentication_failures_total"]);
        proxy.Alice.Invite("sip:bob@10.0.0.1", static invite => invite.Add("Proxy-Authorization", "Digest username=\"alice\""));
        proxy.Run(1);
        Assert.Equal(1, Samples(await ReadAsync(proxy))["sip_authentication_failures_total"]);
    }

    [Fact]
    public async Task The_old_format_is_the_default_and_OpenMetrics_comes_when_asked_for()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        using var http = new HttpClient { BaseAddress = proxy.BaseUrl };
        using HttpResponseMessage old = await http.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", old.Content.Headers.ContentType!.ToString());
        string text = await old.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE sip_dialog_created_total counter\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", text, StringComparison.Ordinal);
        // What Prometheus 2.42 sends.
        const string Accept =
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        http.DefaultRequestHeaders.Add("Accept", Accept);
        using HttpResponseMessage open = await http.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType!.ToString());
        text = await open.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE sip_dialog_created counter\n", text, StringComparison.Ordinal);
        Assert.Contains("\nsip_dialog_created_total ", text, StringComparison.Ordinal);
        Assert.Contains("# UNIT sip_dialog_setup_duration_seconds seconds\n", text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/plain", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.4, text/plain;q=0.5", false)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("a/b/c;;;", false)]
    public void The_format_is_the_one_that_is_preferred(string accept, bool isOpenMetrics) =>
        Assert.Equal(isOpenMetrics, MetricFormat.WantsOpenMetrics(accept));

    [Fact]
    public void Label_values_are_escaped_and_names_cleaned()
    {
        string labels = MetricText.Labels([new("sip.profile.value", "a\"b\\c\nd"), new("1-x", 5), new("gone", null)]);
        Assert.Equal("""_1_x="5",sip_profile_value="a\"b\\c\nd" """.TrimEnd(), labels);
    }

    [Fact]
    public async Task Series_beyond_the_limit_are_left_out_and_counted()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options => options.Metrics.MaxSeries = 3);
        IMeterFactory meters = proxy.Application.Services.GetRequiredService<IMeterFactory>();
        Counter<long> counter = meters.Create("Test").CreateCounter<long>("many");
        await ReadAsync(proxy);
        for (int i = 0; i < 10; i++)
            counter.Add(1, new KeyValuePair<string, object?>("n", i));
        counter.Add(5, new KeyValuePair<string, object?>("n", 1));
        Dictionary<string, double> all = Samples(await ReadAsync(proxy));
        Assert.Equal(3, all.Keys.Count(static key => key.StartsWith("many_total{", StringComparison.Ordinal)));
        Assert.Equal(6, all["""many_total{n="1"}"""]);
        Assert.True(Samples(await ReadAsync(proxy))["parley_metrics_dropped_total"] >= 7);
    }

    [Fact]
    public async Task An_instrument_that_throws_takes_no_other_with_it()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync();
        Meter meter = proxy.Application.Services.GetRequiredService<IMeterFactory>().Create("Test");
        meter.CreateObservableGauge("broken", static () => Environment.ProcessId > 0 ? throw new InvalidOperationException("not now") : 1L);
        meter.CreateObservableGauge("whole", static () => 4L);
        Dictionary<string, double> all = Samples(await ReadAsync(proxy));
        all = Samples(await ReadAsync(proxy));
        Assert.Equal(4, all["whole"]);
        Assert.Single(proxy.Log.Lines, static line => line.Contains(" 7200 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_applications_of_one_process_have_numbers_of_their_own()
    {
        await using ManagedProxy one = await ManagedProxy.StartAsync();
        await using ManagedProxy other = await ManagedProxy.StartAsync();
        one.Answered();
        Assert.Equal(1, Samples(await ReadAsync(one))["sip_dialog_created_total"]);
        Assert.Equal(0, Samples(await ReadAsync(other))["sip_dialog_created_total"]);
    }

    [Fact]
    public async Task Nothing_listens_before_it_is_read_or_when_it_is_off()
    {
        await using ManagedProxy proxy = await ManagedProxy.StartAsync(static options => options.Metrics.HasCharts = false);
        Assert.False(proxy.Application.Transactions.Statistics.ServerTimes!.Enabled);
        await ReadAsync(proxy);
        Assert.True(proxy.Application.Transactions.Statistics.ServerTimes.Enabled);
        await using ManagedProxy off = await ManagedProxy.StartAsync(static options =>
        {
            options.Metrics.IsEnabled = false;
            options.Metrics.HasCharts = false;
        });
        using var http = new HttpClient { BaseAddress = off.BaseUrl };
        foreach (string path in new[] { "/metrics", "/api/v1/charts" })
        {
            using HttpResponseMessage response = await http.GetAsync(
                new Uri(path, UriKind.Relative),
                TestContext.Current.CancellationToken
            );
            Assert.False(response.IsSuccessStatusCode);
        }
    }

    [Fact]
    public void The_greatest_values_are_found_among_many()
    {
        var times = new SetupTimes();
        for (int i = 1; i <= 100; i++)
            times.Record(i / 100.0);
        times.TakeStep();
        // A bucket is an eighth of an octave wide.
        Assert.InRange(times.Percentile(0.5), 500, 500 * 1.1);
        Assert.InRange(times.Percentile(0.99), 990, 990 * 1.1);
        times.TakeStep();
        Assert.Equal(double.NaN, times.Percentile(0.5));
    }

    internal static async Task<string> ReadAsync(ManagedProxy proxy)
    {
        using var http = new HttpClient { BaseAddress = proxy.BaseUrl };
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/plain"));
        return await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
    }

    /// <summary>Each line is one that the format allows, and each sample is there once.</summary>
    internal static Dictionary<string, double> Samples(string text)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal) || line.StartsWith("# TYPE ", StringComparison.Ordinal))
                continue;
            Match match = Sample().Match(line);
            Assert.True(match.Success, line);
            string value = match.Groups["value"].Value;
            samples.Add(
                match.Groups["name"].Value,
                value == "NaN"
                    ? double.NaN
                    : double.Parse(value.Replace("+Inf", "∞", StringComparison.Ordinal), CultureInfo.InvariantCulture)
            );
        }

        return samples;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\[\\"n])*",?)+\})?) (?<value>\S+)$""")]
    private static partial Regex Sample();
}
