using System.Runtime.CompilerServices;

namespace Parley.Dialogs;

/// <summary>A store in memory: for tests and for dialogs that outlive a reload but not the process. Safe from any thread.</summary>
public sealed class MemoryDialogStore : IDialogStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DialogId, DialogRecord> _rows = [];

    /// <summary>A snapshot of the rows, by id.</summary>
    public IReadOnlyList<DialogRecord> Rows
    {
        get
        {
            lock (_lock)
                return [.. _rows.Values.OrderBy(static row => row.Id)];
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DialogRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (DialogRecord row in Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(IReadOnlyList<DialogRecord> saves, IReadOnlyList<DialogId> deletes, CancellationToken cancellation)
    {
        lock (_lock)
        {
            foreach (DialogRecord row in saves)
                _rows[row.Id] = row;
            foreach (DialogId id in deletes)
                _rows.Remove(id);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _rows.Clear();
            foreach (DialogRecord row in all)
                _rows[row.Id] = row;
        }

        return ValueTask.CompletedTask;
    }
}
