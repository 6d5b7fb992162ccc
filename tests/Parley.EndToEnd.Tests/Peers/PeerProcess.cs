using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Parley.EndToEnd.Tests.Peers;

/// <summary>A program that a test started: its output is kept, and it never outlives the test.</summary>
internal class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string> Found)> _waiting = [];

    public PeerProcess(
        string program,
        IEnumerable<string> arguments,
        string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? TestFolder.ForTest("peer"),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>The first line, from the start on, that contains the text.</summary>
    public async Task<string> WaitForLineAsync(string text, TimeSpan? limit = null)
    {
        TaskCompletionSource<string> found = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            foreach (var line in _output.ToString().Split('\n'))
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    return line;
            }
            _waiting.Add((line => line.Contains(text, StringComparison.Ordinal), found));
        }
        var exit = _process.WaitForExitAsync();
        var first = await Task.WhenAny(found.Task, exit, Task.Delay(limit ?? TimeSpan.FromSeconds(30)));
        if (first == found.Task)
            return await found.Task;
        if (first == exit)
            _process.WaitForExit(); // lets the last lines come in
        if (found.Task.IsCompleted)
            return await found.Task;
        throw new InvalidOperationException(
            $"\"{text}\" was not said. {(first == exit ? $"Ended with {_process.ExitCode}." : "Still running.")} Output:\n{Output}"
        );
    }

    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} did not end within {limit}. Output:\n{Output}");
        }
        return _process.ExitCode;
    }

    public void Signal(PosixSignalNumber signal)
    {
        if (!_process.HasExited && Kill(_process.Id, (int)signal) != 0)
            throw new InvalidOperationException("kill failed");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_output)
        {
            _output.Append(line).Append('\n');
            foreach (var (_, found) in _waiting.Where(w => w.Matches(line)))
                found.TrySetResult(line);
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}

/// <summary>The signals a service gets.</summary>
internal enum PosixSignalNumber
{
    Hangup = 1,
    Terminate = 15,
}
