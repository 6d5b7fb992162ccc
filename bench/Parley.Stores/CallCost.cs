using Parley.Dialogs;
using Parley.Sql;
using Parley.Testing;

namespace Parley.Stores;

/// <summary>What the rows of a call cost in realtime mode, SQLite: CPU of this process, which does nothing else.</summary>
internal static class CallCost
{
    /// <summary>Calls that stand while others come and go.</summary>
    private const int Standing = 500;

    /// <summary>Each commit has some calls answered, those of the one before acknowledged, and as many ended, with their records.</summary>
    /// <param name="calls">How many.</param>
    /// <param name="window">Calls of one commit.</param>
    /// <param name="records">With call records.</param>
    /// <param name="folder">Where the database is.</param>
    public static async Task RunAsync(int calls, int window, bool records, string folder)
    {
        string file = Path.Combine(folder, $"cost-{Environment.ProcessId}.db");
        DialogRecord[] answered = [.. Enumerable.Range(0, calls + Standing).Select(static i => DialogStoreRows.Row(i))];
        try
        {
            await using var database = new SqlDatabase(
                new SqlDatabaseOptions { Provider = SqlProvider.Sqlite, ConnectionString = $"Data Source={file}" },
                TimeProvider.System
            );
            await using var store = new SqlDialogStore(
                database,
                new SqlDialogStoreOptions { Migrate = true, CallRecords = records ? new SqlCallRecordOptions() : null }
            );
            await store.OpenAsync(default);
            TimeSpan best = TimeSpan.MaxValue;
            for (int part = 0; part < 5; part++)
            {
                Range range = (part * calls / 5)..((part + 1) * calls / 5);
                TimeSpan used = await PartAsync(store, answered, range, window, records);
                if (part > 0 && used < best)
                    best = used; // the first one warms up
            }

            Console.WriteLine(
                $"{calls} calls, {window} a commit, {(records ? "with" : "without")} records, {folder}: {best.TotalMicroseconds / (calls / 5):0.0} µs CPU a call (least of 4)"
            );
        }
        finally
        {
            foreach (string left in Directory.GetFiles(folder, $"cost-{Environment.ProcessId}.db*"))
                File.Delete(left);
        }
    }

    private static async Task<TimeSpan> PartAsync(SqlDialogStore store, DialogRecord[] rows, Range range, int window, bool records)
    {
        (int first, int count) = range.GetOffsetAndLength(rows.Length);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int at = first; at < first + count; at += window)
        {
            int over = at - Standing;
            await store.WriteAsync(
                new DialogStoreBatch
                {
                    Saves = new ArraySegment<DialogRecord>(rows, at, window),
                    Updates = at < window ? [] : new ArraySegment<DialogRecord>(rows, at - window, window),
                    Deletes = over < 0 ? [] : [.. rows[over..(over + window)].Select(static row => row.Id)],
                    CallRecords = over < 0 || !records ? [] : [.. rows[over..(over + window)].Select(RecordOf)],
                },
                default
            );
        }

        return Environment.CpuUsage.TotalTime - before;
    }

    private static CallRecord RecordOf(DialogRecord row) =>
        new()
        {
            DialogId = row.Id,
            Start = DateTimeOffset.UnixEpoch.AddSeconds(row.StartTime),
            Answer = DateTimeOffset.UnixEpoch.AddSeconds(row.StartTime + 1),
            End = DateTimeOffset.UnixEpoch.AddSeconds(row.StartTime + 2),
            CallId = row.GetText(DialogColumn.CallId)!,
            FromUri = "sip:alice@atlanta.example.com",
            ToUri = "sip:bob@biloxi.example.com",
        };
}
