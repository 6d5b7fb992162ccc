using System.Globalization;
using System.Text;

namespace Parley.Load;

/// <summary>bench/load/list: many dialogs stand, calls pass, and an operator lists the dialogs; what the calls feel of it, in one run.</summary>
internal sealed class ListCommand(Workshop workshop, LoadOptions options)
{
    private const string Quiet = "nothing";
    private const int PageSize = 500;

    private readonly List<object> _figures = [];

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        int core = Workshop.LoadCore(1);
        int rate = options.Rates[0];
        using ProxyProcess proxy = await ProxyProcess.StartAsync(workshop, "parley+management", "b");
        await CallLoad.WarmAsync(workshop, core, proxy, "b", options.WarmUpOf("parley"));
        using CallLoad hold = CallLoad.Start(workshop, core, proxy, "b", options.Rate, options.Calls, false, "-H", "-w", "100000");
        await Task.Delay(TimeSpan.FromSeconds(((double)options.Calls / options.Rate) + 2 + options.Settle));
        using var http = new HttpClient
        {
            BaseAddress = new Uri(FormattableString.Invariant($"http://127.0.0.1:{proxy.ManagementPort}")),
            Timeout = TimeSpan.FromMinutes(5),
        };
        Dictionary<string, Func<CancellationToken, Task<Listed>>> ways = new()
        {
            [Quiet] = static _ => Task.FromResult(new Listed(0, 0)),
            ["dlg_list, pages"] = cancellation => PagesAsync(http, cancellation),
            ["dlg_list, whole"] = cancellation => WholeAsync(http, cancellation),
            ["export"] = cancellation => ExportAsync(http, cancellation),
        };
        foreach (string way in ways.Keys.ToArray())
        {
            if (!await CanAsync(ways[way]))
            {
                Console.Error.WriteLine($"{way}: this proxy does not have it; measured without");
                ways.Remove(way);
            }
        }

        long before = Usage.ResidentKiB(proxy.Family);
        Dictionary<string, List<Round>> rounds = ways.Keys.ToDictionary(static way => way, static _ => new List<Round>());
        string[] names = [.. ways.Keys];
        for (int run = 0; run < options.Runs; run++)
        {
            for (int i = 0; i < names.Length; i++)
            {
                string way = names[(i + run) % names.Length];
                Round round = await RoundAsync(proxy, core, rate, way, ways[way]);
                rounds[way].Add(round);
                _figures.Add(
                    new
                    {
                        way,
                        run,
                        round,
                    }
                );
                Console.WriteLine(round.Line(way));
            }
        }

