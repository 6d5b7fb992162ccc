using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Reads dialogs, page by page in the order of their ids.</summary>
internal sealed class SqlDialogReader(SqlDialogTables tables, SqlUserFlags flagNames)
{
    private readonly string _columns =
        $"SELECT {string.Join(',', tables.Rows.ColumnNames.Select(static c => $"d.{c}"))},p.details,p.call_hash FROM {tables.Rows.Name} d LEFT JOIN {tables.Details.Name} p ON p.{tables.Id}=d.{tables.Id}";

    private readonly string _overflow = $"SELECT p.overflow FROM {tables.Details.Name} p WHERE p.overflow_hash";

    /// <summary>The rows from an id on.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="first">The first id.</param>
    /// <param name="last">The last id; where the database has a sign, both are of one.</param>
    /// <param name="count">The most rows of the table of dialogs.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The rows, by id, and whether there are more.</returns>
    public async ValueTask<(List<DialogRecord> Rows, bool HasMore)> PageAsync(
        SqlSession session,
        ulong first,
        ulong last,
        int count,
        CancellationToken cancellation
    )
    {
        await session.BeginReadAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await RowsAsync(session, first, last, count, cancellation).ConfigureAwait(false);
        }
        finally
        {
            await session.RollbackAsync().ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="PageAsync"/>, in the transaction of the session.</summary>
    public async ValueTask<(List<DialogRecord> Rows, bool HasMore)> RowsAsync(
        SqlSession session,
        ulong first,
        ulong last,
        int count,
        CancellationToken cancellation
    )
    {
        string id = tables.Id;
        SqlDialect dialect = session.Dialect;
        var rows = new List<DialogRecord>(count);
        string sql = string.Create(
            CultureInfo.InvariantCulture,
            $"{_columns} WHERE d.{id}>=@first AND d.{id}<=@last ORDER BY d.{id} LIMIT {count}"
        );
        await ReadRowsAsync(session, rows, sql, cancellation, ("@first", dialect.Id(first)), ("@last", dialect.Id(last)))
            .ConfigureAwait(false);
        bool hasMore = rows.Count == count;
        ulong end = hasMore ? rows[^1].Id.Value : last;
        int before = rows.Count;
        sql = $"{_overflow} IS NOT NULL AND p.{id}>=@first AND p.{id}<=@last";
        await ReadOverflowAsync(session, rows, sql, cancellation, ("@first", dialect.Id(first)), ("@last", dialect.Id(end)))
            .ConfigureAwait(false);
        if (rows.Count > before)
            rows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return (rows, hasMore && end != last);
    }

    /// <summary>All rows, by id without a sign. The session is in use meanwhile.</summary>
    public async IAsyncEnumerable<DialogRecord> AllAsync(
        SqlSession session,
        int count,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        bool blocks = session.Dialect.BlocksCaller;
        // Where the database has a sign, the upper half of the ids comes before the lower.
        (ulong First, ulong Last)[] halves = session.Dialect.HasUnsigned
            ? [(0, ulong.MaxValue)]
            : [(0, long.MaxValue), (1UL << 63, ulong.MaxValue)];
        foreach ((ulong first, ulong last) in halves)
        {
            bool hasMore = true;
            for (ulong from = first; hasMore; )
            {
                ulong begin = from;
                (List<DialogRecord> rows, hasMore) = blocks
                    ? await Task.Run(() => PageAsync(session, begin, last, count, cancellation).AsTask(), cancellation)
                        .ConfigureAwait(false)
                    : await PageAsync(session, begin, last, count, cancellation).ConfigureAwait(false);
                foreach (DialogRecord row in rows)
                {
                    cancellation.ThrowIfCancellationRequested();
                    yield return row;
                }

                if (hasMore)
                    from = rows[^1].Id.Value + 1;
            }
        }
    }

    /// <summary>The rows of a Call-ID.</summary>
    public async ValueTask<List<DialogRecord>> FindAsync(
        SqlSession session,
        ReadOnlyMemory<byte> callId,
        int hashSize,
        CancellationToken cancellation
    )
    {
        var rows = new List<DialogRecord>();
        uint hash = CoreHash.Compute(callId.Span);
        await session.BeginReadAsync(cancellation).ConfigureAwait(false);
        try
        {
            // One that is no text of the table cannot stand there.
            if (tables.Takes(DialogColumn.CallId, callId.Span))
            {
                // The key begins with the hash of the Call-ID, so a range of the key is as good as an index on it.
                ulong first = new DialogId(hash & (uint)(hashSize - 1), 0).Value;
                SqlDialect dialect = session.Dialect;
                await ReadRowsAsync(
                        session,
                        rows,
                        $"{_columns} WHERE d.{tables.Id} BETWEEN @first AND @last AND d.{tables.CallId}=@callid",
                        cancellation,
                        ("@first", dialect.Id(first)),
                        ("@last", dialect.Id(first | uint.MaxValue)),
                        ("@callid", Encoding.UTF8.GetString(callId.Span))
                    )
                    .ConfigureAwait(false);
            }

            await ReadOverflowAsync(session, rows, $"{_overflow}=@hash", cancellation, ("@hash", (long)hash)).ConfigureAwait(false);
        }
        finally
        {
            await session.RollbackAsync().ConfigureAwait(false);
        }

        // The database may compare without case or without trailing blanks, and a hash is not a Call-ID.
        rows.RemoveAll(row => !row[DialogColumn.CallId].SequenceEqual(callId.Span));
        rows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return rows;
    }

    private async ValueTask ReadRowsAsync(
        SqlSession session,
        List<DialogRecord> rows,
        string sql,
        CancellationToken cancellation,
        params (string Name, object? Value)[] parameters
    )
    {
        await using DbCommand command = session.Command(sql, parameters);
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            rows.Add(Read(session.Dialect, reader));
    }

    private static async ValueTask ReadOverflowAsync(
        SqlSession session,
        List<DialogRecord> rows,
        string sql,
        CancellationToken cancellation,
        params (string Name, object? Value)[] parameters
    )
    {
        await using DbCommand command = session.Command(sql, parameters);
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (DialogRecordBytes.Read(session.Dialect.ReadBytes(reader, 0)) is { } record)
                rows.Add(record);
        }
    }

