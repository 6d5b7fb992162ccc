using System.Data.Common;
using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>The table <c>cdr_outbox</c> as its consumer sees it, over connections of its own.</summary>
internal sealed class SqlCallRecordOutbox(SqlDatabase database)
{
    private string Table => database.Names.CallRecordOutbox;

    public async ValueTask<IReadOnlyList<CallRecordEntry>> ReadAsync(int count, CancellationToken cancellation)
    {
        await using SqlWork session = await database.OpenAsync(cancellation).ConfigureAwait(false);
        await using DbCommand command = session.Command($"SELECT seq, id, json FROM {Table} ORDER BY seq LIMIT @count", ("@count", count));
        await using DbDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var entries = new List<CallRecordEntry>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            string id = System.Text.Encoding.UTF8.GetString(session.Dialect.ReadText(reader, 1));
            entries.Add(new CallRecordEntry(session.Dialect.ReadNumber(reader, 0), id, session.Dialect.ReadText(reader, 2)));
        }

        return entries;
    }

    public async ValueTask RemoveAsync(IReadOnlyList<CallRecordEntry> entries, CancellationToken cancellation)
    {
        await using SqlWork session = await database.OpenAsync(cancellation).ConfigureAwait(false);
        await session.BeginAsync(cancellation).ConfigureAwait(false);
        await session
            .Dialect.DeleteAsync(session, Table, "seq", [.. entries.Select(static entry => (ulong)entry.Sequence)], cancellation)
            .ConfigureAwait(false);
        await session.CommitAsync(cancellation).ConfigureAwait(false);
    }
}
