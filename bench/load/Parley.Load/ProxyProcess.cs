using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Parley.Load;

/// <summary>One of the measured proxies, started on its cores, with all its processes.</summary>
internal sealed partial class ProxyProcess : IDisposable
{
    public const int CalleePort = 15070,
        CallerPort = 15080,
        SecondCalleePort = 15071,
        SecondCallerPort = 15081;

    private const int ManagementOffset = 2000;

    /// <summary>
    /// Pings that are armed and never due, seconds. Not 30: Kamailio's clock makes up for the time that it stood still (SIGSTOP) while calls
    /// of half a second go on, and it would ping them.
    /// </summary>
    private const int NeverDue = 3600;

    private static readonly List<int> StartedProcesses = [];
    private static readonly List<string> Subjects = ["floor", "kamailio", "parley", "against"];

    // What an operator may have open; the rest behind a plus are stores.
    private static readonly string[] Watches = ["management", "metrics", "recorder", "page", "watched"];

    private readonly Process _process;
    private Watching? _watching;
    private readonly TaskCompletionSource<string>[] _report = [new()];
    private List<int> _family = [];

    private ProxyProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>Where its management side listens, when it has one.</summary>
    public int ManagementPort => Port + ManagementOffset;

    public IReadOnlyList<int> Family => _family;

    public Usage Usage => Usage.Of(_family);

    public long PssKiB => Usage.PssKiB(_family);

    public long PeakKiB => Usage.PeakKiB(_family);

    /// <param name="workshop">Where the programs are.</param>
    /// <param name="subject">floor, kamailio, parley, or against: the Parley of another checkout. With a store: parley+realtime, +soon, +delayed, +shutdown; kamailio+realtime.
    /// With a management side and its readers (<see cref="Watching"/>): parley+management, +metrics, +recorder, +page, +watched.</param>
    /// <param name="job">a, b or c; a-tcp, b-tcp, c-tcp.</param>
    /// <param name="cores">How many cores, the first ones.</param>
    /// <param name="kamailioWorkers">Worker processes of Kamailio's.</param>
    /// <param name="kamailioMegabytes">Kamailio's shared memory; what it does not touch is not weighed.</param>
    /// <param name="ping">Seconds between two OPTIONS to a leg, job c.</param>
    /// <param name="more">More arguments for Parley.</param>
    public static Task<ProxyProcess> StartAsync(
        Workshop workshop,
        string subject,
        string job,
        int cores = 1,
        int kamailioWorkers = 1,
        int kamailioMegabytes = 1024,
        int ping = NeverDue,
        params string[] more
    ) => StartAsync(workshop, subject, job, PortOf(subject), cores, kamailioWorkers, kamailioMegabytes, ping, more);

    /// <summary>One more of Parley, which stands still while others of them are measured.</summary>
    public static Task<ProxyProcess> StartParleyAsync(Workshop workshop, string job, int number) =>
        StartAsync(workshop, "parley", job, 15100 + number, 1, 1, 0, NeverDue, []);

    private static async Task<ProxyProcess> StartAsync(
        Workshop workshop,
        string subject,
        string job,
        int port,
        int cores,
        int kamailioWorkers,
        int kamailioMegabytes,
        int ping,
        string[] more
    )
    {
        bool tcp = job.EndsWith("-tcp", StringComparison.Ordinal);
        (string program, string store) = StoreOf(subject);
        string watch = Watches.Contains(store) ? store : "";
        if (watch.Length > 0)
            store = "";
        string[] command = program switch
        {
            "floor" => [workshop.Floor, Text(port), Text(CalleePort)],
            "kamailio" => Kamailio(workshop, job, tcp, port, kamailioWorkers, kamailioMegabytes, ping, await FileOf(subject, store)),
            "parley" or "against" =>
            [
                "dotnet",
                program == "parley" ? workshop.Proxy : workshop.OtherProxy!,
                $"--port={port}",
                $"--callee={CalleePort}",
                $"--second={SecondCalleePort}",
                $"--job={job[0]}",
                $"--tcp={(tcp ? "true" : "false")}",
                $"--workers={cores}",
                $"--ping={ping}",
                .. watch.Length > 0 ? [$"--watch={watch}", $"--management={Text(port + ManagementOffset)}"] : Array.Empty<string>(),
                .. store.Length > 0 ? [$"--store={store}", $"--database={await FileOf(subject, store)}"] : Array.Empty<string>(),
                .. more,
            ],
            _ => throw new ArgumentException($"unknown subject {subject}", nameof(subject)),
        };
        string pinned = cores == 1 ? "0" : $"0-{cores - 1}";
        ProcessStartInfo start = new("taskset", ["-c", pinned, .. command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        ProxyProcess proxy = new(process, port);
        Started(process);
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text.StartsWith('{'))
                proxy._report[0].TrySetResult(text);
        };
        process.BeginOutputReadLine();
        for (int i = 0; !IsBound(tcp, port); i++)
        {
            if (process.HasExited || i > 200)
                throw new InvalidOperationException($"{subject} does not listen on port {port}");
            await Task.Delay(50);
        }

        await Task.Delay(500); // Kamailio's last children
        proxy._family = Usage.Family(process.Id);
        if (watch.Length > 0)
            proxy._watching = await Watching.StartAsync(watch, proxy.ManagementPort);
        return proxy;
    }

