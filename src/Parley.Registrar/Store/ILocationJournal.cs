namespace Parley.Registrar;

/// <summary>
/// An append-only list of batches that survives a crash of the process and of the machine: what a location store does not take waits here. Called by one
/// writer at a time.
/// </summary>
public interface ILocationJournal : IAsyncDisposable
{
    /// <summary>Bytes in it.</summary>
    long Length { get; }

    /// <summary>Makes it ready: finds what an earlier run left, and takes it for this process alone until it is disposed. A batch that was not written whole is cut off. Nothing
    /// when it is open.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LocationStoreException">It cannot be used as it is set up; the message says why in one line.</exception>
    ValueTask OpenAsync(CancellationToken cancellation);

    /// <summary>Appends a batch; durable when it returns. When it throws the batch does not count, and the next takes its place.</summary>
    /// <param name="batch">Rows and ids; not empty.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask AppendAsync(LocationStoreBatch batch, CancellationToken cancellation);

    /// <summary>The batches from the oldest on, as they were when the reading began. One that another version of the program wrote and that cannot be read is empty.</summary>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<LocationStoreBatch> ReadAsync(CancellationToken cancellation);

    /// <summary>Removes all batches; durable when it returns.</summary>
    /// <param name="cancellation">Gives up.</param>
    ValueTask ClearAsync(CancellationToken cancellation);
}
