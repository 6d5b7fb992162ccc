using System.Text;
using Parley.Dialogs;
using Parley.Sql.Tests.Servers;
using Parley.Testing;
using Xunit;

namespace Parley.Sql.Tests.Dialogs;

/// <summary>The table that operators have: theirs loads here, ours loads there.</summary>
public class OpenSipsTableTests
{
    private const string AtlantaId = "e64.7f675e24";

    public static TheoryData<SqlProvider, int> Versions =>
        [.. EachProvider.All.SelectMany(static row => (int[])[11, 12], static (row, version) => (row.Data, version))];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_field_of_an_OpenSIPS_database_is_loaded(SqlProvider provider, int version)
    {
        await using TestDatabase database = await OpenSipsAsync(provider, version);
        Assert.Contains("001-dialog.sql", await new SqlTools(database.Open()).InitAsync());
        await using var store = new SqlDialogStore(database.Open(), Options());
        await store.OpenAsync(default);
        List<DialogRecord> rows = await LoadAsync(store);
        Assert.Equal(["73.0", "814.b2a1", "d14.ffffffff", AtlantaId], rows.Select(static row => row.Id.ToString()));
        DialogRecord atlanta = rows[3];
        Assert.Equal(4871615248119UL, atlanta.Id.Value);
        Assert.Equal("a84b4c76e66710@pc33.atlanta.com", atlanta.GetText(DialogColumn.CallId));
        Assert.Equal("sip:alice@atlanta.com", atlanta.GetText(DialogColumn.FromUri));
        Assert.Equal("1928301774", atlanta.GetText(DialogColumn.FromTag));
        Assert.Equal("sip:bob@biloxi.com", atlanta.GetText(DialogColumn.ToUri));
        Assert.Equal("a6c85cf", atlanta.GetText(DialogColumn.ToTag));
        Assert.Null(atlanta.GetText(DialogColumn.MangledFromUri));
        Assert.Equal("<sip:p1.atlanta.com;lr>,<sip:p2.atlanta.com;lr;ftag=1>", atlanta.GetText(DialogColumn.CallerRouteSet));
        Assert.Equal("<sip:p3.biloxi.com;lr>", atlanta.GetText(DialogColumn.CalleeRouteSet));
        Assert.Equal("sip:alice@pc33.atlanta.com", atlanta.GetText(DialogColumn.CallerContact));
        Assert.Equal("sip:bob@192.0.2.4", atlanta.GetText(DialogColumn.CalleeContact));
        Assert.Equal("udp:192.0.2.1:5060", atlanta.GetText(DialogColumn.CallerSocket));
        Assert.Equal("udp:192.0.2.1:5060", atlanta.GetText(DialogColumn.CalleeSocket));
        Assert.Equal("account#427|note#a%ü\\|\\#\\\\\0z|"u8, atlanta[DialogColumn.Values]);
        Assert.Equal("trunk/s#berlin|all/b#|", atlanta.GetText(DialogColumn.Profiles));
        Assert.Equal("on_answer", atlanta.GetText(DialogColumn.OnAnswer));
        Assert.Null(atlanta.GetText(DialogColumn.OnTimeout));
        Assert.Equal("on_hangup", atlanta.GetText(DialogColumn.OnHangup));
        Assert.Equal(DialogState.Confirmed, atlanta.State);
        Assert.Equal((0u, 314159u, 0u, 0u), (atlanta.CallerCSeq, atlanta.CalleeCSeq, atlanta.CallerPingCSeq, atlanta.CalleePingCSeq));
        Assert.Equal((1790000000, 1790043200), (atlanta.StartTime, atlanta.Timeout));
        Assert.Equal((5u, 2u, 0x8000_0254u), (atlanta.UserFlags, atlanta.ModuleFlags, atlanta.Flags));
        Assert.Null(atlanta.GetText(DialogColumn.Details));
        DialogRecord first = rows[0];
        Assert.Equal("sip:anonymous@x", first.GetText(DialogColumn.MangledFromUri));
        Assert.Equal("sip:c@x", first.GetText(DialogColumn.MangledToUri));
        Assert.Equal("tls:[2001:db8::9]:5061", first.GetText(DialogColumn.CallerSocket));
        Assert.Equal(
            (17u, uint.MaxValue, uint.MaxValue, 7u),
            (first.CallerCSeq, first.CalleeCSeq, first.CallerPingCSeq, first.CalleePingCSeq)
        );
        Assert.Equal((DialogState)5, rows[1].State);
        Assert.Equal((1u, 0u), (rows[1].UserFlags, rows[1].CallerCSeq));
        Assert.Equal((4_000_000_000, uint.MaxValue), (rows[2].StartTime, rows[2].Timeout));
        Assert.Equal((0x8000_0000u, 31u, 20u), (rows[2].UserFlags, rows[2].ModuleFlags, rows[2].Flags));
        foreach (DialogRecord row in rows)
            Assert.Equal(row.Id, Assert.Single(await store.FindAsync(row[DialogColumn.CallId].ToArray(), default)).Id);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Our_rows_are_read_back_by_the_rules_of_the_reference(SqlProvider provider, int version)
    {
        await using TestDatabase database = await OpenSipsAsync(provider, version);
        await new SqlTools(database.Open()).InitAsync();
        var id = new DialogId(CoreHash.Compute("1"u8, 4096), 99);
        await using (var store = new SqlDialogStore(database.Open(), Options()))
        {
            await store.OpenAsync(default);
            await store.ReplaceAsync([Ours(id), .. Enumerable.Range(0, 50).Select(static i => DialogStoreRows.Row(i, i))], default);
        }

        await using SqlWork session = await database.Open().OpenAsync(default);
        List<OpenSipsReader> rows = await OpenSipsReader.ReadAsync(session.Connection);
        Assert.Equal(51, rows.Count);
        OpenSipsReader row = rows.Single(static r => r.Text("callid") == "1");
        Assert.Equal(id.ToString(), row.Did);
        Assert.Equal("sip:a@x", row.Text("from_uri"));
        Assert.Equal("", row.Text("to_tag"));
        Assert.Null(row.Text("mangled_from_uri"));
        Assert.Equal("4294967295", row.Text("caller_cseq"));
        Assert.Equal("7", row.Text("callee_cseq"));
        Assert.Equal((uint.MaxValue, 3u), (row.Number("caller_ping_cseq"), row.Number("callee_ping_cseq")));
        Assert.Equal((4u, 1790000000u, 4_000_000_000u), (row.Number("state"), row.Number("start_time"), row.Number("timeout")));
        Assert.Equal((3u, 0x8000_0004u), (row.Number("module_flags"), row.Number("flags")));
        Assert.Equal([("account", "42|7"), ("n\\#", "\0\u00ff")], row.Pairs("vars"));
        Assert.Equal([("trunk/s", "berlin"), ("all/b", "")], row.Pairs("profiles"));
        Assert.Equal("answered", row.Text("rt_on_answer"));
        Assert.Null(row.Text("rt_on_hangup"));
        if (version >= 12)
            Assert.Equal("paid roaming 8", row.Text("script_flags"));
        else
            Assert.Equal(13u, row.Number("script_flags"));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Tables_and_columns_may_have_other_names(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        static void Names(SqlDatabaseOptions options)
        {
            options.Names.Dialog = "calls";
            options.Names.DialogDetails = "calls_details";
            options.Names.DialogColumns["callid"] = "call_id";
        }

        await using (SqlWork session = await database.Open().OpenAsync(default))
        {
            await session.ExecuteAsync(OpenSipsTables.Create(provider, 11, "calls", "call_id"), default);
            await session.ExecuteAsync(OpenSipsTables.Insert(provider, 11, "calls"), default);
        }

        await new SqlTools(database.Open(Names)).InitAsync();
        await using var store = new SqlDialogStore(database.Open(Names));
        await store.OpenAsync(default);
        Assert.Equal(4, (await LoadAsync(store)).Count);
        await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)], Updates = [DialogStoreRows.Row(2)] }, default);
        DialogRecord found = Assert.Single(await store.FindAsync(DialogStoreRows.Row(1)[DialogColumn.CallId].ToArray(), default));
        Assert.Null(DialogStoreRows.Difference(DialogStoreRows.Row(1), found));
        await using SqlWork look = await database.Open().OpenAsync(default);
        Assert.Null(await look.Dialect.ShapeAsync(look, "dialog", default));
        Assert.NotNull(await look.Dialect.ShapeAsync(look, "calls_details", default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Tables_that_are_made_here_may_have_other_names(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        static void Names(SqlDatabaseOptions options)
        {
            options.Names.Dialog = "calls";
            options.Names.DialogDetails = "calls_details";
            options.Names.Version = "calls_version";
            options.Names.DialogColumns["dlg_id"] = "id";
            options.Names.DialogColumns["vars"] = "vals";
        }

        await using var store = new SqlDialogStore(database.Open(Names), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default);
        Assert.Null(DialogStoreRows.Difference(DialogStoreRows.Row(1), Assert.Single(await LoadAsync(store))));
        await using SqlWork look = await database.Open().OpenAsync(default);
        SqlTableShape shape = (await look.Dialect.ShapeAsync(look, "calls", default))!;
        Assert.True(shape.Has("id") && shape.Has("vals") && !shape.Has("dlg_id"));
        Assert.Null(await look.Dialect.ShapeAsync(look, "version", default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Another_version_of_the_table_stops_the_start_in_one_line(SqlProvider provider)
    {
        foreach (int version in (int[])[10, 13])
        {
            await using TestDatabase database = await OpenSipsAsync(provider, 11, insert: false);
            await using (SqlWork session = await database.Open().OpenAsync(default))
                await session.ExecuteAsync($"UPDATE version SET table_version={version} WHERE table_name='dialog'", default);
            await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
            DialogStoreException refused = await Assert.ThrowsAsync<DialogStoreException>(async () => await store.OpenAsync(default));
            Assert.Contains($"has version {version}; versions 11 and 12 can be used", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task A_table_whose_version_is_not_known_is_not_taken_for_one_of_ours(SqlProvider provider)
    {
        await using TestDatabase database = await OpenSipsAsync(provider, 11);
        await using (SqlWork session = await database.Open().OpenAsync(default))
            await session.ExecuteAsync("DELETE FROM version", default);
        await Assert.ThrowsAsync<DialogStoreException>(() => new SqlTools(database.Open()).InitAsync());
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Rows_of_another_hash_size_get_the_ids_of_this_one_when_that_is_asked_for(SqlProvider provider)
    {
        await using TestDatabase database = await OpenSipsAsync(provider, 11, insert: false);
        await new SqlTools(database.Open()).InitAsync();
        DialogRecord[] ours = [.. Enumerable.Range(0, 3_000).Select(static i => DialogStoreRows.Row(i, 1))];
        DialogRecord[] theirs =
        [
            .. ours.Select(static row =>
                row.WithId(new DialogId(CoreHash.Compute(row[DialogColumn.CallId], 1 << (row.Id.Id % 2 == 0 ? 9 : 16)), row.Id.Id))
            ),
        ];
        await using (var store = new SqlDialogStore(database.Open()))
        {
            await store.OpenAsync(default);
            await store.ReplaceAsync(theirs, default);
        }

        await using (var store = new SqlDialogStore(database.Open()))
        {
            await store.OpenAsync(default);
            Assert.Equal(theirs.Select(static row => row.Id).Order(), (await LoadAsync(store)).Select(static row => row.Id));
        }

        for (int i = 0; i < 2; i++)
        {
            await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Rehash = true });
            await store.OpenAsync(default);
            List<DialogRecord> rows = await LoadAsync(store);
            Assert.Equal(ours.Length, rows.Count);
            foreach ((DialogRecord expected, DialogRecord found) in ours.OrderBy(static row => row.Id).Zip(rows))
                Assert.Null(DialogStoreRows.Difference(expected, found));
        }
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task What_the_table_would_not_keep_is_kept_beside_it_whole_and_not_in_it_half(SqlProvider provider)
    {
        await using TestDatabase database = await OpenSipsAsync(provider, 11, insert: false);
        await new SqlTools(database.Open()).InitAsync();
        byte[] umlauts = Encoding.UTF8.GetBytes("sip:zoë@x");
        DialogRecord[] rows =
        [
            DialogStoreRows.Row(1),
            DialogStoreRows.WithCallId(DialogStoreRows.Row(2), [.. Enumerable.Repeat((byte)'x', 256)]),
            DialogStoreRows.With(DialogStoreRows.Row(3), DialogColumn.FromUri, umlauts),
            DialogStoreRows.With(DialogStoreRows.Row(4), DialogColumn.ToTag, [.. "t"u8, 0]),
        ];
        await using var store = new SqlDialogStore(database.Open());
        await store.OpenAsync(default);
        await store.WriteAsync(new DialogStoreBatch { Saves = rows }, default);
        List<DialogRecord> found = await LoadAsync(store);
        foreach ((DialogRecord expected, DialogRecord came) in rows.OrderBy(static row => row.Id).Zip(found))
            Assert.Null(DialogStoreRows.Difference(expected, came));

        // SQLite bounds no text. MySQL's table is of latin1, which has no Call-ID to spare for UTF-8; the reference reads bytes.
        await using SqlWork look = await database.Open().OpenAsync(default);
        int inTable = Convert.ToInt32(
            await look.ScalarAsync("SELECT COUNT(*) FROM dialog", default),
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.Equal(
            provider switch
            {
                SqlProvider.Sqlite => 3,
                SqlProvider.PostgreSql => 2,
                _ => 1,
            },
            inTable
        );
        Assert.Equal(
            provider == SqlProvider.MySql,
            (await new SqlTools(database.Open()).CheckAsync()).Findings.Any(static f => f.Contains("not UTF-8", StringComparison.Ordinal))
        );
    }

    private static SqlDialogStoreOptions Options()
    {
        var options = new SqlDialogStoreOptions();
        foreach (string name in (string[])["paid", "", "roaming"])
            options.UserFlagNames.Add(name);
        return options;
    }

    private static DialogRecord Ours(DialogId id) =>
        new(
            id,
            new DialogRecordTexts
            {
                CallId = "1"u8,
                FromUri = "sip:a@x"u8,
                FromTag = "f"u8,
                ToUri = "sip:b@x"u8,
                CallerSocket = "udp:192.0.2.1:5060"u8,
                CalleeSocket = "tls:[2001:db8::1]:5061"u8,
                CallerRouteSet = "<sip:a;lr>,<sip:b>"u8,
                Values = [.. @"account#42\|7|n\\\##"u8, 0, 0xff, (byte)'|'],
                Profiles = "trunk/s#berlin|all/b#|"u8,
                OnAnswer = "answered"u8,
                Details = "{\"node\":\"a\"}"u8,
            }
        )
        {
            State = DialogState.Confirmed,
            CallerCSeq = uint.MaxValue,
            CalleeCSeq = 7,
            CallerPingCSeq = uint.MaxValue,
            CalleePingCSeq = 3,
            StartTime = 1790000000,
            Timeout = 4_000_000_000,
            UserFlags = 13,
            ModuleFlags = 3,
            Flags = 0x8000_0004,
        };

    private static async Task<TestDatabase> OpenSipsAsync(SqlProvider provider, int version, bool insert = true)
    {
        TestDatabase database = EachProvider.NewDatabase(provider);
        await using SqlWork session = await database.Open().OpenAsync(default);
        await session.ExecuteAsync(OpenSipsTables.Create(provider, version), default);
        if (insert)
            await session.ExecuteAsync(OpenSipsTables.Insert(provider, version), default);
        return database;
    }

    private static async Task<List<DialogRecord>> LoadAsync(SqlDialogStore store)
    {
        var rows = new List<DialogRecord>();
        await foreach (DialogRecord row in store.LoadAsync(default))
            rows.Add(row);
        return rows;
    }
}