        hold.Stop();
        CallFigures stood = await hold.EndAsync();
        bool isGood = Write(machine, rate, rounds, stood, before, proxy);
        return isGood ? 0 : 1;
    }

    /// <summary>Calls pass for some seconds, and the list is read again and again meanwhile.</summary>
    private async Task<Round> RoundAsync(ProxyProcess proxy, int core, int rate, string way, Func<CancellationToken, Task<Listed>> list)
    {
        using var end = new CancellationTokenSource();
        using CallLoad load = CallLoad.Start(workshop, core, proxy, "b", rate, rate * options.Seconds, true, "-h", "500", "-w", "10");
        Task<(int Times, Listed All, long PeakKiB)> listing =
            way == Quiet ? Task.FromResult((0, new Listed(0, 0), 0L)) : RepeatAsync(proxy, list, end.Token);
        await load.CallsEndedAsync();
        await end.CancelAsync();
        (int times, Listed all, long peak) = await listing;
        CallFigures calls = await load.EndAsync();
        await Task.Delay(TimeSpan.FromSeconds(1));
        return new Round(calls, times, all, peak);
    }

    private static async Task<(int Times, Listed All, long PeakKiB)> RepeatAsync(
        ProxyProcess proxy,
        Func<CancellationToken, Task<Listed>> list,
        CancellationToken end
    )
    {
        int times = 0;
        long peak = 0;
        var all = new Listed(0, 0);
        while (!end.IsCancellationRequested)
        {
            try
            {
                Listed one = await list(end);
                all = new Listed(all.Dialogs + one.Dialogs, all.Bytes + one.Bytes);
                times++;
            }
            catch (OperationCanceledException)
            {
                break; // one that is not whole does not count
            }

            peak = Math.Max(peak, Usage.ResidentKiB(proxy.Family));
        }

        return (times, all, peak);
    }

    private static async Task<bool> CanAsync(Func<CancellationToken, Task<Listed>> list)
    {
        try
        {
            await list(CancellationToken.None);
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<Listed> PagesAsync(HttpClient http, CancellationToken cancellation)
    {
        var all = new Listed(0, 0);
        for (int index = 0; index < options.Calls; index += PageSize)
        {
            string parameters = string.Create(CultureInfo.InvariantCulture, $$"""{"index":"{{index}}","counter":"{{PageSize}}"}""");
            Listed page = await CommandAsync(http, parameters, cancellation);
            if (page.Dialogs == 0)
                break;
            all = new Listed(all.Dialogs + page.Dialogs, all.Bytes + page.Bytes);
        }

        return all;
    }

    private static Task<Listed> WholeAsync(HttpClient http, CancellationToken cancellation) => CommandAsync(http, "{}", cancellation);

    private static async Task<Listed> CommandAsync(HttpClient http, string parameters, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mi")
        {
            Content = new StringContent(
                $$"""{"jsonrpc":"2.0","id":"1","method":"dlg_list","params":{{parameters}}}""",
                Encoding.UTF8,
                "application/json"
            ),
        };
        return await CountAsync(http, request, "\"callid\""u8.ToArray(), cancellation);
    }

    private static async Task<Listed> ExportAsync(HttpClient http, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/dialogs");
        request.Headers.Accept.ParseAdd("application/x-ndjson");
        return await CountAsync(http, request, "\"callId\""u8.ToArray(), cancellation);
    }

    /// <summary>Reads a reply to its end and counts the dialogs in it, keeping none of it.</summary>
    private static async Task<Listed> CountAsync(HttpClient http, HttpRequestMessage request, byte[] mark, CancellationToken cancellation)
    {
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using Stream body = await response.Content.ReadAsStreamAsync(cancellation);
        byte[] buffer = new byte[256 * 1024];
        int kept = 0;
        long dialogs = 0,
            bytes = 0;
        while (await body.ReadAsync(buffer.AsMemory(kept), cancellation) is > 0 and int read)
        {
            bytes += read;
            ReadOnlySpan<byte> text = buffer.AsSpan(0, kept + read);
            while (text.IndexOf(mark) is >= 0 and int at)
            {
                dialogs++;
                text = text[(at + mark.Length)..];
            }

            // A mark may be cut in two by the end of what was read.
            kept = Math.Min(mark.Length - 1, text.Length);
            text[^kept..].CopyTo(buffer);
        }

        return new Listed(dialogs, bytes);
    }

    private bool Write(
        Machine machine,
        int rate,
        Dictionary<string, List<Round>> rounds,
        CallFigures stood,
        long before,
        ProxyProcess proxy
    )
    {
        double quiet = Report.Median(rounds[Quiet].Select(static r => (double)(r.Calls.SetupP99 ?? 0)));
        StringBuilder text = new();
        text.AppendLine(
            FormattableString.Invariant(
                $"{options.Calls} confirmed dialogs stand ({stood.Standing} at the end) while {rate} calls/s pass and the dialogs are listed again and again, {options.Seconds} s a round, {options.Runs} rounds each, alternating. Setup times are medians of the rounds, INVITE to 200. Pages have {PageSize} dialogs. Resident memory: {before / 1024} MiB before the first list, {Usage.PeakKiB(proxy.Family) / 1024} MiB at most. The goal: a p99 within 10 % of that without listing."
            )
        );
        text.AppendLine()
            .AppendLine(
                "| listed meanwhile | setup p50 µs | p99 µs | of that without | p99.9 µs | lists a round | dialogs a list | MB a list | resident, at most, MiB | failed | again |"
            );
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        bool isGood = true;
        foreach ((string way, List<Round> all) in rounds)
        {
            double p99 = Report.Median(all.Select(static r => (double)(r.Calls.SetupP99 ?? 0)));
            long failed = all.Sum(static r => r.Calls.Failed + r.Calls.Unfinished),
                times = all.Sum(static r => r.Times);
            isGood &= p99 <= quiet * 1.1 && failed == 0;
            text.AppendLine(
                FormattableString.Invariant(
                    $"| {way} | {Report.Median(all.Select(static r => (double)(r.Calls.SetupP50 ?? 0))):F0} | {p99:F0} | {p99 / quiet * 100:F0} % | {Report.Median(all.Select(static r => (double)(r.Calls.SetupP999 ?? 0))):F0} | {(double)times / all.Count:F1} | {(times == 0 ? 0 : all.Sum(static r => r.All.Dialogs) / times)} | {(times == 0 ? 0 : all.Sum(static r => r.All.Bytes) / 1e6 / times):F1} | {all.Max(static r => r.PeakKiB) / 1024} | {failed} | {all.Sum(static r => r.Calls.Retransmissions)} |"
                )
            );
        }

        Report.Write(workshop, options, "list", machine, _figures, text);
        return isGood;
    }

    /// <summary>What a list had.</summary>
    internal sealed record Listed(long Dialogs, long Bytes);

    /// <summary>One round: what the calls found, how many whole lists were read, what they had, and the proxy's resident memory at most.</summary>
    internal sealed record Round(CallFigures Calls, int Times, Listed All, long PeakKiB)
    {
        public string Line(string way) =>
            FormattableString.Invariant(
                $"{way, -16} setup {Calls.SetupP50}/{Calls.SetupP99}/{Calls.SetupP999} µs  lists {Times}  dialogs {All.Dialogs}  MB {All.Bytes / 1e6:F1}  resident {PeakKiB / 1024} MiB  failed {Calls.Failed + Calls.Unfinished}  again {Calls.Retransmissions}"
            );
    }
}
