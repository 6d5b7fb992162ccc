namespace Parley.Testing;

/// <summary>One case of <see cref="LocationStoreConformance"/>.</summary>
public sealed class LocationStoreCase
{
    private readonly Func<LocationStoreTarget, CancellationToken, Task> _run;
    private readonly Func<LocationStoreTarget, bool>? _appliesTo;

    internal LocationStoreCase(
        string name,
        Func<LocationStoreTarget, CancellationToken, Task> run,
        Func<LocationStoreTarget, bool>? appliesTo = null
    )
    {
        Name = name;
        _run = run;
        _appliesTo = appliesTo;
    }

    /// <summary>What it shows, as a sentence.</summary>
    public string Name { get; }

    /// <summary>Whether the case is about something that this store has.</summary>
    /// <param name="target">The store.</param>
    public bool AppliesTo(LocationStoreTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _appliesTo?.Invoke(target) ?? true;
    }

    /// <summary>Runs the case. It takes seconds at most where a transaction takes milliseconds.</summary>
    /// <param name="target">The store, empty.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LocationStoreConformanceException">The store does not do what it should. What the store throws comes out as well.</exception>
    public Task RunAsync(LocationStoreTarget target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _run(target, cancellation);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
