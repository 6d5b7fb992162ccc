namespace Parley.Load;

/// <summary>Measures one proxy that has been started, warmed up and stopped where it stands (SIGSTOP), on one core, the load on another.</summary>
internal sealed class Meter(LoadOptions options)
{
    /// <summary>Once more when others used the core, four times at most; the last one stays, marked.</summary>
    /// <param name="proxy">It goes on for this and stands still again after it.</param>
    /// <param name="subject">Its name in the samples.</param>
    /// <param name="job">Its job.</param>
    /// <param name="rate">Calls per second.</param>
    /// <param name="take">Gets every sample, the last one is the one to keep.</param>
    /// <param name="load">Starts the load.</param>
    public async Task KeptAsync(ProxyProcess proxy, string subject, string job, int rate, Action<Sample> take, Func<Task<ILoad>> load)
    {
        proxy.Resume();
        await Task.Delay(1000);
        for (int attempt = 0; attempt < (options.IsQuick ? 1 : 4); attempt++)
        {
            Sample sample = await MeasureAsync(proxy, subject, job, rate, load);
            take(sample);
            if (sample.IsKept)
                break;
        }

        proxy.Pause();
    }

    private async Task<Sample> MeasureAsync(ProxyProcess proxy, string subject, string job, int rate, Func<Task<ILoad>> start)
    {
        int loadCore = Workshop.LoadCore(1);
        Usage before = proxy.Usage,
            own = Usage.Of([Environment.ProcessId]);
        CoreClock core = CoreClock.Of(0),
            other = CoreClock.Of(loadCore);
        using ILoad load = await start();
        await load.CallsEndedAsync();
        Task tail = Task.Delay(TimeSpan.FromSeconds(options.Tail));
        CallFigures calls = await load.EndAsync();
        await tail;
        Usage used = proxy.Usage - before,
            ownUsed = Usage.Of([Environment.ProcessId]) - own;
        double foreign = CoreClock.Of(0).ForeignPercent(core, used.CpuNanoseconds);
        double foreignOnLoad = CoreClock.Of(loadCore).ForeignPercent(other, calls.CpuNanoseconds + ownUsed.CpuNanoseconds);
        return new Sample(
            subject,
            load.Name,
            job,
            rate,
            used.CpuNanoseconds / 1e3 / calls.Calls,
            (double)used.Switches / calls.Calls,
            proxy.PssKiB,
            proxy.PeakKiB,
            foreign,
            foreignOnLoad,
            foreign <= options.Foreign && foreignOnLoad <= options.Foreign * 2,
            calls
        );
    }
}
