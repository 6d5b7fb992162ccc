using System.Runtime.CompilerServices;
using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>A journal in memory that outlives its writer, and fails when the test says so.</summary>
internal sealed class ScriptedJournal : ILocationJournal
{
    private readonly List<LocationStoreBatch> _batches = [];

    public bool IsFull { get; set; }

    public int Count => _batches.Count;

    public long Length => _batches.Count * 100;

    public ValueTask OpenAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask AppendAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        if (IsFull)
            throw new IOException("full");
        Assert.NotEqual(0, batch.Saves.Count + batch.Deletes.Count);
        _batches.Add(batch);
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<LocationStoreBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        int end = _batches.Count; // as it is when the reading begins
        for (int i = 0; i < end; i++)
            yield return _batches[i];
    }

    public ValueTask ClearAsync(CancellationToken cancellation)
    {
        _batches.Clear();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
