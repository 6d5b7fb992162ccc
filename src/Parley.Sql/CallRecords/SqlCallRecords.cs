using System.Data.Common;
using System.Text;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>
/// Writes the call records of a batch in its transaction, each once: a batch that is written again (its commit's answer was lost, a journal is
/// replayed) finds its keys and changes nothing.
/// </summary>
internal sealed class SqlCallRecords(SqlCallRecordOptions options) : ISqlBatchPart
{
    private const int KeysPerQuery = 100;
    private readonly SqlCallRecordShape _shape = options.Shape;
    private SqlCallRecordTables? _tables;

    /// <summary>Records are put into the outbox.</summary>
    public bool HasOutbox { get; } = options.Outbox;

    public async ValueTask OpenAsync(SqlWork session, SqlDatabase database, CancellationToken cancellation) =>
        _tables = await SqlCallRecordTables.FindAsync(session, database.Names, _shape, cancellation).ConfigureAwait(false);

    public async ValueTask WriteAsync(SqlWork session, DialogStoreBatch batch, CancellationToken cancellation)
    {
        SqlCallRecordTables tables = _tables!;
        // Intermediate ones first: in the outbox they come before the final record of their call.
        await WriteIntermediateAsync(session, tables, batch.IntermediateRecords, cancellation).ConfigureAwait(false);
        if (tables.Acc is { } acc)
            await WriteAccAsync(session, tables, acc, batch.CallRecords, cancellation).ConfigureAwait(false);
        else
            await WriteFinalAsync(session, tables, batch.CallRecords, cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteFinalAsync(
        SqlWork session,
        SqlCallRecordTables tables,
        IReadOnlyList<CallRecord> records,
        CancellationToken cancellation
    )
    {
        if (records.Count == 0)
            return;
        // Where no other table depends on it, the table's own key keeps a record from being there twice.
        IReadOnlyList<CallRecord> fresh = HasOutbox
            ? await FreshAsync(session, tables.Final, records, cancellation).ConfigureAwait(false)
            : records;
        var rows = new SqlRows(tables.Final);
        foreach (CallRecord record in fresh)
            tables.Add(rows, record);
        await session.Dialect.UpsertAsync(session, rows, SqlConflict.Keep, cancellation).ConfigureAwait(false);
        await PostAsync(session, tables, fresh, cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteIntermediateAsync(
        SqlWork session,
        SqlCallRecordTables tables,
        IReadOnlyList<CallRecord> records,
        CancellationToken cancellation
    )
    {
        if (records.Count == 0)
            return;
        // Where no other table depends on it, the table's own key keeps a record from being there twice.
        IReadOnlyList<CallRecord> fresh = HasOutbox
            ? await FreshAsync(session, tables.Intermediate, records, cancellation).ConfigureAwait(false)
            : records;
        var rows = new SqlRows(tables.Intermediate);
        foreach (CallRecord record in fresh)
            tables.Add(rows, record);
        await session.Dialect.UpsertAsync(session, rows, SqlConflict.Keep, cancellation).ConfigureAwait(false);
        await PostAsync(session, tables, fresh, cancellation).ConfigureAwait(false);
    }

    private async ValueTask WriteAccAsync(
        SqlWork session,
        SqlCallRecordTables tables,
        SqlAccTables acc,
        IReadOnlyList<CallRecord> records,
        CancellationToken cancellation
    )
    {
        IReadOnlyList<CallRecord> fresh = await FreshAsync(session, tables.Keys, records, cancellation).ConfigureAwait(false);
        SqlRows keys = new(tables.Keys),
            answered = new(acc.Answered),
            missed = new(acc.Missed),
            whole = new(tables.Final);
        foreach (CallRecord record in fresh)
        {
            SqlCallRecordTables.AddKey(keys, record);
            keys.EndRow();
            if (!acc.TryAdd(answered, missed, record))
                tables.Add(whole, record);
        }

        foreach (SqlRows rows in (SqlRows[])[keys, answered, missed, whole])
            await session.Dialect.UpsertAsync(session, rows, SqlConflict.Keep, cancellation).ConfigureAwait(false);
        await PostAsync(session, tables, fresh, cancellation).ConfigureAwait(false);
    }

    private async ValueTask PostAsync(
        SqlWork session,
        SqlCallRecordTables tables,
        IReadOnlyList<CallRecord> fresh,
        CancellationToken cancellation
    )
    {
        if (!HasOutbox || fresh.Count == 0)
            return;
        var rows = new SqlRows(tables.Outbox);
        foreach (CallRecord record in fresh)
            tables.AddEntry(rows, record);
        await session.Dialect.UpsertAsync(session, rows, SqlConflict.Keep, cancellation).ConfigureAwait(false);
    }

    /// <summary>Those whose keys are not in the table, each once. The transaction's process is the only one that writes there.</summary>
    private static async ValueTask<IReadOnlyList<CallRecord>> FreshAsync(
        SqlWork session,
        SqlTable table,
        IReadOnlyList<CallRecord> records,
        CancellationToken cancellation
    )
    {
        if (records.Count == 0)
            return records;
        var known = new HashSet<(string Did, long Start, int Number)>();
        for (int i = 0; i < records.Count; i += KeysPerQuery)
            await FindAsync(session, table, [.. records.Skip(i).Take(KeysPerQuery)], known, cancellation).ConfigureAwait(false);
        var fresh = new List<CallRecord>(records.Count);
        foreach (CallRecord record in records)
        {
            if (known.Add((record.DialogId.ToString(), record.Start.ToUnixTimeMilliseconds(), table.KeyCount > 2 ? record.Number : 0)))
                fresh.Add(record);
        }

        return fresh;
    }

    private static async ValueTask FindAsync(
        SqlWork session,
        SqlTable table,
        CallRecord[] records,
        HashSet<(string Did, long Start, int Number)> known,
        CancellationToken cancellation
    )
    {
        var sql = new StringBuilder($"SELECT {string.Join(',', table.KeyNames)} FROM {table.Name} WHERE did IN (");
        var dids = new (string Name, object? Value)[records.Length];
        for (int i = 0; i < records.Length; i++)
        {
            dids[i] = ($"@d{i}", records[i].DialogId.ToString());
            sql.Append(i == 0 ? "" : ",").Append(dids[i].Name);
        }

        await using DbCommand command = session.Command(sql.Append(')').ToString(), dids);
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            var start = new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(1), DateTimeKind.Unspecified), TimeSpan.Zero);
            int number = table.KeyCount > 2 ? (int)session.Dialect.ReadNumber(reader, 2) : 0;
            known.Add((Encoding.UTF8.GetString(session.Dialect.ReadText(reader, 0)), start.ToUnixTimeMilliseconds(), number));
        }
    }
}
