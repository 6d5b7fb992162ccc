namespace Parley.Load;

/// <summary>Measures one proxy that has been started, warmed up and stopped where it stands (SIGSTOP), on one core, the load on another.</summary>
internal sealed class Meter(Workshop workshop, LoadOptions options)
{
    /// <summary>Once more when others used the core, four times at most; the last one stays, marked.</summary>
    /// <param name="proxy">It goes on for this and stands still again after it.</param>
    /// <param name="subject">Its name in the samples.</param>
    /// <param name="job">Its job.</param>
    /// <param name="rate">Calls per second.</param>
    /// <param name="take">Gets every sample, the last one is the one to keep.</param>
    /// <param name="more">More arguments for the load.</param>
    public async Task KeptAsync(ProxyProcess proxy, string subject, string job, int rate, Action<Sample> take, params string[] more)
    {
        proxy.Resume();
        await Task.Delay(1000);
        for (int attempt = 0; attempt < (options.IsQuick ? 1 : 4); attempt++)
        {
            Sample sample = await MeasureAsync(proxy, subject, job, rate, more);
            take(sample);
            if (sample.IsKept)
                break;
        }

        proxy.Pause();
    }

    private async Task<Sample> MeasureAsync(ProxyProcess proxy, string subject, string job, int rate, string[] more)
    {
        int loadCore = Workshop.LoadCore(1);
        Usage before = proxy.Usage, own = Usage.Of([Environment.ProcessId]);
        CoreClock core = CoreClock.Of(0), other = CoreClock.Of(loadCore);
        using CallLoad load = CallLoad.Start(workshop, loadCore, proxy, job, rate, rate * options.Seconds, false, ["-h", "500", "-w", "10", .. more]);
        CallFigures calls = await load.EndAsync();
        await Task.Delay(TimeSpan.FromSeconds(options.Tail));
        Usage used = proxy.Usage - before, ownUsed = Usage.Of([Environment.ProcessId]) - own;
        double foreign = CoreClock.Of(0).ForeignPercent(core, used.CpuNanoseconds);
        double foreignOnLoad = CoreClock.Of(loadCore).ForeignPercent(other, calls.CpuNanoseconds + ownUsed.CpuNanoseconds);
        return new Sample(subject, job, rate, used.CpuNanoseconds / 1e3 / calls.Calls, (double)used.Switches / calls.Calls, proxy.PssKiB, proxy.PeakKiB, foreign,
            foreignOnLoad, foreign <= options.Foreign && foreignOnLoad <= options.Foreign * 2, calls);
    }
}
