namespace Parley.Testing;

/// <summary>One case of <see cref="DialogStoreConformance"/>.</summary>
public sealed class DialogStoreCase
{
    private readonly Func<DialogStoreTarget, CancellationToken, Task> _run;
    private readonly Func<DialogStoreTarget, bool>? _appliesTo;

    internal DialogStoreCase(
        string name,
        Func<DialogStoreTarget, CancellationToken, Task> run,
        Func<DialogStoreTarget, bool>? appliesTo = null
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
    public bool AppliesTo(DialogStoreTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _appliesTo?.Invoke(target) ?? true;
    }

    /// <summary>Runs the case. It takes seconds at most where a transaction takes milliseconds.</summary>
    /// <param name="target">The store, empty.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DialogStoreConformanceException">The store does not do what it should. What the store throws comes out as well.</exception>
    public Task RunAsync(DialogStoreTarget target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _run(target, cancellation);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
