namespace Parley.Registrar.Tests;

/// <summary>A store in memory that fails or stalls when the test says so.</summary>
internal sealed class ScriptedStore : ILocationStore
{
    public MemoryLocationStore Memory { get; } = new();

    /// <summary>What each write throws; null: it succeeds.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether a write that fails has been carried out all the same: its answer was lost.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>Writes wait for it.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public List<LocationStoreBatch> Batches { get; } = [];

    public int Replaced { get; private set; }

    public ValueTask OpenAsync(CancellationToken cancellation) => Failure is { } failure ? throw failure : ValueTask.CompletedTask;

    public IAsyncEnumerable<LocationRecord> LoadAsync(CancellationToken cancellation) => Memory.LoadAsync(cancellation);

    public async ValueTask WriteAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        if (Gate is { } gate)
            await gate.Task.WaitAsync(cancellation);
        if (Failure is null || LosesAnswers)
            await Memory.WriteAsync(batch, cancellation);
        if (Failure is { } failure)
            throw failure;
        Batches.Add(batch);
    }

    public async ValueTask ReplaceAsync(IEnumerable<LocationRecord> all, CancellationToken cancellation)
    {
        if (Failure is { } failure)
            throw failure;
        await Memory.ReplaceAsync(all, cancellation);
        Replaced++;
    }
}
