using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Reads dialogs, page by page in the order of their ids.</summary>
internal sealed class SqlDialogReader(SqlDialogTables tables, SqlUserFlags flagNames)
{
    private readonly string _columns = string.Join(',', tables.Rows.ColumnNames.Select(static c => $"d.{c}"));

    private readonly string _find =
        $"SELECT {string.Join(',', tables.Rows.ColumnNames.Select(static c => $"d.{c}"))},p.details,p.call_hash,NULL AS overflow FROM {tables.Rows.Name} d LEFT JOIN {tables.Details.Name} p ON p.{tables.Id}=d.{tables.Id} WHERE d.{tables.Id} BETWEEN @first AND @last AND d.{tables.CallId}=@callid"
        + $" UNION ALL SELECT p.{tables.Id},{string.Join(',', tables.Rows.ColumnNames.Skip(1).Select(static _ => "NULL"))},NULL,p.call_hash,p.overflow FROM {tables.Details.Name} p WHERE p.overflow_hash=@hash";

    /// <summary>The rows from an id on.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="first">The first id.</param>
    /// <param name="last">The last id; where the database has a sign, both are of one.</param>
    /// <param name="count">The most rows of the table of dialogs.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The rows, by id, whether there are more, and the last id that was looked at.</returns>
    public async ValueTask<(List<DialogRecord> Rows, bool HasMore, ulong Last)> PageAsync(
        SqlWork session,
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
    public async ValueTask<(List<DialogRecord> Rows, bool HasMore, ulong Last)> RowsAsync(
        SqlWork session,
        ulong first,
        ulong last,
        int count,
        CancellationToken cancellation
    )
    {
        string id = tables.Id;
        SqlDialect dialect = session.Dialect;
        ulong? limit = await EndOfPageAsync(session, first, last, count, cancellation).ConfigureAwait(false);
        ulong end = limit ?? last;
        // Not joined: a server that has not counted the rows of the tables yet would read one of them whole for each page.
        var rows = new List<DialogRecord>(count);
        var details = new Dictionary<ulong, byte[]>();
        await ReadDetailsAsync(session, first, end, details, rows, cancellation).ConfigureAwait(false);
        bool hasOverflow = rows.Count > 0;
        await using (
            DbCommand command = session.Command(
                $"SELECT {_columns} FROM {tables.Rows.Name} d WHERE d.{id}>=@first AND d.{id}<=@last ORDER BY d.{id}",
                ("@first", dialect.Id(first)),
                ("@last", dialect.Id(end))
            )
        )
        {
            await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                ulong found = unchecked((ulong)dialect.ReadNumber(reader, 0));
                rows.Add(Read(dialect, reader, details.GetValueOrDefault(found)));
            }
        }

        if (hasOverflow)
            rows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return (rows, limit is { } more && more != last, end);
    }

