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
        {
            string[] subjects = [.. options.Subjects.Where(subject => Can(subject, job))];
            foreach (int rate in options.Rates)
            {
                Say(await DirectAsync(job, rate));
                for (int run = 0; run < options.Runs; run++)
                {
                    for (int i = 0; i < subjects.Length; i++)
                        await KeptAsync(subjects[(i + run) % subjects.Length], job, rate);
                }
            }
        }

        Report.Write(workshop, options, "run", machine, _samples, RunTable.Of(_samples, options));
        return 0;
    }

    private bool Can(string subject, string job) => subject switch
    {
        "floor" => !job.EndsWith("-tcp", StringComparison.Ordinal),
        "kamailio" => workshop.HasKamailio,
        _ => true,
    };

    /// <summary>Once more when others used the core, four times at most; the last one stays, marked.</summary>
    private async Task KeptAsync(string subject, string job, int rate)
    {
        for (int attempt = 0; attempt < (options.IsQuick ? 1 : 4); attempt++)
        {
            Sample sample = await MeasureAsync(subject, job, rate);
            Say(sample);
            if (sample.IsKept)
                return;
        }
    }

    private async Task<Sample> MeasureAsync(string subject, string job, int rate)
    {
        int loadCore = Workshop.LoadCore(1);
        using ProxyProcess proxy = await ProxyProcess.StartAsync(workshop, subject, job);
        using (CallLoad warm = CallLoad.Start(workshop, loadCore, job, 500, 500 * options.Warm, false, false, "-h", "100", "-w", "5"))
            await warm.EndAsync();
        await Task.Delay(1000);
        Usage before = proxy.Usage, own = Usage.Of([Environment.ProcessId]);
        CoreClock core = CoreClock.Of(0), other = CoreClock.Of(loadCore);
        using CallLoad load = CallLoad.Start(workshop, loadCore, job, rate, rate * options.Seconds, false, false, "-h", "500", "-w", "10");
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
        using CallLoad load = CallLoad.Start(workshop, Workshop.LoadCore(1), job, rate, rate * Math.Min(options.Seconds, 5), true, false, "-h", "500", "-w", "10");
        return new Sample("direct", job, rate, 0, 0, 0, 0, 0, 0, true, await load.EndAsync());
    }

    private void Say(Sample sample)
    {
        _samples.Add(sample);
        Console.WriteLine(FormattableString.Invariant(
            $"{sample.Job,-6}{sample.Rate,5}/s {sample.Subject,-9}{sample.CpuPerCall,8:F1} µs/call {sample.SwitchesPerCall,6:F1} switches  setup {sample.Calls.SetupP50}/{sample.Calls.SetupP99}/{sample.Calls.SetupP999} µs  failed {sample.Calls.Failed + sample.Calls.Unfinished}  again {sample.Calls.Retransmissions}  foreign {sample.ForeignPercent:F1} %/{sample.ForeignOnLoadPercent:F1} %{(sample.IsKept ? "" : "  thrown away: foreign load")}"));
    }
}
