namespace Parley.Dialogs;

/// <summary>
/// Where dialogs and call records outlive the process. It is opened once, then called by one writer at a time (<see cref="WriteAsync"/>,
/// <see cref="ReplaceAsync"/>), never by a call; look-ups and loads may run beside the writer. A write that throws is tried again with the same and newer
/// rows, so every write is an upsert and may come twice. <see cref="LoadAsync"/>, <see cref="WriteAsync"/> and <see cref="ReplaceAsync"/> are all
/// that a simple store needs.
/// </summary>
public interface IDialogStore : IAsyncDisposable
{
    /// <summary>Makes it ready: finds its tables, checks their version, and takes the store for this process alone until it is disposed.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DialogStoreException">The tables are missing or of another version, or another process has them; the message says which in one line.</exception>
    ValueTask OpenAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>All rows, streamed, at start. In one order for as long as nothing is written, by id.</summary>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<DialogRecord> LoadAsync(CancellationToken cancellation);

    /// <summary>The rows of one Call-ID: for a request whose dialog is not loaded yet. Empty when there is none. Unless it is implemented, all rows are read.</summary>
    /// <param name="callId">The Call-ID, compared byte by byte.</param>
    /// <param name="cancellation">Gives up.</param>
    async ValueTask<IReadOnlyList<DialogRecord>> FindAsync(ReadOnlyMemory<byte> callId, CancellationToken cancellation)
    {
        var found = new List<DialogRecord>();
        await foreach (DialogRecord row in LoadAsync(cancellation).ConfigureAwait(false))
        {
            if (row[DialogColumn.CallId].SequenceEqual(callId.Span))
                found.Add(row);
        }

        return found;
    }

    /// <summary>Writes rows, removes others and adds call records, all or nothing, durable when it returns.</summary>
    /// <param name="batch">What to write.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation);

    /// <summary>Makes these the only rows of dialogs, all or nothing: after a resync, and at shutdown. Call records stay.</summary>
    /// <param name="all">Every dialog that is to be stored.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation);

    ValueTask IAsyncDisposable.DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
