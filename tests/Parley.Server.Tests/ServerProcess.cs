using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Parley.Server.Tests;

/// <summary>The server as its own process. Its output is read only when a test asks, as by a reader that may be slow.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerProcess(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "parley.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // A state of its own, so that the servers of several tests do not want one database.
        start.Environment["XDG_STATE_HOME"] = TestFolder.ForTest("state");
        // Servers of several tests run at once, and the port of the management side is one.
        start.Environment["Parley__Management__Enabled"] = "false";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Errors => _process.StandardError;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts <c>parley run</c> or <c>parley check</c> with the inside of "Parley": {...}.</summary>
    public static ServerProcess Start(string verb, string settings, IReadOnlyDictionary<string, string>? environment = null) =>
        Start([verb], settings, environment);

    /// <summary>Starts a command with its switches.</summary>
    public static ServerProcess Start(string[] command, string settings, IReadOnlyDictionary<string, string>? environment = null)
    {
        var file = Path.Combine(TestFolder.ForTest("settings"), "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": { {{settings}} } }""");
        return new ServerProcess([.. command, "--config", file], environment) { SettingsFile = file };
    }

    /// <summary>Starts <c>parley</c> with these arguments and no others.</summary>
    public static ServerProcess Run(params string[] arguments) => new(arguments, null);

    /// <summary>Starts <c>parley</c> with these arguments and variables of the environment.</summary>
    public static ServerProcess Run(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(arguments, environment);

    /// <summary>The file that it reads; empty when it was started without one.</summary>
    public string SettingsFile { get; private init; } = "";

    public void Hangup() => _ = Kill(_process.Id, 1);

    /// <summary>Reads lines until one contains the text.</summary>
    public async Task<string> ReadUntilAsync(string text, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        var said = new List<string>();
        try
        {
            while (await Output.ReadLineAsync(timeout.Token) is { } line)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    return line;
                said.Add(line);
            }
        }
        catch (OperationCanceledException) { }
        var errors = _process.HasExited ? await Errors.ReadToEndAsync(CancellationToken.None) : string.Empty;
        throw new InvalidOperationException($"\"{text}\" was not said, but:\n{string.Join('\n', said.TakeLast(30))}\n{errors}");
    }

    public void Terminate() => _ = Kill(_process.Id, 15);

    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>A loopback port that is free for UDP and TCP at this moment.</summary>
    public static int FreePort()
    {
        while (true)
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(udp.LocalEndPoint!);
                return ((IPEndPoint)udp.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                continue;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
