namespace Parley.Dialogs;

/// <summary>
/// Where dialogs outlive the process. It is called by one writer at a time, never by a call. A call that throws is tried again with the
/// same and newer rows, so every write is an upsert of whole rows and may come twice.
/// </summary>
public interface IDialogStore
{
    /// <summary>All rows, at start.</summary>
    /// <param name="cancellation">Gives up.</param>
    IAsyncEnumerable<DialogRecord> LoadAsync(CancellationToken cancellation);

    /// <summary>Writes whole rows and removes others, all or nothing. A row to remove that is not there is no error.</summary>
    /// <param name="saves">Rows to insert, or to put in the place of what is there.</param>
    /// <param name="deletes">Ids of rows to remove; none of them in <paramref name="saves"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask WriteAsync(IReadOnlyList<DialogRecord> saves, IReadOnlyList<DialogId> deletes, CancellationToken cancellation);

    /// <summary>Makes these the only rows, all or nothing: after a resync, and at shutdown.</summary>
    /// <param name="all">Every dialog that is to be stored.</param>
    /// <param name="cancellation">Gives up.</param>
    ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation);
}
