using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Gives rows that were written under another <c>hash_size</c> the ids that they have under this one, in the transaction of the session.</summary>
internal sealed class SqlRehash(SqlDialogTables tables, SqlDialogWriter writer, SqlUserFlags flagNames, int hashSize)
{
    private const int PageSize = 2_000;

    public async ValueTask RunAsync(SqlWork session, CancellationToken cancellation)
    {
        var taken = new HashSet<DialogId>();
        var strange = new List<DialogRecord>();
        var reader = new SqlDialogReader(tables, flagNames);
        bool hasMore = true;
        for (ulong from = 0; hasMore; )
        {
            // In the transaction that writes: no other process adds a row meanwhile that would be overwritten.
            (List<DialogRecord> rows, hasMore, ulong end) = await reader
                .RowsAsync(session, from, long.MaxValue, PageSize, cancellation)
                .ConfigureAwait(false);
            foreach (DialogRecord row in rows)
            {
                taken.Add(row.Id);
                if (IsOfOtherSize(row))
                    strange.Add(row);
            }

            if (hasMore)
                from = end + 1;
        }

        if (strange.Count == 0)
            return;
        ulong[] old = [.. strange.Select(static row => row.Id.Value)];
        await session.Dialect.DeleteAsync(session, tables.Rows.Name, tables.Id, old, cancellation).ConfigureAwait(false);
        await session.Dialect.DeleteAsync(session, tables.Details.Name, tables.Id, old, cancellation).ConfigureAwait(false);
        await writer
            .SaveAsync(session, [.. strange.Select(row => row.WithId(NextId(row, taken)))], areNew: true, cancellation)
            .ConfigureAwait(false);
    }

    /// <summary>Whether the entry is the hash of the Call-ID under another power of two. An entry that is none is no matter of the size, and stays.</summary>
    private bool IsOfOtherSize(DialogRecord row)
    {
        uint hash = CoreHash.Compute(row[DialogColumn.CallId]);
        if ((hash & (uint)(hashSize - 1)) == row.Id.Entry)
            return false;
        for (uint mask = 0; mask != uint.MaxValue >> 1; mask = (mask << 1) | 1)
        {
            if ((hash & mask) == row.Id.Entry)
                return true;
        }

        return false;
    }

    /// <summary>The same number in its entry, or the next one that is free.</summary>
    private DialogId NextId(DialogRecord row, HashSet<DialogId> taken)
    {
        uint entry = CoreHash.Compute(row[DialogColumn.CallId], hashSize);
        uint number = row.Id.Id;
        while (!taken.Add(new DialogId(entry, number)))
            number++;
        return new DialogId(entry, number);
    }
}