    /// <summary>The id of the last row of a page; null when the page is the last.</summary>
    private async ValueTask<ulong?> EndOfPageAsync(SqlWork session, ulong first, ulong last, int count, CancellationToken cancellation)
    {
        SqlDialect dialect = session.Dialect;
        string id = tables.Id;
        await using DbCommand command = session.Command(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT {id} FROM {tables.Rows.Name} WHERE {id}>=@first AND {id}<=@last ORDER BY {id} LIMIT 1 OFFSET {count - 1}"
            ),
            ("@first", dialect.Id(first)),
            ("@last", dialect.Id(last))
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false) ? unchecked((ulong)dialect.ReadNumber(reader, 0)) : null;
    }

    /// <summary>What stands beside the dialogs from one id to another.</summary>
    private async ValueTask ReadDetailsAsync(
        SqlWork session,
        ulong first,
        ulong last,
        Dictionary<ulong, byte[]> details,
        List<DialogRecord> overflow,
        CancellationToken cancellation
    )
    {
        SqlDialect dialect = session.Dialect;
        string id = tables.Id;
        await using DbCommand command = session.Command(
            $"SELECT {id},details,call_hash,overflow FROM {tables.Details.Name} WHERE {id}>=@first AND {id}<=@last ORDER BY {id}",
            ("@first", dialect.Id(first)),
            ("@last", dialect.Id(last))
        );
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            if (!reader.IsDBNull(3))
                Add(overflow, DialogRecordBytes.Read(dialect.ReadBytes(reader, 3)));
            else if (!reader.IsDBNull(1))
                details[unchecked((ulong)dialect.ReadNumber(reader, 0))] = Details(dialect, reader, 1, 2);
        }
    }

    /// <summary>Behind the hash of the Call-ID that they belong to: another program may have used the id again for another call.</summary>
    private static byte[] Details(SqlDialect dialect, DbDataReader reader, int details, int hash)
    {
        byte[] text = dialect.ReadText(reader, details);
        var found = new byte[4 + text.Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(found, unchecked((uint)dialect.ReadNumber(reader, hash)));
        text.CopyTo(found, 4);
        return found;
    }

    private static bool IsOf(ReadOnlySpan<byte> details, ReadOnlySpan<byte> callId) =>
        details.Length > 4 && System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(details) == CoreHash.Compute(callId);

    private static void Add(List<DialogRecord> rows, DialogRecord? row)
    {
        if (row is not null)
            rows.Add(row);
    }

    /// <summary>All rows, by id without a sign. The session is in use meanwhile.</summary>
    public async IAsyncEnumerable<DialogRecord> AllAsync(
        SqlWork session,
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
                (List<DialogRecord> rows, hasMore, ulong end) = blocks
                    ? await Task.Run(() => PageAsync(session, begin, last, count, cancellation).AsTask(), cancellation)
                        .ConfigureAwait(false)
                    : await PageAsync(session, begin, last, count, cancellation).ConfigureAwait(false);
                foreach (DialogRecord row in rows)
                {
                    cancellation.ThrowIfCancellationRequested();
                    yield return row;
                }

                if (hasMore)
                    from = end + 1;
            }
        }
    }

    /// <summary>The rows of a Call-ID.</summary>
    public async ValueTask<List<DialogRecord>> FindAsync(
        SqlWork session,
        ReadOnlyMemory<byte> callId,
        int hashSize,
        CancellationToken cancellation
    )
    {
        var rows = new List<DialogRecord>();
        uint hash = CoreHash.Compute(callId.Span);
        SqlDialect dialect = session.Dialect;
        // The key begins with the hash of the Call-ID, so a range of the key is as good as an index on it.
        ulong first = new DialogId(hash & (uint)(hashSize - 1), 0).Value;
        // One that is no text of the table cannot stand there.
        string text = tables.Takes(DialogColumn.CallId, callId.Span) ? Encoding.UTF8.GetString(callId.Span) : "";
        // One statement sees one state: a row that moves from one table to the other meanwhile is not missed.
        await using DbCommand command = session.Command(
            _find,
            ("@first", dialect.Id(first)),
            ("@last", dialect.Id(first | uint.MaxValue)),
            ("@callid", text),
            ("@hash", (long)hash)
        );
        await using (DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false))
        {
            int details = tables.Rows.Columns.Count;
            while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
            {
                if (!reader.IsDBNull(details + 2))
                    Add(rows, DialogRecordBytes.Read(dialect.ReadBytes(reader, details + 2)));
                else
                    rows.Add(Read(dialect, reader, reader.IsDBNull(details) ? null : Details(dialect, reader, details, details + 1)));
            }
        }

        // The database may compare without case or without trailing blanks, and a hash is not a Call-ID.
        rows.RemoveAll(row => !row[DialogColumn.CallId].SequenceEqual(callId.Span));
        rows.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return rows;
    }

    private DialogRecord Read(SqlDialect dialect, DbDataReader reader, byte[]? details)
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

        if (details is not null && IsOf(details, texts.CallId))
            texts.Details = details.AsSpan(4);
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
