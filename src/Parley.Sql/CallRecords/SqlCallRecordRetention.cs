using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>Removes old call records.</summary>
public static class SqlCallRecordRetention
{
    private const int RowsPerStep = 1_000;

    // SQLite has one writer at a time, and one that waits looks again after some milliseconds.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Removes the records of calls that began before a time from <c>cdr</c>, <c>cdr_intermediate</c> and the keys beside <c>acc</c>, about a thousand rows
    /// at a time, so that the server's writer never waits long. <c>acc</c>, <c>missed_calls</c> and the outbox stay as they are. May run while
    /// the server does.
    /// </summary>
    /// <param name="database">The database.</param>
    /// <param name="before">Calls that began at this time or later stay. A day ago at the latest: a younger key may still be needed.</param>
    /// <param name="cancellation">Gives up between two steps; what was removed by then is gone.</param>
    /// <returns>How many rows were removed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is less than a day ago.</exception>
    /// <exception cref="DialogStoreException">A table is missing.</exception>
    public static async ValueTask<long> RemoveBeforeAsync(SqlDatabase database, DateTimeOffset before, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (before > database.Time.GetUtcNow().AddDays(-1))
            throw new ArgumentOutOfRangeException(nameof(before), before, "Records are kept for a day at least.");
        await using SqlWork session = await database.OpenAsync(cancellation).ConfigureAwait(false);
        long removed = 0;
        foreach (string table in (string[])[database.Names.CallRecord, database.Names.IntermediateRecord, database.Names.CallRecordKey])
        {
            await SqlCallRecordTables.ShapeAsync(session, table, cancellation).ConfigureAwait(false);
            removed += await RemoveAsync(session, table, before.UtcDateTime, database.Time, cancellation).ConfigureAwait(false);
        }

        return removed;
    }

    private static async ValueTask<long> RemoveAsync(
        SqlWork session,
        string table,
        DateTime before,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        DateTime end = DateTime.SpecifyKind(before, DateTimeKind.Unspecified);
        for (long removed = 0; ; )
        {
            cancellation.ThrowIfCancellationRequested();
            // The newest of the oldest thousand: what is as old goes in one statement.
            object? step = await session
                .ScalarAsync(
                    $"SELECT start_time FROM {table} WHERE start_time < @before ORDER BY start_time LIMIT 1 OFFSET {RowsPerStep - 1}",
                    cancellation,
                    ("@before", end)
                )
                .ConfigureAwait(false);
            removed += await session
                .ExecuteAsync(
                    step is null ? $"DELETE FROM {table} WHERE start_time < @end" : $"DELETE FROM {table} WHERE start_time <= @end",
                    cancellation,
                    ("@end", step ?? end)
                )
                .ConfigureAwait(false);
            if (step is null)
                return removed;
            await Task.Delay(Breath, time, cancellation).ConfigureAwait(false);
        }
    }
}
