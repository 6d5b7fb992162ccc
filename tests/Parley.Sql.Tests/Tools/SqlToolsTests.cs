using System.Text;
using Parley.Dialogs;
using Parley.Sql.Tests.Servers;
using Parley.Testing;
using Xunit;

namespace Parley.Sql.Tests.Tools;

public class SqlToolsTests
{
    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Init_makes_the_tables_once_and_check_finds_nothing(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        var tools = new SqlTools(database.Open());
        Assert.Contains("001-dialog.sql", await tools.InitAsync());
        Assert.Empty(await tools.InitAsync());
        Assert.Empty(await tools.MigrateAsync());
        SqlReport report = await tools.CheckAsync();
        // The servers of the tests do not wait for the disk, and that is to be said.
        Assert.DoesNotContain(
            report.Findings,
            static f => !f.Contains("fsync", StringComparison.Ordinal) && !f.Contains("flush_log", StringComparison.Ordinal)
        );
        Assert.Equal(provider == SqlProvider.Sqlite, report.Findings.Count == 0);
        Assert.Contains(report.Facts, static f => f.Contains("Table dialog has version 11", StringComparison.Ordinal));
        Assert.Contains(report.Facts, static f => f.StartsWith("0 dialogs", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task A_database_without_tables_is_told_to_be_initialised(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        var tools = new SqlTools(database.Open());
        Assert.Contains((await tools.CheckAsync()).Findings, static f => f.Contains("parley db init", StringComparison.Ordinal));
        await RefusedAsync("parley db init", () => tools.MigrateAsync());
        await RefusedAsync("parley db init", () => tools.ExportAsync(new MemoryStream()));
        await RefusedAsync("parley db init", () => tools.ImportAsync(new MemoryStream()));
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = false });
        await RefusedAsync("parley db init", async () => await store.OpenAsync(default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task An_import_of_an_export_has_the_same_rows_and_the_same_export(SqlProvider provider)
    {
        await using TestDatabase from = EachProvider.NewDatabase(provider);
        DialogRecord[] rows =
        [
            .. Enumerable.Range(0, 2_500).Select(static i => DialogStoreRows.Row(i, i % 5)),
            HardRow(),
            new(DialogId.FromValue(ulong.MaxValue), default),
        ];
        await SaveAsync(from, rows);
        const int others = 5;
        await using (SqlWork session = await from.Open().OpenAsync(default))
            await session.ExecuteAsync(OtherRows, default);
        var export = new MemoryStream();
        Assert.Equal(rows.Length + others, await new SqlTools(from.Open()).ExportAsync(export));

        // From any database to any.
        foreach (SqlProvider other in Enum.GetValues<SqlProvider>())
        {
            if (DatabaseServers.Missing(other) is not null)
                continue;
            await using var to = new TestDatabase(other);
            var tools = new SqlTools(to.Open());
            await tools.InitAsync();
            export.Position = 0;
            Assert.Equal(rows.Length + others, await tools.ImportAsync(export));
            var again = new MemoryStream();
            await tools.ExportAsync(again);
            Assert.Equal(Encoding.UTF8.GetString(export.ToArray()), Encoding.UTF8.GetString(again.ToArray()));
            Assert.Contains((await tools.CheckAsync()).Facts, f => f.StartsWith($"{rows.Length} dialogs", StringComparison.Ordinal));
        }
    }

    /// <summary>A contact, what is beside it, and call records.</summary>
    private const string OtherRows = """
        INSERT INTO location (contact_id, username, domain, contact, expires, q, callid, cseq, last_modified, user_agent)
            VALUES (4611686018427387905, 'alice', 'atlanta.com', 'sip:alice@192.0.2.7', 1790000000, 0.5, 'c', 3, '2026-11-30 14:55:00', 'phone');
        INSERT INTO parley_location (contact_id, node, details) VALUES (4611686018427387905, 'a', '{"a":1}');
        INSERT INTO cdr (did, start_time, end_time, setup_ms, ring_ms, duration_ms, disposition, code, reason, ended_by, call_id, from_uri, from_tag, to_uri, to_tag, request_uri, source, target, target_uri, node, custom)
            VALUES ('1.1', '2026-11-30 14:55:00.123', '2026-11-30 14:56:00.456', 1, 2, 3, 'answered', 200, 'BYE', 'caller', 'c', 'f', 'ft', 't', 'tt', 'r', 's', 'x', 'y', 'a', '{}');
        INSERT INTO cdr_intermediate (did, start_time, number, end_time, setup_ms, ring_ms, duration_ms, disposition, code, reason, ended_by, call_id, from_uri, from_tag, to_uri, to_tag, request_uri, source, target, target_uri, node, custom)
            VALUES ('1.1', '2026-11-30 14:55:00.123', 1, '2026-11-30 14:56:00.456', 1, 2, 3, 'answered', 200, 'BYE', 'caller', 'c', 'f', 'ft', 't', 'tt', 'r', 's', 'x', 'y', 'a', '{}');
        INSERT INTO cdr_key (did, start_time) VALUES ('2.1', '2026-11-30 14:55:00.001');
        """;

    [Fact]
    public async Task An_export_that_is_cut_short_or_changed_is_not_imported_at_all()
    {
        await using var from = new TestDatabase(SqlProvider.Sqlite);
        await SaveAsync(from, [DialogStoreRows.Row(1), DialogStoreRows.Row(2)]);
        var export = new MemoryStream();
        await new SqlTools(from.Open()).ExportAsync(export);
        string[] lines = Encoding.UTF8.GetString(export.ToArray()).Split('\n');
        await using var to = new TestDatabase(SqlProvider.Sqlite);
        var tools = new SqlTools(to.Open());
        await tools.InitAsync();
        (string Expected, string[] Lines)[] broken =
        [
            ("ends after line 3", lines[..3]),
            ("Line 3", [lines[0], lines[1], lines[3]]),
            ("Line 1", lines[1..]),
            ("Line 2", [lines[0], lines[1][..40], .. lines[2..]]),
            ("Line 2", [lines[0], "{\"dialog\":{\"did\":\"nonsense\"}}", .. lines[2..]]),
            ("Line 2", [lines[0], "{\"unheard\":{}}", .. lines[2..]]),
            ("Line 5", [.. lines[..4], lines[1]]),
        ];
        foreach ((string expected, string[] text) in broken)
        {
            FormatException refused = await Assert.ThrowsAsync<FormatException>(() =>
                tools.ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', text))))
            );
            Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
            Assert.Contains((await tools.CheckAsync()).Facts, static f => f.StartsWith("0 dialogs", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Import_and_migrate_are_refused_while_a_server_has_the_tables_and_export_is_not(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default);
        var tools = new SqlTools(database.Open());
        var export = new MemoryStream();
        Assert.Equal(1, await tools.ExportAsync(export));
        export.Position = 0;
        await RefusedAsync("in use by another process", () => tools.ImportAsync(export));
        Assert.Contains((await tools.CheckAsync()).Facts, static f => f.StartsWith("1 dialogs", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Check_names_rows_that_would_not_be_loaded(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        DialogRecord row = DialogStoreRows.Row(1);
        DialogRecord over = new(DialogStoreRows.Row(2).Id, new DialogRecordTexts { CallId = DialogStoreRows.Row(2)[DialogColumn.CallId] })
        {
            State = DialogState.Deleted,
        };
        await SaveAsync(database, [row.WithId(new DialogId(row.Id.Entry ^ 1, 7)), over, DialogStoreRows.Row(3)]);
        await using (SqlWork session = await database.Open().OpenAsync(default))
            await session.ExecuteAsync($"DELETE FROM dialog WHERE dlg_id={DialogStoreRows.Row(3).Id.Value}", default);
        IReadOnlyList<string> findings = (await new SqlTools(database.Open()).CheckAsync()).Findings;
        Assert.Contains(findings, static f => f.StartsWith("1 dialogs have an id that is not the hash", StringComparison.Ordinal));
        Assert.Contains(findings, static f => f.StartsWith("1 dialogs are over", StringComparison.Ordinal));
        Assert.Contains(findings, static f => f.StartsWith("1 rows of parley_dialog belong to no dialog", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task The_steps_run_by_hand_count_as_run(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        string folder = Path.Combine(AppContext.BaseDirectory, "Migrations", provider.ToString().ToLowerInvariant());
        string[] files = [.. Directory.GetFiles(folder, "*.sql").Order(StringComparer.Ordinal)];
        Assert.Equal(
            SqlMigration.Of(Path.GetFileName(folder)).Select(static step => step.Name),
            files.Select(static file => Path.GetFileName(file)!)
        );
        await using (SqlWork session = await database.Open().OpenAsync(default))
        {
            // Twice: a step that was run is none the worse for it.
            foreach (string file in files.Concat(files))
                await session.ExecuteAsync(await File.ReadAllTextAsync(file), default);
        }

        var tools = new SqlTools(database.Open());
        Assert.Empty(await tools.MigrateAsync());
        Assert.Empty(await tools.InitAsync());
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Tables_newer_than_the_program_stop_it(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        var tools = new SqlTools(database.Open());
        await tools.InitAsync();
        await using (SqlWork session = await database.Open().OpenAsync(default))
            await session.ExecuteAsync("UPDATE version SET table_version=999 WHERE table_name='parley'", default);
        await RefusedAsync("older than they are", () => tools.MigrateAsync());
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await RefusedAsync("older than they are", async () => await store.OpenAsync(default));
        Assert.Contains((await tools.CheckAsync()).Findings, static f => f.Contains("older than they are", StringComparison.Ordinal));
    }

    internal static DialogRecord HardRow()
    {
        DialogRecord row = DialogStoreRows.Row(9_999);
        foreach (
            (DialogColumn column, byte[] text) in (ReadOnlySpan<(DialogColumn, byte[])>)
                [
                    (DialogColumn.Values, [0, 1, 2, 0xff, (byte)'|']),
                    (DialogColumn.FromUri, [.. "sip:"u8, 0xff, .. "@x"u8]),
                    (DialogColumn.ToUri, new byte[300]),
                    (DialogColumn.Profiles, "zürich#\"quoted\"|"u8.ToArray()),
                ]
        )
            row = DialogStoreRows.With(row, column, text);
        return row;
    }

    private static async Task SaveAsync(TestDatabase database, DialogRecord[] rows)
    {
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await store.WriteAsync(new DialogStoreBatch { Saves = rows }, default);
    }

    private static async Task RefusedAsync(string expected, Func<Task> act)
    {
        DialogStoreException refused = await Assert.ThrowsAsync<DialogStoreException>(act);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
