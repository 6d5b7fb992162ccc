using System.Diagnostics;
using System.Globalization;

namespace Parley.Load;

/// <summary>
/// A run of SIPp's, caller and callee (bench/load/sipp), calls of 0 to 1 s. It offers calls in bursts, some each few milliseconds, as many
/// measurements of proxies do. Its clock is too coarse for setup times; <see cref="CallLoad"/> has those.
/// </summary>
internal sealed class SippLoad : ILoad
{
    /// <summary>Seconds that calls may take to end after the last one should have begun; as long as CallLoad's -w.</summary>
    private const int Patience = 10;

    private const string Program = "/usr/bin/sipp";

    private readonly Process _caller,
        _callee;
    private readonly Task<string> _callerErrors;
    private readonly string _callerFile,
        _calleeFile;
    private readonly long _calls,
        _childrenBefore;
    private readonly TimeSpan _longest;

    private SippLoad(
        Process caller,
        Process callee,
        string callerFile,
        string calleeFile,
        long calls,
        TimeSpan longest,
        long childrenBefore
    )
    {
        (_caller, _callee, _callerFile, _calleeFile, _calls, _longest, _childrenBefore) = (
            caller,
            callee,
            callerFile,
            calleeFile,
            calls,
            longest,
            childrenBefore
        );
        _callerErrors = caller.StandardError.ReadToEndAsync();
    }

    public string Name => "sipp";

    /// <param name="workshop">Where the scenarios are.</param>
    /// <param name="core">The core that both are pinned to.</param>
    /// <param name="proxy">The proxy.</param>
    /// <param name="job">The proxy's job: its transport is the load's.</param>
    /// <param name="rate">Calls per second.</param>
    /// <param name="seconds">For how long.</param>
    public static async Task<SippLoad> StartAsync(Workshop workshop, int core, ProxyProcess proxy, string job, int rate, int seconds)
    {
        bool tcp = job.EndsWith("-tcp", StringComparison.Ordinal);
        if (ProxyProcess.IsBound(tcp, ProxyProcess.CalleePort))
            throw new InvalidOperationException($"port {ProxyProcess.CalleePort}, which is the callee's, is in use");
        long before = Usage.EndedChildrenNanoseconds();
        int calls = rate * seconds;
        string callerFile = Statistics(workshop, "caller"),
            calleeFile = Statistics(workshop, "callee");
        Process callee = Start(workshop, core, tcp, "callee", ProxyProcess.CalleePort, calleeFile);
        Task<string> errors = callee.StandardError.ReadToEndAsync();
        for (int i = 0; !ProxyProcess.IsBound(tcp, ProxyProcess.CalleePort); i++)
        {
            if (callee.HasExited || i > 100)
            {
                callee.Kill();
                throw new InvalidOperationException($"SIPp's callee does not listen on port {ProxyProcess.CalleePort}: {await errors}");
            }

            await Task.Delay(20);
        }

        // -l: calls are offered on time, however many are open.
        Process caller = Start(
            workshop,
            core,
            tcp,
            "caller",
            ProxyProcess.CallerPort,
            callerFile,
            $"127.0.0.1:{Text(proxy.Port)}",
            "-s",
            "9100",
            "-inf",
            workshop.Users,
            "-cid_str",
            "%u.%p@load.parley.test",
            "-r",
            Text(rate),
            "-m",
            Text(calls),
            "-l",
            Text(calls + 1),
            "-timeout",
            $"{Text(seconds + Patience)}s"
        );
        return new SippLoad(caller, callee, callerFile, calleeFile, calls, TimeSpan.FromSeconds(seconds + Patience), before);
    }

    public Task CallsEndedAsync() => EndedAsync(_caller, _longest);

    public async Task<CallFigures> EndAsync()
    {
        await CallsEndedAsync();
        _ = ProxyProcess.Kill(_callee.Id, 10); // SIGUSR1: it takes no more calls and ends when those it has have ended
        await EndedAsync(_callee, TimeSpan.FromSeconds(5));
        SippStatistics? caller = SippStatistics.Read(_callerFile),
            callee = SippStatistics.Read(_calleeFile);
        if (caller is null || callee is null)
            throw new InvalidOperationException($"SIPp ended with {_caller.ExitCode} and without statistics: {await _callerErrors}");
        double offered = caller.Offered(_calls);
        long failed = caller.Last("FailedCall(C)"),
            finished = failed + caller.Last("SuccessfulCall(C)");
        return new CallFigures
        {
            Calls = _calls,
            // As a rule a call that fails does so at both ends.
            Failed = Math.Max(failed, callee.Last("FailedCall(C)")),
            Unfinished = _calls - finished,
            Retransmissions = caller.Last("Retransmissions(C)") + callee.Last("Retransmissions(C)"),
            Unexpected = caller.Last("OutOfCallMsgs(C)") + callee.Last("OutOfCallMsgs(C)"),
            CallsPerSecond = double.IsNaN(offered) ? null : offered,
            CpuNanoseconds = Usage.EndedChildrenNanoseconds() - _childrenBefore,
        };
    }

    public void Dispose()
    {
        foreach (Process process in (ReadOnlySpan<Process>)[_caller, _callee])
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
    }

    private static Process Start(Workshop workshop, int core, bool tcp, string scenario, int port, string statistics, params string[] more)
    {
        // -buff_size: as large as calls.c's, so that a burst is not lost in the load generator. -f: its screen, which nobody sees.
        string[] arguments =
        [
            "-c",
            Text(core),
            Program,
            "-sf",
            Path.Combine(workshop.Folder, "sipp", scenario + ".xml"),
            "-i",
            "127.0.0.1",
            "-bind_local",
            "-p",
            Text(port),
            "-t",
            tcp ? "t1" : "u1",
            "-key",
            "params",
            tcp ? ";transport=tcp" : "",
            "-buff_size",
            "8388608",
            "-nostdin",
            "-f",
            "60",
            "-trace_stat",
            "-stf",
            statistics,
            "-fd",
            "1",
            .. more,
        ];
        ProcessStartInfo start = new("taskset", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(workshop.Folder, "bin"),
        };
        Process process = Process.Start(start)!;
        ProxyProcess.Started(process);
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task EndedAsync(Process process, TimeSpan longest)
    {
        using CancellationTokenSource late = new(longest);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            // By itself (-timeout) SIPp only begins no more calls and waits for those it has. Its last row is a second old then, and the calls
            // that do not stand there as ended are unfinished.
            process.Kill();
            await process.WaitForExitAsync();
        }

        ProxyProcess.Ended(process);
    }

    private static string Statistics(Workshop workshop, string who)
    {
        string file = Path.Combine(workshop.Folder, "bin", $"sipp-{who}.csv");
        File.Delete(file);
        return file;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
