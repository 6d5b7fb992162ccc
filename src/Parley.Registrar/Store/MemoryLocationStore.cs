using System.Runtime.CompilerServices;

namespace Parley.Registrar;

/// <summary>A store in memory: for tests and for contacts that outlive a reload but not the process. Safe from any thread.</summary>
public sealed class MemoryLocationStore : ILocationStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, LocationRecord> _rows = [];

    /// <summary>A snapshot of the rows, by id.</summary>
    public IReadOnlyList<LocationRecord> Rows
    {
        get
        {
            lock (_lock)
                return [.. _rows.Values];
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LocationRecord> LoadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (LocationRecord row in Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(LocationStoreBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_lock)
        {
            foreach (LocationRecord row in batch.Saves)
                Save(row);
            foreach (long id in batch.Deletes)
                _rows.Remove(id);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask ReplaceAsync(IEnumerable<LocationRecord> all, CancellationToken cancellation)
    {
        List<LocationRecord> rows = [.. all]; // all of them before any goes: enumerating may throw
        lock (_lock)
        {
            var kept = new HashSet<long>(rows.Select(static row => row.ContactId));
            foreach (long id in _rows.Keys.Where(id => !kept.Contains(id)).ToList())
                _rows.Remove(id);
            foreach (LocationRecord row in rows)
                Save(row);
        }

        return ValueTask.CompletedTask;
    }

    // What the record does not say stays as it is, as in a table whose other columns belong to somebody else.
    private void Save(LocationRecord row)
    {
        _rows.TryGetValue(row.ContactId, out LocationRecord? before);
        _rows[row.ContactId] = row with
        {
            Flags = row.Flags ?? before?.Flags,
            BranchFlags = row.BranchFlags ?? before?.BranchFlags,
            Methods = row.Methods ?? before?.Methods,
            KeyValues = row.KeyValues ?? before?.KeyValues,
            Attributes = row.Attributes ?? before?.Attributes,
        };
    }
}
