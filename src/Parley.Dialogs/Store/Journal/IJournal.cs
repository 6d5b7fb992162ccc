namespace Parley.Dialogs;

/// <summary>
/// An append-only list of entries that survives a crash of the process and of the machine: what a store does not take waits here. Called by one
/// writer at a time.
/// </summary>
public interface IJournal : IAsyncDisposable
{
    /// <summary>Bytes in it.</summary>
    long Length { get; }

    /// <summary>Makes it ready: finds what an earlier run left, and takes it for this process alone until it is disposed. An entry that was not written whole, and what stands behind it, is cut off.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DialogStoreException">It cannot be used as it is set up; the message says why in one line.</exception>
    ValueTask OpenAsync(CancellationToken cancellation);

    /// <summary>Appends entries, in this order; durable when it returns. When it throws none of them counts, and the next call takes their place.</summary>
    /// <param name="entries">The entries, each with one byte at least.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> entries, CancellationToken cancellation);

    /// <summary>The entries from the oldest on, as they were when the reading began. An entry is valid until the next.</summary>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellation);

    /// <summary>Removes all entries; durable when it returns.</summary>
    /// <param name="cancellation">Gives up.</param>
    ValueTask ClearAsync(CancellationToken cancellation);
}
