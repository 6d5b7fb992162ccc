using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Parley.Sql.Tests.Servers;

/// <summary>
/// A real database server of this test run: a folder, a process and a free port of 127.0.0.1 of its own. It ends with the test process, however that
/// ends: a shell beside it reads a pipe from here, and its end ends the server.
/// </summary>
public abstract class DatabaseServer : IDisposable
{
    private const int Continue = 18,
        Stop = 19,
        Kill = 9;

    private Process? _keeper;
    private int _pid;
    private int _databases;

    protected DatabaseServer(string name, DirectoryInfo? disk)
    {
        Folder = disk?.CreateSubdirectory(name).FullName ?? Directory.CreateTempSubdirectory($"parley-{name}-").FullName;
        Port = FreePort();
    }

    /// <summary>Where its data is.</summary>
    public string Folder { get; }

    public int Port { get; }

    public bool IsRunning => _keeper is { HasExited: false };

    /// <summary>How to reach a database of it.</summary>
    public abstract string ConnectionString(string database);

    /// <summary>A new, empty database.</summary>
    /// <returns>How to reach it.</returns>
    public string NewDatabase()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"parley{Interlocked.Increment(ref _databases)}");
        CreateDatabase(name);
        return ConnectionString(name);
    }

    /// <summary>Starts it, with its data as it was.</summary>
    public void Start()
    {
        string pidFile = Path.Combine(Folder, "parley.pid");
        File.Delete(pidFile);
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        // The server is a child of the shell. The shell waits for the end of its input, which is the end of this process.
        foreach (
            string argument in (string[])
                [
                    "-c",
                    """
                        pid=$1; log=$2; shift 2
                        "$@" </dev/null >>"$log" 2>&1 &
                        echo $! >"$pid.new"; mv "$pid.new" "$pid"
                        if read -r _; then kill -$KEEP_SIGNAL $!; wait $!; else kill -CONT $!; kill -$DROP_SIGNAL $!; wait $!; rm -rf "$PARLEY_FOLDER"; fi 2>/dev/null
                        """,
                    "sh",
                    pidFile,
                    Log,
                    .. Command(),
                ]
        )
            start.ArgumentList.Add(argument);
        start.Environment["PARLEY_FOLDER"] = Folder;
        (start.Environment["KEEP_SIGNAL"], start.Environment["DROP_SIGNAL"]) = StopSignals;
        start.Environment["LC_ALL"] = "C.UTF-8";
        _keeper = Process.Start(start)!;
        Await(() => File.Exists(pidFile), "has no process");
        _pid = int.Parse(File.ReadAllText(pidFile), CultureInfo.InvariantCulture);
        Await(() => IsRunning && Answers(), "does not answer");
    }

    /// <summary>Starts it where it has given up by itself, as a server does that cannot write its log.</summary>
    public void StartIfDown()
    {
        for (int i = 0; i < 50; i++)
        {
            if (Answers())
                return;
            Thread.Sleep(100);
        }

        Crash();
        Start();
    }

    /// <summary>Stops it as an administrator would; its data stays.</summary>
    public void ShutDown() =>
        End(static keeper =>
        {
            keeper.StandardInput.WriteLine("keep");
            keeper.StandardInput.Flush();
        });

    /// <summary>Ends it at once (SIGKILL); its data stays.</summary>
    public void Crash()
    {
        Signal(Kill);
        End(static keeper =>
        {
            keeper.StandardInput.WriteLine("keep");
            keeper.StandardInput.Flush();
        });
    }

    /// <summary>Stops its processes without ending them (SIGSTOP): connections stay, nothing answers.</summary>
    public void Pause() => SignalAll(Stop);

    /// <summary>Lets them go on.</summary>
    public void Resume() => SignalAll(Continue);

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (IsRunning)
            Resume();
        End(static keeper => keeper.StandardInput.Close());
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    protected string Log => Path.Combine(Folder, "server.log");

    /// <summary>What stops it so that its data is in order, and what stops it at once.</summary>
    protected abstract (string Keep, string Drop) StopSignals { get; }

    /// <summary>The program and its arguments.</summary>
    protected abstract IEnumerable<string> Command();

    protected abstract void CreateDatabase(string name);

    /// <summary>Whether it takes connections.</summary>
    protected abstract bool Answers();

    /// <summary>Runs a program to its end.</summary>
    protected static void Run(params string[] command)
    {
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string argument in command[1..])
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(),
            errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {errors.Result}{output.Result}");
    }

    /// <summary>A program, looked for in some folders, then on the path; null: there is none.</summary>
    protected static string? Find(string program, params IEnumerable<string> folders) =>
        folders
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private void End(Action<Process> ask)
    {
        if (_keeper is not { } keeper)
            return;
        _keeper = null;
        if (!keeper.HasExited)
        {
            try
            {
                ask(keeper);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }

            if (!keeper.WaitForExit(20_000))
            {
                Signal(Kill);
                keeper.WaitForExit();
            }
        }

        keeper.Dispose();
    }

    private void Await(Func<bool> isSo, string what)
    {
        for (int i = 0; i < 600; i++)
        {
            if (isSo())
                return;
            Thread.Sleep(50);
        }

        throw new InvalidOperationException($"{GetType().Name} {what}: {(File.Exists(Log) ? File.ReadAllText(Log) : "no log")}");
    }

    private void Signal(int signal) => _ = kill(_pid, signal);

    /// <summary>The process and its children: PostgreSQL has one a connection.</summary>
    private void SignalAll(int signal)
    {
        Signal(signal);
        foreach (string status in Directory.EnumerateDirectories("/proc").Where(static d => char.IsAsciiDigit(d[6])))
        {
            try
            {
                string stat = File.ReadAllText(Path.Combine(status, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (int.Parse(fields[1], CultureInfo.InvariantCulture) == _pid)
                    _ = kill(int.Parse(status[6..], CultureInfo.InvariantCulture), signal);
            }
            catch (IOException)
            {
                // A process that ended meanwhile.
            }
        }
    }

    [DllImport("libc")]
#pragma warning disable CA5392, SYSLIB1054 // a test: no search path, no generated marshalling for two integers
    private static extern int kill(int pid, int signal);
#pragma warning restore CA5392, SYSLIB1054
}
