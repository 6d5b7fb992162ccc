using Parley.Dialogs;
using Parley.Sql.Tests.Servers;
using Parley.Testing;
using Xunit;

namespace Parley.Sql.Tests.Ownership;

/// <summary>Two servers by mistake on one file or one table: the second is told so at its start; one that was killed leaves nothing behind.</summary>
public class TwoServersTests
{
    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task A_second_process_is_refused_until_the_first_is_killed(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        using var other = new OwnerProcess(provider, database.ConnectionString);
        await using var store = new SqlDialogStore(database.Open());
        DialogStoreException refused = await Assert.ThrowsAsync<DialogStoreException>(async () => await store.OpenAsync(default));
        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Contains(
            provider switch
            {
                SqlProvider.Sqlite => $"process {other.Id}, node other",
                SqlProvider.PostgreSql => "parley other",
                _ => "from 127.0.0.1",
            },
            refused.Message,
            StringComparison.Ordinal
        );
        other.Kill();

        // A start waits a little: the server notices the end of a process later than the process ends.
        await using var next = new SqlDialogStore(database.Open(static o => o.OwnershipWait = TimeSpan.FromSeconds(10)));
        await next.OpenAsync(default);
        Dictionary<DialogId, DialogRecord> rows = [];
        await foreach (DialogRecord row in next.LoadAsync(default))
            rows.Add(row.Id, row);
        Assert.Null(DialogStoreRows.Difference(DialogStoreRows.Row(1), rows[DialogStoreRows.Row(1).Id]));
        // Two rows of one transaction: both of the same one, or neither.
        if (rows.TryGetValue(DialogStoreRows.Row(2).Id, out DialogRecord? second))
            Assert.Equal(second.ModuleFlags, rows[DialogStoreRows.Row(3).Id].ModuleFlags);
        await next.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(4)] }, default);
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Killed_in_the_middle_of_writing_it_leaves_whole_transactions_each_time(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        for (int i = 0; i < 5; i++)
        {
            using (var other = new OwnerProcess(provider, database.ConnectionString))
            {
                await Task.Delay(20 + (i * 37));
                other.Kill();
            }

            await using var next = new SqlDialogStore(database.Open(static o => o.OwnershipWait = TimeSpan.FromSeconds(10)));
            await next.OpenAsync(default);
            var flags = new List<uint>();
            await foreach (DialogRecord row in next.LoadAsync(default))
            {
                if (row.Id != DialogStoreRows.Row(1).Id)
                    flags.Add(row.ModuleFlags);
            }

            Assert.True(flags is [] or [_, _] && flags.Distinct().Count() <= 1, string.Join(',', flags));
            Assert.Equal(
                provider == SqlProvider.Sqlite ? "ok" : null,
                provider == SqlProvider.Sqlite ? await QuickCheckAsync(database) : null
            );
        }
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task Two_tables_of_one_database_have_an_owner_each(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        static void Names(SqlDatabaseOptions options)
        {
            options.Names.Dialog = "dialog_b";
            options.Names.DialogDetails = "parley_dialog_b";
            options.Names.Version = "version_b";
        }

        var migrate = new SqlDialogStoreOptions { Migrate = true };
        await using var first = new SqlDialogStore(database.Open(), migrate);
        await first.OpenAsync(default);
        await using var second = new SqlDialogStore(database.Open(Names), migrate);
        await second.OpenAsync(default);
        await using var third = new SqlDialogStore(database.Open(Names), migrate);
        await Assert.ThrowsAsync<DialogStoreException>(async () => await third.OpenAsync(default));
    }

    [Fact]
    public async Task Two_names_of_one_file_are_one_database()
    {
        await using var database = new TestDatabase(SqlProvider.Sqlite);
        await using var store = new SqlDialogStore(database.Open());
        await store.OpenAsync(default);
        string link = Path.Combine(Path.GetDirectoryName(database.File)!, "link.db");
        File.CreateSymbolicLink(link, database.File);
        await using SqlDatabase other = database.Open(o => o.ConnectionString = $"Data Source={link}");
        await using var second = new SqlDialogStore(other);
        await Assert.ThrowsAsync<DialogStoreException>(async () => await second.OpenAsync(default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task A_store_whose_session_was_ended_owns_the_table_again_before_it_writes(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await EndSessionsAsync(database);
        await WriteUntilDoneAsync(store, DialogStoreRows.Row(1));
        await using var second = new SqlDialogStore(database.Open());
        await Assert.ThrowsAsync<DialogStoreException>(async () => await second.OpenAsync(default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task A_store_whose_table_went_to_another_process_writes_nothing_more(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await EndSessionsAsync(database);
        await using var second = new SqlDialogStore(database.Open(static o => o.OwnershipWait = TimeSpan.FromSeconds(5)));
        await second.OpenAsync(default);
        Exception? last = null;
        for (int i = 0; i < 3; i++)
            last = await Record.ExceptionAsync(async () =>
                await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default)
            );
        Assert.Contains("in use by another process", Assert.IsType<DialogStoreException>(last).Message, StringComparison.Ordinal);
        await foreach (DialogRecord row in second.LoadAsync(default))
            Assert.Fail($"Row {row.Id} was written by a store that does not own the table.");
    }

    /// <summary>Ends the sessions of the database's stores, as a server does that is restarted.</summary>
    private static async Task EndSessionsAsync(TestDatabase database)
    {
        await using SqlWork session = await database.Open().OpenAsync(default);
        if (database.Provider == SqlProvider.PostgreSql)
        {
            await session.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
                default
            );
            return;
        }

        var ids = new List<long>();
        await using (
            System.Data.Common.DbCommand command = session.Command(
                "SELECT ID FROM information_schema.PROCESSLIST WHERE DB=DATABASE() AND ID<>CONNECTION_ID()"
            )
        )
        {
            await using System.Data.Common.DbDataReader reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                ids.Add(session.Dialect.ReadNumber(reader, 0));
        }

        foreach (long id in ids)
            await session.Dialect.EndAsync(session, id, default);
    }

    internal static async Task WriteUntilDoneAsync(SqlDialogStore store, DialogRecord row)
    {
        for (int i = 0; ; i++)
        {
            Exception? failure = await Record.ExceptionAsync(async () =>
                await store.WriteAsync(new DialogStoreBatch { Saves = [row] }, default)
            );
            if (failure is null)
                return;
            Assert.True(i < 100, $"It does not write again: {failure}");
            await Task.Delay(100);
        }
    }

    private static async Task<string?> QuickCheckAsync(TestDatabase database)
    {
        await using SqlWork session = await database.Open().OpenAsync(default);
        return (string?)await session.ScalarAsync("PRAGMA integrity_check", default);
    }
}
