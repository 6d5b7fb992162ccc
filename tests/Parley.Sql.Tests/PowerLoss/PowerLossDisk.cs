using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Parley.Sql.Tests.PowerLoss;

/// <summary>A process whose files are on a disk that loses power: what was not synced can be taken away at any moment.</summary>
internal sealed class PowerLossDisk : IDisposable
{
    private const int Stop = 19,
        Continue = 18,
        SectorLength = 512;

    private readonly TestFolder _root = new("power");
    private readonly Process _process;
    private int _cuts;

    public PowerLossDisk(string test, bool isDurable)
    {
        foreach (string folder in (string[])[Written, Disk, Files])
            Directory.CreateDirectory(folder);
        string library = Path.Combine(_root.Path, "powerloss.so");
        Compile(library);
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            ArgumentList = { "--progress", "off", "--no-ansi", "--explicit", "only", "--filter-method", test },
            Environment =
            {
                ["LD_PRELOAD"] = library,
                ["POWERLOSS_FOLDER"] = Written,
                ["POWERLOSS_DISK"] = Disk,
                ["POWERLOSS_FILES"] = Files,
                ["POWERLOSS_DURABLE"] = isDurable ? "1" : "0",
                ["POWERLOSS_ACKNOWLEDGED"] = Acknowledged,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Why there can be no such disk here; null: there can.</summary>
    public static string? Missing =>
        File.Exists("/usr/bin/gcc") && OperatingSystem.IsLinux() ? null : "There is no gcc here: apt-get install gcc libc6-dev.";

    private string Written => Path.Combine(_root.Path, "written");

    private string Disk => Path.Combine(_root.Path, "disk");

    private string Files => Path.Combine(_root.Path, "files");

    private string Acknowledged => Path.Combine(_root.Path, "acknowledged");

    /// <summary>Waits until this much was acknowledged.</summary>
    public async Task UntilAsync(string what, int number)
    {
        var watch = Stopwatch.StartNew();
        while (!Last().TryGetValue(what, out int last) || last < number)
        {
            Assert.False(_process.HasExited, "The writer has ended.");
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(2), $"No {what} {number} was acknowledged in two minutes.");
            await Task.Delay(20);
        }
    }

    /// <summary>
    /// Stops the process, and gives what was acknowledged until then and a folder with what a disk would have. The process stays stopped until
    /// <see cref="GoOn"/>: it would only write more than there is time to look through.
    /// </summary>
    /// <param name="random">Null: all is gone that was not synced. Else each of its sectors may be there all the same, in any order.</param>
    public (IReadOnlyDictionary<string, int> Acknowledged, string Folder) Cut(Random? random)
    {
        string folder = Path.Combine(_root.Path, $"cut{_cuts++}.");
        Directory.CreateDirectory(folder);
        Assert.Equal(0, Kill(_process.Id, Stop));
        // The signal stops one thread after the other.
        while (Directory.GetDirectories($"/proc/{_process.Id}/task").Any(static task => StateOf(task) is not ('T' or 't')))
        {
            Assert.False(_process.HasExited, "The writer has ended.");
            Thread.Sleep(1);
        }

        IReadOnlyDictionary<string, int> acknowledged = Last();
        foreach (string file in Directory.GetFiles(Disk).Where(IsOnDisk))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        if (random is not null)
            MixAll(folder, random);
        return (acknowledged, folder);
    }

    /// <summary>The process goes on, after a cut whose folder has been looked through.</summary>
    public void GoOn(string folder)
    {
        foreach (string done in Directory.GetDirectories(_root.Path, Path.GetFileName(folder) + "*"))
            Directory.Delete(done, recursive: true);
        Assert.Equal(0, Kill(_process.Id, Continue));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _root.Dispose();
    }

    // The shared memory of the write-ahead log and the locks are made anew at each start.
    private static bool IsOnDisk(string file) =>
        !file.EndsWith("-shm", StringComparison.Ordinal) && !file.Contains(".lock", StringComparison.Ordinal);

    private void MixAll(string folder, Random random)
    {
        // By a program that asks for no lock: the process may have a file for itself.
        string copy = folder + "written";
        using (Process cp = Process.Start("cp", ["-r", Written, copy]))
        {
            cp.WaitForExit();
            Assert.Equal(0, cp.ExitCode);
        }

        // A file may be removed before the sync of its folder.
        foreach (string file in Directory.GetFiles(folder).Where(file => !File.Exists(Path.Combine(copy, Path.GetFileName(file)))))
            if (random.Next(2) == 0)
                File.Delete(file);
        foreach (string file in Directory.GetFiles(copy).Where(IsOnDisk))
            Mix(file, Path.Combine(folder, Path.GetFileName(file)), random);
    }

    /// <summary>Some of the sectors that were written and not synced are on the disk.</summary>
    private static void Mix(string written, string disk, Random random)
    {
        byte[] all = File.ReadAllBytes(written);
        byte[] kept = File.Exists(disk) ? File.ReadAllBytes(disk) : [];
        if (random.Next(2) == 0)
            Array.Resize(ref kept, all.Length); // the length is written by itself
        for (int at = 0; at < Math.Min(kept.Length, all.Length); at += SectorLength)
        {
            int length = Math.Min(SectorLength, Math.Min(kept.Length, all.Length) - at);
            if (random.Next(2) == 0)
                all.AsSpan(at, length).CopyTo(kept.AsSpan(at));
        }

        if (kept.Length > 0)
            File.WriteAllBytes(disk, kept);
    }

    private static char StateOf(string task)
    {
        try
        {
            string status = File.ReadAllText(Path.Combine(task, "stat"));
            return status[status.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return 'T'; // it has just ended
        }
    }

    private Dictionary<string, int> Last()
    {
        var last = new Dictionary<string, int>();
        if (!File.Exists(Acknowledged))
            return last;
        using var file = new FileStream(Acknowledged, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        string text = reader.ReadToEnd();
        foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            last[parts[0]] = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        return last;
    }

    private static void Compile(string library)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "PowerLoss", "powerloss.c");
        using Process gcc = Process.Start("/usr/bin/gcc", ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-pthread"]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
