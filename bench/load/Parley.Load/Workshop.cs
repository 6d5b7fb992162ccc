namespace Parley.Load;

/// <summary>What the measurements are made with: the programs of bench/load, compiled, and Kamailio and SIPp, installed where that is allowed.</summary>
internal sealed class Workshop
{
    private Workshop(string folder) => Folder = folder;

    /// <summary>bench/load.</summary>
    public string Folder { get; }

    public string Floor => Path.Combine(Folder, "bin", "floor");

    public string Calls => Path.Combine(Folder, "bin", "calls");

    public string Proxy => Path.Combine(Folder, "Parley.LoadProxy", "bin", "Release", "net10.0", "Parley.LoadProxy.dll");

    /// <summary>The same of the other checkout (--against); null: there is none.</summary>
    public string? OtherProxy { get; private set; }

    /// <summary>The users that SIPp calls from (-inf): 1,000, one after the other, in the order of calls.c.</summary>
    public string Users => Path.Combine(Folder, "bin", "users.csv");

    /// <summary>The server as ./run builds it.</summary>
    public string Server =>
        Path.GetFullPath(Path.Combine(Folder, "..", "..", "src", "Parley.Server", "bin", "Release", "net10.0", "parley.dll"));

    /// <summary>The server as it is published.</summary>
    public string PublishedServer => Path.Combine(Folder, "bin", "server", "parley");

    /// <summary>samples/AotProxy as it is published.</summary>
    public string AotProxy => Path.Combine(Folder, "bin", "aot", "AotProxy");

    public bool HasKamailio { get; private set; }

    /// <summary>With SQLite, for its dialogs in a store.</summary>
    public bool HasKamailioSqlite { get; private set; }

    public bool HasSipp { get; private set; }

    public string Results => Path.GetFullPath(Path.Combine(Folder, "..", "results"));

    /// <summary>Every single figure, for programs: not kept in git.</summary>
    public string Artifacts => Path.GetFullPath(Path.Combine(Folder, "..", "..", "artifacts", "bench"));

    /// <summary>Where the plots lie that docs/operations/performance.md shows.</summary>
    public string Plots => Path.GetFullPath(Path.Combine(Folder, "..", "..", "docs", "operations", "plots"));

    /// <summary>The core of the load generator: the first behind the proxy's, or the last of all, which it then shares.</summary>
    public static int LoadCore(int proxyCores) => Math.Min(proxyCores, MachineCores - 1);

    /// <summary>This process is pinned, so it asks the machine, not itself.</summary>
    public static int MachineCores { get; } =
        File.ReadLines("/proc/stat").Count(line => line.StartsWith("cpu", StringComparison.Ordinal) && char.IsDigit(line[3]));

    public static async Task<Workshop> OpenAsync(LoadOptions options, bool needsSipp)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("The load bench reads /proc and pins to cores: it needs Linux.");
        if (MachineCores < 2)
            throw new PlatformNotSupportedException("The load bench needs two cores: one for the proxy, one for the load.");
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "floor.c")))
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new DirectoryNotFoundException("bench/load was not found above " + AppContext.BaseDirectory);
        Workshop workshop = new(folder);
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        Directory.CreateDirectory(workshop.Results);
        Directory.CreateDirectory(workshop.Artifacts);
        foreach (string program in new[] { "floor", "calls" })
        {
            string made = await Shell.RunAsync(
                "gcc",
                "-O2",
                "-Wall",
                "-o",
                Path.Combine(folder, "bin", program),
                Path.Combine(folder, program + ".c")
            );
            if (made.Length > 0)
                Console.Error.Write(made);
        }

        if (options.Against is { } other)
            workshop.OtherProxy = await BuildOtherAsync(other);
        if (options.Subjects.Any(static subject => subject.StartsWith("kamailio", StringComparison.Ordinal)))
            workshop.HasKamailio = await FindAsync("/usr/sbin/kamailio", "kamailio");
        if (options.Subjects.Any(static subject => subject.StartsWith("kamailio+", StringComparison.Ordinal)))
        {
            workshop.HasKamailioSqlite =
                await FindAsync("/usr/lib/x86_64-linux-gnu/kamailio/modules/db_sqlite.so", "kamailio-sqlite-modules")
                && await FindAsync("/usr/bin/sqlite3", "sqlite3");
        }
        if (needsSipp)
        {
            workshop.HasSipp = await FindAsync("/usr/bin/sipp", "sip-tester");
            File.WriteAllLines(
                workshop.Users,
                [
                    "SEQUENTIAL",
                    .. Enumerable.Range(0, CallLoad.Users).Select(n => FormattableString.Invariant($"caller{n * 7919 % CallLoad.Users};")),
                ]
            );
        }

        return workshop;
    }

    /// <summary>Its own build of the measured application, in its own folder.</summary>
    private static async Task<string> BuildOtherAsync(string checkout)
    {
        string project = Path.Combine(checkout, "bench", "load", "Parley.LoadProxy");
        if (!Directory.Exists(project))
            throw new DirectoryNotFoundException($"--against {checkout}: there is no {project}");
        await Shell.RunAsync(
            "dotnet",
            "build",
            project,
            "-c",
            "Release",
            "-v",
            "quiet",
            "--nologo",
            "-clp:ErrorsOnly",
            "-p:RunAnalyzers=false"
        );
        return Path.Combine(project, "bin", "Release", "net10.0", "Parley.LoadProxy.dll");
    }

    private static async Task<bool> FindAsync(string program, string package)
    {
        if (File.Exists(program))
            return true;
        Console.Error.WriteLine($"Installing {package} to measure with");
        try
        {
            await Shell.RunAsync("apt-get", "update", "-qq");
            await Shell.RunAsync("apt-get", "install", "-y", "-qq", "--no-install-recommends", package);
        }
        catch (InvalidOperationException error)
        {
            Console.Error.WriteLine(
                $"{package} could not be installed ({error.Message}): measured without it. By hand: apt-get install {package}"
            );
        }

        return File.Exists(program);
    }
}
