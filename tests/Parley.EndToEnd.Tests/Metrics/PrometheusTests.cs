using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.EndToEnd.Tests.Peers;
using Parley.EndToEnd.Tests.Stores;
using Xunit;

namespace Parley.EndToEnd.Tests.Metrics;

/// <summary>What deploy/ has for Prometheus and Grafana, against a real Prometheus that reads a real server.</summary>
public partial class PrometheusTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Every_query_of_the_dashboard_and_of_the_alerts_is_answered()
    {
        Installed.Require("prometheus", "prometheus");
        var (proxy, callee, management) = (Ports.Next(), Ports.Next(), Ports.Next());
        await using var parley = await ParleyServer.StartAsync(
            Settings.Listeners($"udp:127.0.0.1:{proxy}", $"tcp:127.0.0.1:{proxy}")
                + Settings.Routes($"{Settings.PrefixRoute("9", callee)}, {Settings.PrefixRoute("8", Ports.Next())}")
                + """, "Dialogs": { "ProfilesWithValue": [ "caller" ] }"""
                + $$""", "Management": { "Listen": [ "127.0.0.1:{{management}}" ] }"""
        );
        await using var prometheus = await Prometheus.StartAsync(management, Path.Combine(Deployed, "prometheus", "parley.rules.yml"));
        await using var answers = Sipp.Start("callee", callee, null, ["-m", "1000000", .. Settings.Contact(callee)]);
        await using var stands = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "1", "-d", "300000");
        await parley.WaitForLineAsync("Call started");
        await SetProfileAsync(management);
        await CallsAsync(proxy);
        var missing = Queries().Concat(Measured()).Distinct().ToList();
        Assert.True(missing.Count > 80);
        // A rate has a value when it has been read twice.
        for (var waited = Stopwatch.StartNew(); missing.Count > 0 && waited.Elapsed < Limit; await Task.Delay(500))
        {
            var left = new List<string>();
            foreach (var query in missing)
            {
                if (await prometheus.CountAsync(query) == 0)
                    left.Add(query);
            }
            missing = left;
            if (missing.Count > 0)
                await CallsAsync(proxy);
        }
        Assert.True(missing.Count == 0, "Without an answer:\n" + string.Join('\n', missing));

        var targets = await prometheus.GetAsync("/api/v1/targets");
        var target = Assert.Single(targets.GetProperty("data").GetProperty("activeTargets").EnumerateArray());
        Assert.Equal("up", target.GetProperty("health").GetString());
        Assert.Equal("", target.GetProperty("lastError").GetString());
        var rules = (await prometheus.GetAsync("/api/v1/rules")).GetProperty("data").GetProperty("groups")[0].GetProperty("rules");
        Assert.True(rules.GetArrayLength() >= 15);
        Assert.All(rules.EnumerateArray(), static rule => Assert.NotEqual("err", rule.GetProperty("health").GetString()));
    }

    [Fact]
    public async Task The_rules_and_the_configuration_are_good()
    {
        Installed.Require("promtool", "prometheus");
        foreach (var arguments in new[] { new[] { "check", "rules", "parley.rules.yml" }, ["check", "config", "prometheus.yml"] })
        {
            await using var promtool = new PeerProcess("promtool", arguments, Path.Combine(Deployed, "prometheus"));
            Assert.True(await promtool.WaitForExitAsync(Limit) == 0, promtool.Output);
        }
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say_about_the_text()
    {
        Installed.Require("promtool", "prometheus");
        var management = Ports.Next();
        await using var parley = await ParleyServer.StartAsync(
            Settings.Udp(Ports.Next()) + $$""", "Management": { "Listen": [ "127.0.0.1:{{management}}" ] }"""
        );
        using var http = new HttpClient();
        var text = Path.Combine(TestFolder.ForTest("metrics"), "metrics.txt");
        await File.WriteAllTextAsync(text, await http.GetStringAsync(new Uri($"http://127.0.0.1:{management}/metrics")));
        await using var promtool = new PeerProcess("sh", ["-c", $"promtool check metrics < '{text}'"]);
        await promtool.WaitForExitAsync(Limit);
        // What it finds of names that are not the server's own is .NET's.
        Assert.DoesNotContain(promtool.Output.Split('\n'), static line => line.StartsWith("error", StringComparison.Ordinal));
        Assert.DoesNotContain(
            promtool.Output.Split('\n'),
            static line => Own().IsMatch(line) && !line.Contains("non-histogram and non-summary metrics", StringComparison.Ordinal)
        );
    }

    /// <summary>The call that stands gets a value of a profile: without one there is no sample of it.</summary>
    private static async Task SetProfileAsync(int management)
    {
        using var http = new HttpClient();
        async Task<JsonElement> RunAsync(string method, string parameters)
        {
            using var content = new StringContent(
                $$"""{"jsonrpc":"2.0","id":"1","method":"{{method}}","params":{{parameters}}}""",
                System.Text.Encoding.UTF8,
                "application/json"
            );
            using var response = await http.PostAsync(new Uri($"http://127.0.0.1:{management}/mi"), content);
            return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("result");
        }

        var dialog = (await RunAsync("dlg_list", "{}")).GetProperty("Dialogs")[0].GetProperty("ID").GetString();
        Assert.Equal(
            "OK",
            (await RunAsync("dlg_set_profile", $$"""{"dlg_id":"{{dialog}}","profile":"caller","value":"100"}""")).GetString()
        );
    }

    /// <summary>Calls that are answered, one that is refused, a phone that registers, so that nothing is zero that would have no sample then.</summary>
    private static async Task CallsAsync(int proxy)
    {
        await using (
            var calls = Sipp.Start("caller", Ports.Next(), $"127.0.0.1:{proxy}", "-s", "9100", "-m", "10", "-r", "10", "-d", "100")
        )
            await calls.FinishAsync(Limit);
        using var phone = new PlainPhone(proxy);
        var callId = $"register-{Guid.NewGuid():N}";
        phone.Send(Request(phone, "REGISTER", $"sip:127.0.0.1:{proxy}", "sip:phone", proxy, callId, $"Contact: <{phone.Uri}>\r\n"));
        await phone.ExpectAsync("SIP/2.0 200", callId);
        // Nobody listens at the target of that route: the call fails, and its dialog with it.
        var refused = $"unreachable-{Guid.NewGuid():N}";
        phone.Send(Request(phone, "INVITE", $"sip:8100@127.0.0.1:{proxy}", "sip:8100", proxy, refused, $"Contact: <{phone.Uri}>\r\n"));
        await phone.ExpectAsync("SIP/2.0 5", refused, seconds: 40);
    }

    private static string Request(PlainPhone phone, string method, string uri, string to, int proxy, string callId, string more) =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{phone.Port};branch=z9hG4bK{callId}\r\nMax-Forwards: 70\r\n"
        + $"From: <sip:phone@127.0.0.1:{proxy}>;tag={callId[^8..]}\r\nTo: <{to}@127.0.0.1:{proxy}>\r\nCall-ID: {callId}\r\nCSeq: 1 {method}\r\n"
        + $"{more}Content-Length: 0\r\n\r\n";

    /// <summary>The queries of the dashboard, as Grafana sends them for all servers.</summary>
    private static IEnumerable<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Deployed, "grafana", "parley.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            if (!panel.TryGetProperty("targets", out var targets))
                continue;
            foreach (var target in targets.EnumerateArray())
                yield return target
                    .GetProperty("expr")
                    .GetString()!
                    .Replace("$instance", ".*", StringComparison.Ordinal)
                    .Replace("$__rate_interval", "1m", StringComparison.Ordinal);
        }
    }

    /// <summary>What the alerts measure: their expressions without the threshold, which is not reached when all is well.</summary>
    private static IEnumerable<string> Measured()
    {
        // A folded expression has its lines indented below it.
        var text = FoldedLine().Replace(File.ReadAllText(Path.Combine(Deployed, "prometheus", "parley.rules.yml")), " ");
        foreach (Match match in Expression().Matches(text))
        {
            var expression = match.Groups[1].Value.Trim();
            // There is no profile with a limit here, and no flood of calls.
            if (expression.Contains("sip_profile_limit", StringComparison.Ordinal))
                continue;
            yield return Threshold().Replace(expression, "").Replace("> 0.2)", ")", StringComparison.Ordinal);
        }
    }

    private static string Deployed
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Parley.slnx")))
                folder = Path.GetDirectoryName(folder)!;
            return Path.Combine(folder, "deploy");
        }
    }

    [GeneratedRegex(@"\n {10}(?=\S)")]
    private static partial Regex FoldedLine();

    [GeneratedRegex(@"expr: (?:>- )?(.*)")]
    private static partial Regex Expression();

    [GeneratedRegex(@"\s*(?:<|>|==)\s*[0-9.]+$")]
    private static partial Regex Threshold();

    [GeneratedRegex("^(sip|parley)_")]
    private static partial Regex Own();
}
