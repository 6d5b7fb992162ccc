using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Parley.Crash.Host;

/// <summary>One life of the proxy.</summary>
internal sealed class ProxyProcess : IDisposable
{
    private readonly Process _process;

    private ProxyProcess(CrashSettings settings)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Parley.Crash.dll");
        _process = Process.Start(
            new ProcessStartInfo("dotnet", [program, "host", .. settings.ToArguments()])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.BeginErrorReadLine();
    }

    /// <summary>The last lines that it wrote besides answers.</summary>
    public Queue<string> Lines { get; } = [];

    public static async Task<ProxyProcess> StartAsync(CrashSettings settings)
    {
        var process = new ProxyProcess(settings);
        await process.ReadAsync(static line => line == "ready");
        return process;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and waits for its end.</summary>
    public async Task TerminateAsync()
    {
        _ = kill(_process.Id, 15);
        await EndedAsync();
        if (_process.ExitCode != 0)
            throw new InvalidOperationException($"The proxy ended with {_process.ExitCode} after SIGTERM:\n" + string.Join('\n', Lines));
    }

    public async Task<List<CrashCall>> CallsAsync()
    {
        await AskAsync("calls");
        string line = await ReadAsync(static line => line.StartsWith('['));
        return JsonSerializer.Deserialize(line, CrashJson.Default.ListCrashCall)!;
    }

    public async Task<int> ProfileAsync()
    {
        await AskAsync("profile");
        string line = await ReadAsync(static line => int.TryParse(line, out _));
        return int.Parse(line, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<string> StatisticsAsync()
    {
        await AskAsync("statistics");
        return await ReadAsync(static line => line.StartsWith("statistics", StringComparison.Ordinal));
    }

    /// <summary>Ends it in order.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await EndedAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private async Task EndedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
    }

    [DllImport("libc")]
#pragma warning disable CA5392, SYSLIB1054 // a test: no search path, no generated marshalling for two integers
    private static extern int kill(int pid, int signal);
#pragma warning restore CA5392, SYSLIB1054

    private async Task AskAsync(string question)
    {
        await _process.StandardInput.WriteLineAsync(question);
        await _process.StandardInput.FlushAsync();
    }

    private async Task<string> ReadAsync(Func<string, bool> isAnswer)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (isAnswer(line))
                return line;
            Log(line);
        }

        throw new InvalidOperationException("The proxy ended:\n" + string.Join('\n', Lines));
    }

    private void Log(string? line)
    {
        if (line is null)
            return;
        lock (Lines)
        {
            Lines.Enqueue(line);
            if (Lines.Count > 40)
                Lines.Dequeue();
        }
    }
}
