namespace Parley.Load;

/// <summary>bench/load/run: the floor, Kamailio and Parley, alternating, one core for the proxy and one for the load.</summary>
internal sealed class RunCommand(Workshop workshop, LoadOptions options)
{
    private readonly List<Sample> _samples = [];
    private readonly Meter _meter = new(options);

    /// <summary>The revision of the other checkout.</summary>
    private string _against = "";

    public async Task<int> RunAsync()
    {
        Machine machine = await Machine.ReadAsync(workshop);
        if (options.Against is { } other)
            _against = await Machine.RevisionAsync(other);
        IReadOnlyList<string> jobs =
            options.Jobs.Count > 0 ? options.Jobs
            : options.IsQuick ? ["b", "a-tcp"]
            : ["a", "b", "c", "a-tcp", "b-tcp"];
        foreach (string job in jobs)
            await JobAsync(job, [.. options.Subjects.Where(subject => Can(subject, job))], () => Write(machine, isLast: false));

        Write(machine, isLast: true);
        return 0;
    }

    private void Write(Machine machine, bool isLast) =>
        Report.Write(workshop, options, "run", machine, _samples, RunTable.Of(_samples, options, _against), isLast);

    private bool Can(string subject, string job) =>
        subject.Split('+')[0] switch
        {
            "floor" => !job.EndsWith("-tcp", StringComparison.Ordinal),
            "kamailio" => subject.Contains('+', StringComparison.Ordinal) ? workshop.HasKamailioSqlite : workshop.HasKamailio,
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
                await CallLoad.WarmAsync(workshop, Workshop.LoadCore(1), proxy, job, options.WarmUpOf(subject));
                await Task.Delay(TimeSpan.FromSeconds(options.Tail));
                proxy.Pause();
            }

            foreach (int rate in options.Rates)
            {
                if (options.SetupRuns > 0)
                    Say(await DirectAsync(job, rate));
                for (int run = 0; run < Math.Max(options.Runs, options.SetupRuns); run++)
                {
                    for (int i = 0; i < subjects.Length; i++)
                    {
                        string subject = subjects[(i + run) % subjects.Length];
                        await MeasureAsync(proxies[subject], subject, job, rate, run);
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

    /// <summary>With SIPp for the CPU, with calls for the setup times, as long as there are runs of each to do.</summary>
    private async Task MeasureAsync(ProxyProcess proxy, string subject, string job, int rate, int run)
    {
        if (workshop.HasSipp && run < options.Runs)
            await _meter.KeptAsync(
                proxy,
                subject,
                job,
                rate,
                Say,
                async () => await SippLoad.StartAsync(workshop, Workshop.LoadCore(1), proxy, job, rate, options.Seconds)
            );
        if (run < options.SetupRuns)
            await _meter.KeptAsync(
                proxy,
                subject,
                job,
                rate,
                Say,
                () => Task.FromResult(CallLoad.Steady(workshop, proxy, job, rate, options.SetupSeconds))
            );
    }

    /// <summary>The caller calls the callee with nothing between: what of the setup time is the load generator's own.</summary>
    private async Task<Sample> DirectAsync(string job, int rate)
    {
        using CallLoad load = CallLoad.Start(
            workshop,
            Workshop.LoadCore(1),
            null,
            job,
            rate,
            rate * options.SetupSeconds,
            false,
            "-h",
            "500",
            "-w",
            "10"
        );
        return new Sample("direct", load.Name, job, rate, 0, 0, 0, 0, 0, 0, true, await load.EndAsync());
    }

    private void Say(Sample sample)
    {
        _samples.Add(sample);
        Console.WriteLine(sample.Line);
    }
}
