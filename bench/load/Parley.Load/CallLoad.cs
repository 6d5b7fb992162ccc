using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Parley.Load;

/// <summary>A run of bench/load/calls.</summary>
internal sealed class CallLoad : ILoad
{
    /// <summary>The From users, in turn.</summary>
    public const int Users = 1000;

    private readonly Process _process;
    private readonly Task<string> _output;

    private CallLoad(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
    }

    public string Name => "calls";

    /// <param name="workshop">Where the program is.</param>
    /// <param name="core">The core it is pinned to.</param>
    /// <param name="proxy">The proxy; null for none: the caller calls the callee.</param>
    /// <param name="job">The proxy's job: its transport is the load's.</param>
    /// <param name="rate">Calls per second.</param>
    /// <param name="calls">How many.</param>
    /// <param name="isSecond">Beside another load: other ports.</param>
    /// <param name="more">More arguments.</param>
    public static CallLoad Start(
        Workshop workshop,
        int core,
        ProxyProcess? proxy,
        string job,
        int rate,
        int calls,
        bool isSecond = false,
        params string[] more
    )
    {
        int callee = isSecond ? ProxyProcess.SecondCalleePort : ProxyProcess.CalleePort,
            caller = isSecond ? ProxyProcess.SecondCallerPort : ProxyProcess.CallerPort;
        string[] arguments =
        [
            "-c",
            Text(core),
            workshop.Calls,
            "-x",
            Text(proxy?.Port ?? callee),
            "-c",
            Text(caller),
            "-e",
            Text(callee),
            "-s",
            isSecond ? "second" : "9100",
            "-t",
            job.EndsWith("-tcp", StringComparison.Ordinal) ? "tcp" : "udp",
            "-r",
            Text(rate),
            "-m",
            Text(calls),
            "-u",
            Text(Users),
            .. more,
        ];
        Process process = Process.Start(
            new ProcessStartInfo("taskset", arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        ProxyProcess.Started(process);
        return new CallLoad(process);
    }

    /// <summary>Calls of half a second on the load's core of a proxy with one, as they are measured.</summary>
    public static ILoad Steady(Workshop workshop, ProxyProcess proxy, string job, int rate, int seconds, params string[] more) =>
        Start(workshop, Workshop.LoadCore(1), proxy, job, rate, rate * seconds, false, ["-h", "500", "-w", "10", .. more]);

    /// <summary>
    /// Load before anything is measured, so that nobody's start is. RFC 3261 keeps the transactions of a call for 32 s (64*T1): only a proxy
    /// that has carried the rate for longer has all the memory that it will need for it.
    /// </summary>
    public static async Task WarmAsync(
        Workshop workshop,
        int core,
        ProxyProcess proxy,
        string job,
        (int Rate, int Seconds) with,
        params string[] more
    )
    {
        (int rate, int seconds) = with;
        using CallLoad load = Start(workshop, core, proxy, job, rate, rate * seconds, false, ["-h", "100", "-w", "5", .. more]);
        await load.EndAsync();
    }

    public Task CallsEndedAsync() => _process.WaitForExitAsync();

    /// <summary>What it found, and the CPU time it took.</summary>
    public async Task<CallFigures> EndAsync()
    {
        await _process.WaitForExitAsync();
        ProxyProcess.Ended(_process);
        string text = await _output;
        if (!text.StartsWith('{'))
            throw new InvalidOperationException($"calls said: {text}");
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement all = json.RootElement,
            setup = all.GetProperty("setup_us");
        return new CallFigures
        {
            Calls = Long(all, "calls"),
            Failed = Long(all, "failed"),
            Unfinished = Long(all, "calls") - Long(all, "failed") - Long(all, "completed"),
            Standing = Long(all, "standing"),
            Retransmissions = Long(all, "caller_retransmissions") + Long(all, "callee_retransmissions"),
            Unexpected = Long(all, "unexpected"),
            Pings = Long(all, "pings"),
            MessageBytes = Long(all, "message_bytes"),
            SetupP50 = Long(setup, "p50"),
            SetupP99 = Long(setup, "p99"),
            SetupP999 = Long(setup, "p999"),
            CpuNanoseconds = Long(all, "cpu_us") * 1000,
        };
    }

    public void Stop() => _ = ProxyProcess.Kill(_process.Id, 15);

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private static long Long(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
