using System.Diagnostics;
using System.Globalization;

namespace Parley.Stores;

/// <summary>The real server as a process of its own, and what can be seen of it.</summary>
internal sealed class ServerLife : IDisposable
{
    private readonly Process _process;
    private readonly string _memory;
    private readonly List<(string Text, TaskCompletionSource<(string Line, long At)> Said)> _waiting = [];

    /// <summary>Starts one.</summary>
    /// <param name="folder">For its settings and its state.</param>
    /// <param name="settings">The inside of "Parley": {...}.</param>
    /// <param name="loads">What the line about the load begins with behind its number: "dialogs", "contacts".</param>
    public ServerLife(string folder, string settings, string loads)
    {
        string file = Path.Combine(folder, "parley.json");
        File.WriteAllText(file, $$"""{ "Parley": { {{settings}} } }""");
        _memory = Path.Combine(folder, "memory");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "parley.dll"), "run", "--config", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_STATE_HOME"] = folder;
        start.Environment["Parley__Management__Enabled"] = "false";
        start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Parley.Stores.dll");
        start.Environment[StartupHook.Variable] = _memory;
        Loaded = Expect($" {loads} were loaded from the store");
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        StartedAt = Stopwatch.GetTimestamp();
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public long StartedAt { get; }

    /// <summary>The line that says how much was loaded, and when it came.</summary>
    public Task<(string Line, long At)> Loaded { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Resident now and at most, managed now and committed, in MB.</summary>
    public string Memory()
    {
        string status = File.ReadAllText($"/proc/{_process.Id}/status");
        string[] managed = File.ReadAllText(_memory).Split(' ');
        return $"RSS {Resident(status, "VmRSS:")} MB (at most {Resident(status, "VmHWM:")}), managed {Megabytes(managed[0])} MB in use, {Megabytes(managed[1])} committed, {managed[2]} full collections";
    }

    /// <summary>CPU seconds so far.</summary>
    public double Cpu => _process.TotalProcessorTime.TotalSeconds;

    /// <summary>Kills it.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
    }

    private static string Resident(string status, string name)
    {
        string line = status.Split('\n').First(line => line.StartsWith(name, StringComparison.Ordinal));
        return (long.Parse(line[name.Length..^2], CultureInfo.InvariantCulture) / 1024).ToString(CultureInfo.InvariantCulture);
    }

    private static string Megabytes(string bytes) =>
        (long.Parse(bytes, CultureInfo.InvariantCulture) >> 20).ToString(CultureInfo.InvariantCulture);

    private Task<(string Line, long At)> Expect(string text)
    {
        var said = new TaskCompletionSource<(string, long)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((text, said));
        return said.Task;
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        if (!line.StartsWith("info:", StringComparison.Ordinal) && !line.Contains(" info: ", StringComparison.Ordinal))
            Console.WriteLine($"  server: {line}");
        foreach ((string text, TaskCompletionSource<(string, long)> said) in _waiting)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                said.TrySetResult((line, Stopwatch.GetTimestamp()));
        }
    }
}
