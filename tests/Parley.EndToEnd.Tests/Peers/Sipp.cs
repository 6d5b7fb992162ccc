using System.Globalization;

namespace Parley.EndToEnd.Tests.Peers;

/// <summary>A SIPp instance with one of the scenarios, and the counts it kept.</summary>
internal sealed class Sipp : PeerProcess
{
    /// <summary>Argument of -message_file for a run whose failure shall show its messages.</summary>
    public const string Messages = "messages.log";

    private readonly string _folder;
    private readonly string _statistics;

    private Sipp(string scenario, List<string> arguments, string folder, string statistics)
        : base("sipp", arguments, folder) => (Scenario, _folder, _statistics) = (scenario, folder, statistics);

    public string Scenario { get; }

    /// <summary>What it sent and received, when it was started with -trace_msg.</summary>
    public string Exchanged
    {
        get
        {
            var file = Path.Combine(_folder, Messages);
            return File.Exists(file) ? File.ReadAllText(file) : "(no messages)";
        }
    }

    /// <summary>Starts a caller of one call to bob by a proxy on loopback, its From the user.</summary>
    /// <param name="scenario">File name below Scenarios, without its ending.</param>
    /// <param name="proxy">The proxy's port.</param>
    /// <param name="user">The user of the From.</param>
    /// <param name="options">Further arguments of SIPp.</param>
    public static Sipp StartCaller(string scenario, int proxy, string user, params string[] options) =>
        Start(scenario, Ports.Next(), $"127.0.0.1:{proxy}", ["-key", "user", user, "-s", "bob", "-m", "1", .. options]);

    /// <summary>Starts SIPp on a loopback port of its own choice or the given one.</summary>
    /// <param name="scenario">File name below Scenarios, without its ending.</param>
    /// <param name="port">The local port.</param>
    /// <param name="remote">The proxy, host:port; null for a callee.</param>
    /// <param name="options">Further arguments of SIPp.</param>
    public static Sipp Start(string scenario, int port, string? remote, params string[] options)
    {
        Installed.Require("sipp", "sip-tester");
        var folder = TestFolder.ForTest("sipp");
        var statistics = Path.Combine(folder, "statistics.csv");
        List<string> arguments =
        [
            "-sf",
            Path.Combine(AppContext.BaseDirectory, "Scenarios", scenario + ".xml"),
            "-i",
            "127.0.0.1",
            "-p",
            port.ToString(CultureInfo.InvariantCulture),
            "-nostdin",
            "-trace_stat",
            "-stf",
            statistics,
            "-fd",
            "1",
            "-trace_err",
            "-error_file",
            Path.Combine(folder, "errors.log"),
            .. options,
        ];
        if (remote is not null)
            arguments.Add(remote);
        return new Sipp(scenario, arguments, folder, statistics);
    }

    /// <summary>Waits until SIPp has made its calls, then reads what it counted.</summary>
    public async Task<SippCounts> FinishAsync(TimeSpan limit)
    {
        var exitCode = await WaitForExitAsync(limit);
        return Read(exitCode);
    }

    /// <summary>Waits until it has begun so many calls; its statistics are a second old at most.</summary>
    public async Task WaitForCallsAsync(long calls)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (!File.Exists(_statistics) || File.ReadAllLines(_statistics).Length < 2 || Read(0).Created < calls)
        {
            if (HasExited || DateTime.UtcNow > until)
                throw new InvalidOperationException($"SIPp has not begun {calls} calls. Output:\n{Output}");
            await Task.Delay(100);
        }
    }

    /// <summary>Ends a callee that has no calls left and reads what it counted.</summary>
    public async Task<SippCounts> StopAsync()
    {
        Signal((PosixSignalNumber)10); // SIGUSR1: SIPp ends when its calls have ended
        var exitCode = await WaitForExitAsync(TimeSpan.FromSeconds(60));
        return Read(exitCode);
    }

    private SippCounts Read(int exitCode)
    {
        var lines = File.ReadAllLines(_statistics);
        var names = lines[0].Split(';');
        var values = lines[^1].Split(';');
        long Count(string name) => long.Parse(values[Array.IndexOf(names, name)], CultureInfo.InvariantCulture);
        var errors =
            Directory.EnumerateFiles(Path.GetDirectoryName(_statistics)!, "errors.log").Select(File.ReadAllText).FirstOrDefault()
            ?? string.Empty;
        return new SippCounts(
            exitCode,
            Count("TotalCallCreated"),
            Count("SuccessfulCall(C)"),
            Count("FailedCall(C)"),
            Count("FailedUnexpectedMessage(C)"),
            Count("Retransmissions(C)"),
            Count("OutOfCallMsgs(C)"),
            errors
        );
    }
}

/// <summary>What a SIPp instance counted over its life.</summary>
internal sealed record SippCounts(
    int ExitCode,
    long Created,
    long Successful,
    long Failed,
    long Unexpected,
    long Retransmissions,
    long OutOfCall,
    string Errors
);
