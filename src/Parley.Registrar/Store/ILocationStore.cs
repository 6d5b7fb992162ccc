namespace Parley.Registrar;

/// <summary>
/// Where registered contacts outlive the process. It is opened once, then called by one writer at a time (<see cref="WriteAsync"/>,
/// <see cref="ReplaceAsync"/>), never by a request; a load may run beside the writer. A write that throws is tried again with the same and newer rows, so
/// every write is an upsert and may come twice.
/// </summary>
public interface ILocationStore : IAsyncDisposable
{
    /// <summary>Makes it ready: finds its tables, checks their version, and takes the store for this process alone until it is disposed.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LocationStoreException">The tables are missing or of another version, or another process has them; the message says which in one line.</exception>
    ValueTask OpenAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>All rows, streamed, in any order. A row that has run out may be among them; the reader drops it.</summary>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<LocationRecord> LoadAsync(CancellationToken cancellation);

    /// <summary>Writes rows and removes others, all or nothing, durable when it returns.</summary>
    /// <param name="batch">What to write.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask WriteAsync(LocationStoreBatch batch, CancellationToken cancellation);

    /// <summary>Makes these the only rows, all or nothing: at shutdown, and to make the store equal to memory.</summary>
    /// <param name="all">Every contact that is to be stored. Enumerated once, while it writes.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask ReplaceAsync(IEnumerable<LocationRecord> all, CancellationToken cancellation);

    ValueTask IAsyncDisposable.DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
