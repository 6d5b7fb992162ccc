using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Dialogs;
using Parley.Sql.Tests.Servers;
using Xunit;

namespace Parley.Sql.Tests.CallRecords;

/// <summary>What is true of call records in every database.</summary>
public abstract class CallRecordStoreCases(SqlProvider provider) : IAsyncLifetime
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeMilliseconds(1_764_515_045_123);
    private TestDatabase? _test;

    /// <summary>The lengths in the declarations of columns bind.</summary>
    private bool HasLengths => provider != SqlProvider.Sqlite;

    public ValueTask InitializeAsync()
    {
        if (DatabaseServers.Missing(provider) is { } missing)
            Assert.Skip(missing);
        _test = new TestDatabase(provider);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_test is not null)
            await _test.DisposeAsync();
    }

    private SqlDatabase Open() => _test!.Open();

    [Fact]
    public async Task A_record_is_a_row_with_every_field()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database);
        await Write(store, Whole(1));
        Dictionary<string, object?> row = Assert.Single(await Rows(database, "SELECT * FROM cdr"));
        Assert.Equal("1.1", row["did"]);
        Assert.Equal(s_start.AddMilliseconds(1), Time(row["start_time"]));
        Assert.Equal(s_start.AddMilliseconds(801), Time(row["ring_time"]));
        Assert.Equal(s_start.AddMilliseconds(5001), Time(row["answer_time"]));
        Assert.Equal(s_start.AddMilliseconds(65_501), Time(row["end_time"]));
        Assert.Equal(
            "800 4200 60500 answered 200 'Upstream BYE' callee call-1 sip:a@a ft sip:b@b tt sip:b@proxy udp:192.0.2.1:5060 tls:[2001:db8::1]:5061 sip:b@[2001:db8::1] one {\"account\":\"4711 ü\"}",
            $"{row["setup_ms"]} {row["ring_ms"]} {row["duration_ms"]} {row["disposition"]} {row["code"]} '{row["reason"]}' {row["ended_by"]} {row["call_id"]} {row["from_uri"]} {row["from_tag"]} {row["to_uri"]} {row["to_tag"]} {row["request_uri"]} {row["source"]} {row["target"]} {row["target_uri"]} {row["node"]} {row["custom"]}"
        );
        await Write(store, Missed(2));
        row = Assert.Single(await Rows(database, "SELECT * FROM cdr WHERE disposition='busy'"));
        Assert.Null(row["ring_time"]);
        Assert.Null(row["answer_time"]);
        Assert.Equal("0", $"{row["duration_ms"]}");
        Assert.Equal("{}", row["custom"]);
    }

    [Fact]
    public async Task A_record_that_is_there_stays_as_it_is_whatever_comes_again()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database, outbox: true);
        await Write(store, Whole(1), Whole(2));
        // The same batch again, the same key with other fields, a key twice in one batch, the same dialog with another start.
        await Write(store, Whole(1), Whole(2));
        await Write(store, Whole(1) with { Reason = "other" }, Whole(3), Whole(3));
        await Write(store, Whole(1) with { Start = s_start.AddDays(1) });
        Assert.Equal(4, (await Rows(database, "SELECT * FROM cdr")).Count);
        Assert.Empty(await Rows(database, "SELECT * FROM cdr WHERE reason='other'"));
        Assert.Equal(
            [Whole(1).Key, Whole(2).Key, Whole(3).Key, (Whole(1) with { Start = s_start.AddDays(1) }).Key],
            (await store.ReadAsync(100, default)).Select(static e => e.Id)
        );
        // What was taken out of the outbox does not come back with a repeated batch.
        await store.RemoveAsync(await store.ReadAsync(100, default), default);
        await Write(store, Whole(1), Whole(2), Whole(3));
        Assert.Empty(await store.ReadAsync(100, default));
    }

    [Fact]
    public async Task Intermediate_records_have_a_table_of_their_own_each_number_once()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database, outbox: true);
        CallRecord first = Whole(1) with { Number = 1, EndedBy = CallEndedBy.None, Reason = "" },
            second = first with { Number = 2 };
        await store.WriteAsync(new DialogStoreBatch { IntermediateRecords = [first, second, first] }, default);
        await store.WriteAsync(new DialogStoreBatch { IntermediateRecords = [second], CallRecords = [Whole(1)] }, default);
        Assert.Equal(
            ["1", "2"],
            (await Rows(database, "SELECT number FROM cdr_intermediate ORDER BY number")).Select(static r => $"{r["number"]}")
        );
        Assert.Single(await Rows(database, "SELECT * FROM cdr"));
        string key = Whole(1).Key;
        Assert.Equal([key + "#1", key + "#2", key], (await store.ReadAsync(100, default)).Select(static e => e.Id));
    }

    [Fact]
    public async Task Records_and_the_removal_of_their_dialogs_are_one_transaction()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database);
        DialogRecord row = Dialog(1);
        await store.WriteAsync(new DialogStoreBatch { Saves = [row] }, default);
        await Execute(database, "ALTER TABLE cdr RENAME TO cdr_gone");
        await Assert.ThrowsAnyAsync<DbException>(async () =>
            await store.WriteAsync(new DialogStoreBatch { Deletes = [row.Id], CallRecords = [Whole(1)] }, default)
        );
        await Execute(database, "ALTER TABLE cdr_gone RENAME TO cdr");
        Assert.Single(await Rows(database, "SELECT dlg_id FROM dialog"));
        await store.WriteAsync(new DialogStoreBatch { Deletes = [row.Id], CallRecords = [Whole(1)] }, default);
        Assert.Empty(await Rows(database, "SELECT dlg_id FROM dialog"));
        Assert.Single(await Rows(database, "SELECT did FROM cdr"));
    }

    [Fact]
    public async Task Texts_of_any_length_and_kind_are_written_whole()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database, outbox: true);
        string longText = new('ü', 70_000);
        CallRecord record = Whole(1) with
        {
            CallId = longText,
            FromUri = "sip:" + longText,
            Reason = "a\0b\ud800c 😀\u0001",
            Values = [new("n\0", "v\udc00"), new("long", longText)],
        };
        await Write(store, record);
        Dictionary<string, object?> row = Assert.Single(await Rows(database, "SELECT * FROM cdr"));
        Assert.Equal(longText, row["call_id"]);
        Assert.Equal("sip:" + longText, row["from_uri"]);
        Assert.Equal("a\\u0000b\\ud800c 😀\u0001", row["reason"]);
        using JsonDocument custom = JsonDocument.Parse((string)row["custom"]!);
        Assert.Equal(longText, custom.RootElement.GetProperty("long").GetString());
        Assert.True(custom.RootElement.TryGetProperty("n\0", out _));
        using JsonDocument json = JsonDocument.Parse((await store.ReadAsync(1, default))[0].Json);
        Assert.Equal(longText, json.RootElement.GetProperty("call_id").GetString());
    }

    [Fact]
    public async Task Many_records_are_written_in_one_batch_and_leave_the_outbox_in_order()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database, outbox: true);
        CallRecord[] records = [.. Enumerable.Range(1, 3_000).Select(Whole)];
        await Write(store, records);
        await Write(store, records);
        Assert.Equal("3000", $"{(await Rows(database, "SELECT count(*) AS n FROM cdr"))[0]["n"]}");
        var ids = new List<string>();
        while (await store.ReadAsync(1_000, default) is { Count: > 0 } entries)
        {
            Assert.True(entries.Zip(entries.Skip(1)).All(static pair => pair.First.Sequence < pair.Second.Sequence));
            ids.AddRange(entries.Select(static e => e.Id));
            await store.RemoveAsync(entries, default);
            await store.RemoveAsync(entries, default); // not there any more: no error
        }

        Assert.Equal(records.Select(static r => r.Key), ids);
        await Write(store, Whole(4_000));
        Assert.Equal(Whole(4_000).Key, Assert.Single(await store.ReadAsync(10, default)).Id);
    }

    [Fact]
    public async Task In_the_shape_of_OpenSIPS_answered_calls_are_in_acc_and_others_in_missed_calls_each_once()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database, outbox: true, shape: SqlCallRecordShape.Acc);
        CallRecord busy = Missed(2) with { Reason = "On another call", EndedBy = CallEndedBy.Callee },
            wordy = Missed(3) with { Reason = new string('x', 33) };
        await Write(store, Whole(1), busy, wordy);
        await Write(store, busy, Whole(1));
        Dictionary<string, object?> row = Assert.Single(await Rows(database, "SELECT * FROM acc"));
        Assert.Equal(
            "INVITE ft tt call-1 200 OK 60 60500 5",
            $"{row["method"]} {row["from_tag"]} {row["to_tag"]} {row["callid"]} {row["sip_code"]} {row["sip_reason"]} {row["duration"]} {row["ms_duration"]} {row["setuptime"]}"
        );
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_764_515_050), Time(row["time"]));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_764_515_045), Time(row["created"]));
        List<Dictionary<string, object?>> missed = await Rows(database, "SELECT * FROM missed_calls ORDER BY callid");
        Assert.Equal(
            ["call-2 486 On another call 2", HasLengths ? "call-3 486 Busy Here 2" : $"call-3 486 {wordy.Reason} 2"],
            missed.Select(static m => $"{m["callid"]} {m["sip_code"]} {m["sip_reason"]} {m["setuptime"]}")
        );
        Assert.Empty(await Rows(database, "SELECT * FROM cdr"));
        Assert.Equal(3, (await Rows(database, "SELECT * FROM cdr_key")).Count);
        Assert.Equal([Whole(1).Key, busy.Key, wordy.Key], (await store.ReadAsync(10, default)).Select(static e => e.Id));
    }

    [Fact]
    public async Task A_record_that_acc_would_cut_is_in_cdr_whole()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database, outbox: true, shape: SqlCallRecordShape.Acc);
        CallRecord longId = Whole(1) with { CallId = new string('c', 300) },
            longTag = Missed(2) with { FromTag = new string('t', 65) },
            nul = Whole(3) with { CallId = "a\0b" };
        await Write(store, longId, longTag, nul);
        await Write(store, longId, longTag, nul);
        List<Dictionary<string, object?>> rows = await Rows(database, "SELECT call_id, from_tag FROM cdr ORDER BY did");
        string[] whole = HasLengths ? [longId.CallId + " ft", "call-2 " + longTag.FromTag, "a\\u0000b ft"] : ["a\\u0000b ft"];
        Assert.Equal(whole, rows.Select(static r => $"{r["call_id"]} {r["from_tag"]}"));
        Assert.Equal(3 - whole.Length, (await Rows(database, "SELECT id FROM acc UNION ALL SELECT id FROM missed_calls")).Count);
        Assert.Equal(3, (await store.ReadAsync(10, default)).Count);
    }

    [Fact]
    public async Task Records_that_began_before_a_time_are_removed_in_steps()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database);
        await Write(store, [.. Enumerable.Range(1, 2_500).Select(Whole)]);
        await store.WriteAsync(new DialogStoreBatch { IntermediateRecords = [Whole(1) with { Number = 1 }] }, default);
        Assert.Equal(2_401, await SqlCallRecordRetention.RemoveBeforeAsync(database, s_start.AddMilliseconds(2_401), default));
        Assert.Equal("100", $"{(await Rows(database, "SELECT count(*) AS n FROM cdr"))[0]["n"]}");
        Assert.Equal(Whole(2_401).Start, Time((await Rows(database, "SELECT min(start_time) AS t FROM cdr"))[0]["t"]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await SqlCallRecordRetention.RemoveBeforeAsync(database, DateTimeOffset.UtcNow, default)
        );
    }

    [Fact]
    public async Task Every_query_of_the_guide_runs_and_finds_what_it_is_for()
    {
        SqlDatabase database = Open();
        await using SqlDialogStore store = await Store(database);
        // In the days that the page's queries are about.
        TimeSpan later = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero) - s_start;
        CallRecord whole = At(Whole(1)) with { CallId = "a84b4c76e66710@pc33.atlanta.com" };
        await store.WriteAsync(
            new DialogStoreBatch
            {
                CallRecords = [whole, At(Missed(2))],
                IntermediateRecords = [whole with { Number = 1 }, At(Whole(3)) with { Number = 1 }, At(Whole(3)) with { Number = 2 }],
            },
            default
        );
        int[] rows = [2, 1, 1, 1, 1, 1];
        string[] queries = [.. Queries()];
        Assert.Equal(rows.Length, queries.Length);
        for (int i = 0; i < queries.Length; i++)
            Assert.Equal((queries[i], rows[i]), (queries[i], (await Rows(database, queries[i])).Count));

        CallRecord At(CallRecord record) =>
            record with
            {
                Start = record.Start + later,
                Ring = record.Ring + later,
                Answer = record.Answer + later,
                End = record.End + later,
            };
    }

    [Fact]
    public async Task Without_the_option_records_are_not_stored_and_the_outbox_is_off()
    {
        SqlDatabase database = Open();
        await using var store = new SqlDialogStore(database, new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        Assert.False(store.IsKept);
        await Write(store, Whole(1));
        Assert.Empty(await Rows(database, "SELECT did FROM cdr"));
    }

    [Fact]
    public async Task A_table_that_is_missing_or_of_another_version_stops_the_start_in_one_line()
    {
        SqlDatabase database = Open();
        await (await Store(database)).DisposeAsync();
        await Execute(database, "UPDATE version SET table_version=2 WHERE table_name='cdr'");
        DialogStoreException refused = await Assert.ThrowsAsync<DialogStoreException>(async () => await Store(database));
        Assert.Contains("cdr", refused.Message, StringComparison.Ordinal);
        Assert.Contains("version 2", refused.Message, StringComparison.Ordinal);
        await Execute(database, "UPDATE version SET table_version=1 WHERE table_name='cdr'");
        await Execute(database, "DROP TABLE missed_calls");
        refused = await Assert.ThrowsAsync<DialogStoreException>(async () => await Store(database, shape: SqlCallRecordShape.Acc));
        Assert.Contains("no table missed_calls", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        await (await Store(database)).DisposeAsync();
    }

    private static async Task<SqlDialogStore> Store(
        SqlDatabase database,
        bool outbox = false,
        SqlCallRecordShape shape = SqlCallRecordShape.Cdr
    )
    {
        var store = new SqlDialogStore(
            database,
            new SqlDialogStoreOptions
            {
                Migrate = true,
                CallRecords = new SqlCallRecordOptions { Outbox = outbox, Shape = shape },
            }
        );
        try
        {
            await store.OpenAsync(default);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private static ValueTask Write(SqlDialogStore store, params CallRecord[] records) =>
        store.WriteAsync(new DialogStoreBatch { CallRecords = records }, default);

    private static CallRecord Whole(int number) =>
        new()
        {
            DialogId = new DialogId(1, (uint)number),
            Start = s_start.AddMilliseconds(number),
            Ring = s_start.AddMilliseconds(number + 800),
            Answer = s_start.AddMilliseconds(number + 5000),
            End = s_start.AddMilliseconds(number + 65_500),
            CallId = "call-" + number.ToString(CultureInfo.InvariantCulture),
            FromUri = "sip:a@a",
            FromTag = "ft",
            ToUri = "sip:b@b",
            ToTag = "tt",
            RequestUri = "sip:b@proxy",
            Source = "udp:192.0.2.1:5060",
            Target = "tls:[2001:db8::1]:5061",
            TargetUri = "sip:b@[2001:db8::1]",
            Disposition = CallDisposition.Answered,
            StatusCode = 200,
            Reason = "Upstream BYE",
            EndedBy = CallEndedBy.Callee,
            Node = "one",
            Values = [new("account", "4711 ü")],
        };

    private static CallRecord Missed(int number) =>
        Whole(number) with
        {
            Ring = null,
            Answer = null,
            End = s_start.AddMilliseconds(number + 2_900),
            ToTag = "",
            Disposition = CallDisposition.Busy,
            StatusCode = 486,
            Reason = "Busy Here",
            Values = [],
        };

    private static DialogRecord Dialog(int number) =>
        new(
            new DialogId(1, (uint)number),
            new DialogRecordTexts
            {
                CallId = Encoding.ASCII.GetBytes("call-" + number.ToString(CultureInfo.InvariantCulture)),
                FromUri = "sip:a@a"u8,
                ToUri = "sip:b@b"u8,
                FromTag = "ft"u8,
                ToTag = "tt"u8,
            }
        )
        {
            State = DialogState.Confirmed,
        };

    private static async Task<List<Dictionary<string, object?>>> Rows(SqlDatabase database, string sql)
    {
        await using SqlWork session = await database.OpenAsync(default);
        await using DbCommand command = session.Command(sql);
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            var row = new Dictionary<string, object?>();
            for (int i = 0; i < reader.FieldCount; i++)
                row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The statements of the page's blocks of SQL.</summary>
    private static IEnumerable<string> Queries()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Parley.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        string page = File.ReadAllText(Path.Combine(folder, "docs", "guide", "call-records.md"));
        return page.Split("```sql\n")
            .Skip(1)
            .SelectMany(static block =>
                block[..block.IndexOf("```", StringComparison.Ordinal)]
                    .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            );
    }

    private static async Task Execute(SqlDatabase database, string sql)
    {
        await using SqlWork session = await database.OpenAsync(default);
        await session.ExecuteAsync(sql, default);
    }

    private static DateTimeOffset Time(object? value) =>
        value is DateTime time
            ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), TimeSpan.Zero)
            : DateTimeOffset.Parse((string)value!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
