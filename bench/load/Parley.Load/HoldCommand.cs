using System.Text;
using System.Text.Json;

namespace Parley.Load;

/// <summary>bench/load/hold: many confirmed dialogs at once, without pings and with; memory, CPU of the idle hold, pauses of the collector.</summary>
internal sealed class HoldCommand(Workshop workshop, LoadOptions options)
{
    private const int LoadRate = 1000;

    private readonly List<object> _figures = [];

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"{options.Calls} confirmed dialogs with one profile value each, set up at {options.Rate} calls/s, weighed {options.Settle} s after the last; pings are OPTIONS to both legs, counted when the load generator answers them. Memory is the growth of the proportional set size per dialog over the warm proxy, with what the calls left behind; live objects are what a full collection leaves. CPU per call: {LoadRate} calls/s, the idle hold's share taken off, none standing and all standing, in the same process. The pauses with all standing are those of that and of {options.Loaded} s more."
            )
        );
        text.AppendLine()
            .AppendLine(
                "| | dialogs | bytes per dialog (PSS) | of them live objects | managed heap after, MiB | idle CPU, % of a core | CPU µs per call, none / all standing | collector pauses ms, setting up: number, p99, max | pauses ms at 1,000 calls/s with all standing: number, p99, max; collections of old objects among them | failed | pings answered |"
            );
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (
            string subject in options.Subjects.Where(subject => subject is "parley" || (subject == "kamailio" && workshop.HasKamailio))
        )
        {
            foreach (string job in options.Jobs.Count > 0 ? options.Jobs : ["b", "c"])
                await HoldAsync(subject, job, text);
        }

        Report.Write(workshop, options, "hold", machine, _figures, text);
        return 0;
    }

    private async Task HoldAsync(string subject, string job, StringBuilder text)
    {
        bool isParley = subject == "parley";
        int ping = options.PingOf(subject);
        int core = Workshop.LoadCore(1);
        using ProxyProcess proxy = await ProxyProcess.StartAsync(
            workshop,
            subject,
            job,
            1,
            1,
            Math.Max(1024, options.Calls / 100),
            ping,
            "--pauses=true"
        );
        await LoadAsync(proxy, job, core, 1000, options.Warm, isParley);
        double none = isParley ? await CostAsync(proxy, job, core, 0) : double.NaN;
        await Task.Delay(TimeSpan.FromSeconds(options.Settle));
        (double[] _, string lightText) = await ReportAsync(proxy, isParley, weighs: true);
        long before = proxy.PssKiB;

        using CallLoad hold = CallLoad.Start(workshop, core, proxy, job, options.Rate, options.Calls, false, "-H", "-w", "100000");
        await Task.Delay(TimeSpan.FromSeconds(((double)options.Calls / options.Rate) + 2));
        double[] growing = await PausesAsync(proxy, isParley);
        await Task.Delay(TimeSpan.FromSeconds(options.Settle));
        long after = proxy.PssKiB;

        // A whole number of ping rounds.
        int window = options.IsQuick ? 2 : ping;
        Usage start = proxy.Usage;
        await Task.Delay(TimeSpan.FromSeconds(window));
        double idle = (proxy.Usage - start).CpuNanoseconds / 1e9 / window;
        (double[] _, string report) = await ReportAsync(proxy, isParley, weighs: true);
        double all = isParley ? await CostAsync(proxy, job, core, idle) : double.NaN;
        if (isParley)
            await LoadAsync(proxy, job, core, LoadRate, options.Loaded, true);
        (double[] loaded, string loadedText) = await ReportAsync(proxy, isParley);
        int old = isParley ? OldCollections(loadedText) - OldCollections(report) : 0;
        hold.Stop();
        CallFigures calls = await hold.EndAsync();
        double bytes = (after - before) * 1024.0 / options.Calls;
        using JsonDocument? json = report.Length > 0 ? JsonDocument.Parse(report) : null;
        double heap = json?.RootElement.GetProperty("heap").GetInt64() / 1048576.0 ?? double.NaN;
        double live = Live(report) - Live(lightText);
        double each = isParley ? live / options.Calls : double.NaN;
        long dialogs = json?.RootElement.GetProperty("dialogs").GetInt64() ?? calls.Standing;
        _figures.Add(
            new
            {
                subject,
                job,
                dialogs,
                bytes,
                managed = Nullable(each),
                beforeKiB = before,
                afterKiB = after,
                heap = double.IsNaN(heap) ? null : (double?)heap,
                idle,
                none = Nullable(none),
                all = Nullable(all),
                growing,
                loaded,
                old,
                report,
                calls,
            }
        );
        string cost = isParley ? FormattableString.Invariant($"{none:F1} / {all:F1}") : "–";
        text.AppendLine(
            FormattableString.Invariant(
                $"| {subject}, pings {(job[0] == 'c' ? FormattableString.Invariant($"every {ping} s") : "off")} | {dialogs} | {bytes:F0} | {(isParley ? each.ToString("F0", null) : "–")} | {(isParley ? heap.ToString("F0", null) : "–")} | {idle * 100:F2} | {cost} | {Pauses(growing, isParley)} | {Pauses(loaded, isParley)}{(isParley ? FormattableString.Invariant($"; {old}") : "")} | {calls.Failed} | {calls.Pings} |"
            )
        );
        Console.WriteLine(text.ToString().TrimEnd().Split('\n')[^1]);
    }

    private static double? Nullable(double value) => double.IsNaN(value) ? null : value;

    private static string Pauses(double[] pauses, bool isParley) =>
        !isParley ? "–"
        : pauses.Length == 0 ? "0"
        : FormattableString.Invariant(
            $"{pauses.Length}, {pauses.Order().ElementAt((int)((pauses.Length - 1) * 0.99)):F2}, {pauses.Max():F2}"
        );

    /// <summary>µs per call at 1,000 calls/s beside what stands.</summary>
    private async Task<double> CostAsync(ProxyProcess proxy, string job, int core, double idle)
    {
        Usage before = proxy.Usage;
        long start = TimeProvider.System.GetTimestamp();
        int seconds = options.IsQuick ? 1 : 10;
        await LoadAsync(proxy, job, core, LoadRate, seconds, true);
        await Task.Delay(TimeSpan.FromSeconds(options.Tail));
        double elapsed = TimeProvider.System.GetElapsedTime(start).TotalNanoseconds;
        return ((proxy.Usage - before).CpuNanoseconds - (idle * elapsed)) / 1e3 / (LoadRate * seconds);
    }

    private async Task LoadAsync(ProxyProcess proxy, string job, int core, int rate, int seconds, bool isSecond)
    {
        using CallLoad load = CallLoad.Start(workshop, core, proxy, job, rate, rate * seconds, isSecond, "-h", "500", "-w", "5");
        await load.EndAsync();
    }

    private static async Task<double[]> PausesAsync(ProxyProcess proxy, bool isParley) => (await ReportAsync(proxy, isParley)).Pauses;

    private static long Live(string report)
    {
        if (report.Length == 0)
            return 0;
        using JsonDocument json = JsonDocument.Parse(report);
        return json.RootElement.GetProperty("live").GetInt64();
    }

    private static int OldCollections(string report)
    {
        using JsonDocument json = JsonDocument.Parse(report);
        return json.RootElement.GetProperty("collections")[2].GetInt32();
    }

    private static async Task<(double[] Pauses, string Text)> ReportAsync(ProxyProcess proxy, bool isParley, bool weighs = false)
    {
        if (!isParley)
            return ([], "");
        string text = await proxy.ReportAsync(weighs);
        if (weighs)
        {
            // The weighing's own full collection is told by the runtime's events, which come up to a second later: it must not count among the proxy's pauses.
            await Task.Delay(TimeSpan.FromSeconds(2));
            _ = await proxy.ReportAsync();
        }

        using JsonDocument json = JsonDocument.Parse(text);
        return ([.. json.RootElement.GetProperty("pauses_ms").EnumerateArray().Select(pause => pause.GetDouble())], text);
    }
}