    /// <summary>Remembers a process that must not outlive the bench.</summary>
    public static void Started(Process process)
    {
        lock (StartedProcesses)
            StartedProcesses.Add(process.Id);
    }

    /// <summary>Its number may be another's from now on.</summary>
    public static void Ended(Process process)
    {
        lock (StartedProcesses)
            StartedProcesses.Remove(process.Id);
    }

    /// <summary>Ends every process that was started, with its children.</summary>
    public static void EndAll()
    {
        lock (StartedProcesses)
        {
            foreach (int process in StartedProcesses.SelectMany(Usage.Family))
                _ = Kill(process, 9);
        }
    }

    /// <summary>What Parley says of its memory and its collector, one line of JSON.</summary>
    /// <param name="weighs">After a full collection, with the bytes that live.</param>
    public async Task<string> ReportAsync(bool weighs = false)
    {
        _report[0] = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Kill(_process.Id, weighs ? 12 : 10);
        return await _report[0].Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Stops it where it stands, so that it takes nothing from the one that is measured.</summary>
    public void Pause() => Signal(19);

    /// <summary>Lets it go on.</summary>
    public void Resume() => Signal(18);

    public void Dispose()
    {
        _watching?.Dispose();
        Resume();
        _ = Kill(_process.Id, 15);
        if (!_process.WaitForExit(3000))
        {
            foreach (int process in Usage.Family(_process.Id))
                _ = Kill(process, 9);
            _process.WaitForExit();
        }

        Ended(_process);
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Kill(int process, int signal);

    private void Signal(int signal)
    {
        foreach (int process in _family)
            _ = Kill(process, signal);
    }

    private static string[] Kamailio(
        Workshop workshop,
        string job,
        bool tcp,
        int port,
        int workers,
        int megabytes,
        int ping,
        string database
    )
    {
        string file = Path.Combine(workshop.Folder, "bin", database.Length > 0 ? "kamailio-store.cfg" : "kamailio.cfg");
        File.WriteAllText(
            file,
            File.ReadAllText(Path.Combine(workshop.Folder, "kamailio.cfg"))
                .Replace("@PORT@", Text(port), StringComparison.Ordinal)
                .Replace("@CALLEE@", Text(CalleePort), StringComparison.Ordinal)
                .Replace("@CHILDREN@", Text(workers), StringComparison.Ordinal)
                .Replace("@PING@", Text(ping), StringComparison.Ordinal)
                .Replace("@DATABASE@", database, StringComparison.Ordinal)
        );
        List<string> command =
        [
            "/usr/sbin/kamailio",
            "-x",
            "fm",
            "-f",
            file,
            "-DD",
            "-E",
            "-m",
            Text(megabytes),
            "-w",
            "/tmp",
            "-Y",
            "/tmp",
        ];
        if (job[0] is 'b' or 'c')
            command.AddRange(["-A", "JOB_DIALOG=1"]);
        if (job[0] == 'c')
            command.AddRange(["-A", "JOB_PINGS=1"]);
        if (database.Length > 0)
            command.AddRange(["-A", "JOB_STORE=1"]);
        if (tcp)
            command.AddRange(["-A", "JOB_TCP=1"]);
        return [.. command];
    }

    /// <summary>A socket that waits there for whoever comes; connections, also past ones, do not count.</summary>
    internal static bool IsBound(bool tcp, int port)
    {
        string address = string.Create(CultureInfo.InvariantCulture, $": 0100007F:{port:X4} 00000000:0000 ");
        return File.ReadLines(tcp ? "/proc/net/tcp" : "/proc/net/udp").Any(line => line.Contains(address, StringComparison.Ordinal));
    }

    /// <summary>A port each: they stand side by side.</summary>
    private static int PortOf(string subject)
    {
        lock (Subjects)
        {
            if (!Subjects.Contains(subject))
                Subjects.Add(subject);
            return 15060 + Subjects.IndexOf(subject);
        }
    }

    /// <summary>A subject with a store behind its name: parley+realtime, kamailio+realtime.</summary>
    private static (string Program, string Store) StoreOf(string subject) =>
        subject.Split('+') is [var program, var store] ? (program, store) : (subject, "");

    /// <summary>An empty SQLite database on a memory file system; of Kamailio with its tables. Empty text without a store.</summary>
    private static async Task<string> FileOf(string subject, string store)
    {
        if (store.Length == 0)
            return "";
        string folder = Path.Combine("/dev/shm", $"parley-load-{subject}");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, "dialogs.db");
        if (!subject.StartsWith("kamailio", StringComparison.Ordinal))
            return file;
        // A database that others may write: Kamailio may give up root.
        string scripts = "/usr/share/kamailio/db_sqlite";
        await Shell.RunAsync(
            "sh",
            "-c",
            $"sqlite3 {file} < {scripts}/standard-create.sql; sqlite3 {file} < {scripts}/dialog-create.sql; chmod -R a+rwX {folder}"
        );
        return file;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
