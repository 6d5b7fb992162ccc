using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Writes dialogs into their two tables, in the transaction of the session.</summary>
internal sealed class SqlDialogWriter(SqlDatabase database, SqlDialogTables tables, SqlUserFlags flagNames)
{
    /// <summary>Rows that are made ready, and written, at a time.</summary>
    private const int ChunkSize = 5_000;

    /// <summary>Writes what a batch has of dialogs.</summary>
    public async ValueTask WriteAsync(SqlWork session, DialogStoreBatch batch, CancellationToken cancellation)
    {
        await SaveAsync(session, batch.Saves, areNew: false, cancellation).ConfigureAwait(false);
        await UpdateAsync(session, batch.Updates, cancellation).ConfigureAwait(false);
        ulong[] deletes = [.. batch.Deletes.Select(static id => id.Value)];
        await session.Dialect.DeleteAsync(session, tables.Rows.Name, tables.Id, deletes, cancellation).ConfigureAwait(false);
        await session.Dialect.DeleteAsync(session, tables.Details.Name, tables.Id, deletes, cancellation).ConfigureAwait(false);
    }

    /// <summary>Writes whole rows, some thousand at a time.</summary>
    public async ValueTask SaveAsync(SqlWork session, IReadOnlyList<DialogRecord> records, bool areNew, CancellationToken cancellation)
    {
        for (int at = 0; at < records.Count; at += ChunkSize)
        {
            var rows = new SqlDialogRows(
                tables,
                flagNames,
                database.Node,
                database.Time.GetUtcNow().ToUnixTimeMilliseconds(),
                database.Dialect.TakesUtf8
            );
            for (int i = at; i < Math.Min(at + ChunkSize, records.Count); i++)
                rows.Add(records[i]);
            await session.Dialect.UpsertAsync(session, rows.Rows, SqlConflict.Replace, cancellation).ConfigureAwait(false);
            await session.Dialect.UpsertAsync(session, rows.Details, SqlConflict.Replace, cancellation).ConfigureAwait(false);
            if (!areNew)
                await session.Dialect.DeleteAsync(session, tables.Rows.Name, tables.Id, rows.Elsewhere, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes numbers; of a dialog whose row is not there the whole row.</summary>
    private async ValueTask UpdateAsync(SqlWork session, IReadOnlyList<DialogRecord> records, CancellationToken cancellation)
    {
        if (records.Count == 0)
            return;
        var rows = new SqlDialogRows(tables, flagNames, database.Node, 0, database.Dialect.TakesUtf8);
        var numbers = new SqlRows(tables.Numbers);
        var narrow = new List<DialogRecord>(records.Count);
        var whole = new List<DialogRecord>();
        foreach (DialogRecord record in records)
            (rows.TryAddNumbers(numbers, record) ? narrow : whole).Add(record);
        foreach (int missing in await session.Dialect.UpdateAsync(session, numbers, cancellation).ConfigureAwait(false))
            whole.Add(narrow[missing]);
        await SaveAsync(session, whole, areNew: false, cancellation).ConfigureAwait(false);
    }

    /// <summary>Leaves these dialogs and no other.</summary>
    public async ValueTask ReplaceAsync(SqlWork session, IReadOnlyList<DialogRecord> all, CancellationToken cancellation)
    {
        await session.ExecuteAsync($"DELETE FROM {tables.Rows.Name}", cancellation).ConfigureAwait(false);
        await session.ExecuteAsync($"DELETE FROM {tables.Details.Name}", cancellation).ConfigureAwait(false);
        await SaveAsync(session, all, areNew: true, cancellation).ConfigureAwait(false);
    }
}
