using System.Diagnostics;
using System.Globalization;
using Parley.Sip.Fuzz.Targets;

namespace Parley.Sip.Fuzz;

/// <summary>Mutates a corpus against a target for some time, without an outside fuzzer; says how fast, and whether memory stayed flat.</summary>
internal sealed class FuzzRun(FuzzTarget target, string corpus, int seconds, int seed)
{
    private const int MaxKept = 4_000;
    private const int MaxKeptLength = 2_000;
    private const int MaxPaths = 100_000;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    private readonly byte[] _buffer = new byte[65_536];
    private readonly List<byte[]> _kept = [];
    private readonly HashSet<int> _paths = new(MaxPaths);
    private int _length;
    private int _seeds;
    private long _executions;

    /// <summary>0 when all went well, 1 after an exception or a broken invariant, 3 when memory grew.</summary>
    internal int Run()
    {
        foreach (
            string file in Directory
                .GetFiles(Path.Combine(corpus, target.Name), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
        )
            _kept.Add(File.ReadAllBytes(file));
        _seeds = _kept.Count;
        Console.WriteLine($"{target.Name}: {_kept.Count} seeds, {seconds} s, seed {seed}");
        using var watchdog = new Timer(Watch, null, Hang, Hang);
        var mutation = new Mutation(seed);
        var clock = Stopwatch.StartNew();
        long nextReport = seconds / 10,
            warmHeap = 0,
            lastHeap = 0;
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            for (int i = 0; i < 1_000; i++)
            {
                if (!One(mutation))
                    return 1;
            }
            if (clock.Elapsed.TotalSeconds < nextReport)
                continue;
            nextReport += Math.Max(1, seconds / 10);
            lastHeap = GC.GetTotalMemory(forceFullCollection: true);
            warmHeap = warmHeap == 0 ? lastHeap : warmHeap;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{clock.Elapsed.TotalSeconds, 5:F0} s  {_executions, 12:N0} executions  {_executions / clock.Elapsed.TotalSeconds, 9:N0}/s  {_kept.Count, 5} inputs kept  heap {lastHeap / 1024, 6:N0} KB  resident {Environment.WorkingSet / 1024, 7:N0} KB"
                )
            );
        }
        // The kept inputs are the loop's own; what is beyond them would be a leak of the code under test.
        bool flat = lastHeap - warmHeap < 2_000_000 + ((long)MaxKept * MaxKeptLength);
        Console.WriteLine(flat ? "No exception, no hang, memory flat." : $"Memory grew from {warmHeap} to {lastHeap} bytes.");
        return flat ? 0 : 3;
    }

    private bool One(Mutation mutation)
    {
        var seedInput = _kept[mutation.Next(_kept.Count)];
        _length = Math.Min(seedInput.Length, 8_000);
        seedInput.AsSpan(0, _length).CopyTo(_buffer);
        _length = mutation.Mutate(_buffer, _length, _kept[mutation.Next(_kept.Count)]);
        try
        {
            Interlocked.Increment(ref _executions);
            if (_paths.Add(target.Run(_buffer, _length)))
                Keep(mutation);
            return true;
        }
        catch (Exception fault)
        {
            Console.WriteLine($"After {_executions} executions: {fault}");
            Save("crash");
            return false;
        }
    }

    // When full, a new way takes the place of an older one; the seeds stay.
    private void Keep(Mutation mutation)
    {
        if (_paths.Count >= MaxPaths)
            _paths.Clear();
        // Short inputs run faster, and memory is known: they grow by mutation all the same.
        if (_length > MaxKeptLength)
            return;
        var input = _buffer.AsSpan(0, _length).ToArray();
        if (_kept.Count < MaxKept)
            _kept.Add(input);
        else
            _kept[_seeds + mutation.Next(MaxKept - _seeds)] = input;
    }

    private long _watched = -1;

    private void Watch(object? state)
    {
        long executions = Interlocked.Read(ref _executions);
        if (executions != _watched)
        {
            _watched = executions;
            return;
        }
        Console.WriteLine($"One input takes longer than {Hang.TotalSeconds} s.");
        Save("hang");
        Environment.Exit(2);
    }

    private void Save(string kind)
    {
        string path = Path.GetFullPath($"{kind}-{target.Name}-{seed}.bin");
        File.WriteAllBytes(path, _buffer[.._length]);
        Console.WriteLine(path);
    }
}