    private DialogRecord Read(SqlDialect dialect, DbDataReader reader)
    {
        ulong id = unchecked((ulong)dialect.ReadNumber(reader, 0));
        var texts = new DialogRecordTexts();
        int first = 1 + SqlDialogColumns.Numbers.Count;
        for (int i = 0; i < SqlDialogColumns.Texts.Count; i++)
        {
            if (reader.IsDBNull(first + i))
                continue;
            byte[] text =
                (DialogColumn)i == DialogColumn.Values ? dialect.ReadBytes(reader, first + i) : dialect.ReadText(reader, first + i);
            texts.Set((DialogColumn)i, text);
        }

        int details = first + SqlDialogColumns.Texts.Count;
        // Another program may have used the id again for another call.
        if (!reader.IsDBNull(details) && dialect.ReadNumber(reader, details + 1) == CoreHash.Compute(texts.CallId))
            texts.Details = dialect.ReadText(reader, details);
        return new DialogRecord(DialogId.FromValue(id), in texts)
        {
            State = (DialogState)Number(dialect, reader, 1),
            CallerCSeq = NumberOfText(dialect, reader, 2),
            CalleeCSeq = NumberOfText(dialect, reader, 3),
            CallerPingCSeq = Number(dialect, reader, 4),
            CalleePingCSeq = Number(dialect, reader, 5),
            StartTime = Number(dialect, reader, 6),
            Timeout = Number(dialect, reader, 7),
            UserFlags = tables.HasFlagNames
                ? reader.IsDBNull(8)
                    ? 0
                    : flagNames.Bits(Encoding.UTF8.GetString(dialect.ReadText(reader, 8)))
                : Number(dialect, reader, 8),
            ModuleFlags = Number(dialect, reader, 9),
            Flags = Number(dialect, reader, 10),
        };
    }

    private static uint Number(SqlDialect dialect, DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? 0 : unchecked((uint)dialect.ReadNumber(reader, column));

    private static uint NumberOfText(SqlDialect dialect, DbDataReader reader, int column) =>
        !reader.IsDBNull(column)
        && uint.TryParse(
            dialect.ReadText(reader, column).AsSpan().Trim((byte)' '),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out uint number
        )
            ? number
            : 0;
}
