namespace Parley.Load;

/// <summary>bench/load/run: the floor, Kamailio and Parley, alternating, one core for the proxy and one for the load.</summary>
internal sealed class RunCommand(Workshop workshop, LoadOptions options)
{
    private readonly List<Sample> _samples = [];

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        IReadOnlyList<string> jobs = options.Jobs.Count > 0 ? options.Jobs : options.IsQuick ? ["a", "b"] : ["a", "b", "c", "a-tcp", "b-tcp"];
        foreach (string job in jobs)
            await JobAsync(job, [.. options.Subjects.Where(subject => Can(subject, job))], () => Write(machine, isLast: false));

        Write(machine, isLast: true);
        return 0;
    }

    private void Write(Machine machine, bool isLast) => Report.Write(workshop, options, "run", machine, _samples, RunTable.Of(_samples, options), isLast);

    private bool Can(string subject, string job) => subject switch
    {
        "floor" => !job.EndsWith("-tcp", StringComparison.Ordinal),
        "kamailio" => workshop.HasKamailio,
        _ => true,
    };

    /// <summary>All subjects are started and warmed up once; then each has the core in turn while the others stand still.</summary>
    private async Task JobAsync(string job, string[] subjects, Action write)
    {
        Dictionary<string, ProxyProcess> proxies = [];
        try
        {
            foreach (string subject in subjects)
            {
                ProxyProcess proxy = await ProxyProcess.StartAsync(workshop, subject, job);
                proxies.Add(subject, proxy);
                using CallLoad warm = CallLoad.Start(workshop, Workshop.LoadCore(1), proxy, job, 1000, 1000 * options.Warm, false, "-h", "100", "-w", "5");
                await warm.EndAsync();
                await Task.Delay(TimeSpan.FromSeconds(options.Tail));
                proxy.Pause();
            }

            foreach (int rate in options.Rates)
            {
                Say(await DirectAsync(job, rate));
                for (int run = 0; run < options.Runs; run++)
                {
                    for (int i = 0; i < subjects.Length; i++)
                    {
                        string subject = subjects[(i + run) % subjects.Length];
                        await KeptAsync(proxies[subject], subject, job, rate);
                    }
                }

                write(); // what has been measured is there, should the rest be cut short
            }
        }
        finally
        {
            foreach (ProxyProcess proxy in proxies.Values)
                proxy.Dispose();
        }
    }

    /// <summary>Once more when others used the core, four times at most; the last one stays, marked.</summary>
    private async Task KeptAsync(ProxyProcess proxy, string subject, string job, int rate)
    {
        proxy.Resume();
        await Task.Delay(1000);
        for (int attempt = 0; attempt < (options.IsQuick ? 1 : 4); attempt++)
        {
            Sample sample = await MeasureAsync(proxy, subject, job, rate);
            Say(sample);
            if (sample.IsKept)
                break;
        }

        proxy.Pause();
    }

    private async Task<Sample> MeasureAsync(ProxyProcess proxy, string subject, string job, int rate)
    {
        int loadCore = Workshop.LoadCore(1);
        Usage before = proxy.Usage, own = Usage.Of([Environment.ProcessId]);
        CoreClock core = CoreClock.Of(0), other = CoreClock.Of(loadCore);
        using CallLoad load = CallLoad.Start(workshop, loadCore, proxy, job, rate, rate * options.Seconds, false, "-h", "500", "-w", "10");
        CallFigures calls = await load.EndAsync();
        await Task.Delay(TimeSpan.FromSeconds(options.Tail));
        Usage used = proxy.Usage - before, ownUsed = Usage.Of([Environment.ProcessId]) - own;
        double foreign = CoreClock.Of(0).ForeignPercent(core, used.CpuNanoseconds);
        double foreignOnLoad = CoreClock.Of(loadCore).ForeignPercent(other, calls.CpuNanoseconds + ownUsed.CpuNanoseconds);
        return new Sample(subject, job, rate, used.CpuNanoseconds / 1e3 / calls.Calls, (double)used.Switches / calls.Calls, proxy.PssKiB, proxy.PeakKiB, foreign,
            foreignOnLoad, foreign <= options.Foreign && foreignOnLoad <= options.Foreign * 2, calls);
    }

    /// <summary>The caller calls the callee with nothing between: what of the setup time is the load generator's own.</summary>
    private async Task<Sample> DirectAsync(string job, int rate)
    {
        using CallLoad load = CallLoad.Start(workshop, Workshop.LoadCore(1), null, job, rate, rate * Math.Min(options.Seconds, 5), false, "-h", "500", "-w", "10");
        return new Sample("direct", job, rate, 0, 0, 0, 0, 0, 0, true, await load.EndAsync());
    }

    private void Say(Sample sample)
    {
        _samples.Add(sample);
        Console.WriteLine(FormattableString.Invariant(
            $"{sample.Job,-6}{sample.Rate,5}/s {sample.Subject,-9}{sample.CpuPerCall,8:F1} µs/call {sample.SwitchesPerCall,6:F1} switches  setup {sample.Calls.SetupP50}/{sample.Calls.SetupP99}/{sample.Calls.SetupP999} µs  failed {sample.Calls.Failed + sample.Calls.Unfinished}  again {sample.Calls.Retransmissions}  foreign {sample.ForeignPercent:F1} %/{sample.ForeignOnLoadPercent:F1} %{(sample.IsKept ? "" : "  thrown away: foreign load")}"));
    }
}
