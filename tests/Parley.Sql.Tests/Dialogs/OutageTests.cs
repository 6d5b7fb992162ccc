using System.Data.Common;
using Parley.Dialogs;
using Parley.Sql.Tests.Ownership;
using Parley.Sql.Tests.Servers;
using Parley.Testing;
using Xunit;

namespace Parley.Sql.Tests.Dialogs;

/// <summary>A database that goes away, stands still, is locked or read-only: a write fails in bounded time, and the next ones succeed when it is back.</summary>
public class OutageTests
{
    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task What_was_written_before_a_crash_of_the_server_is_there_and_writing_goes_on_after_it(SqlProvider provider)
    {
        using DatabaseServer server = EachProvider.NewServer(provider);
        await using var database = new TestDatabase(provider, server);
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await store.WriteAsync(
            new DialogStoreBatch { Saves = [.. Enumerable.Range(0, 100).Select(static i => DialogStoreRows.Row(i))] },
            default
        );
        server.Crash();
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(async () =>
                await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(200)] }, default)
            );
            await Assert.ThrowsAnyAsync<DbException>(async () => await store.FindAsync("x"u8.ToArray(), default));
        }

        server.Start();
        await TwoServersTests.WriteUntilDoneAsync(store, DialogStoreRows.Row(200));
        int rows = 0;
        await foreach (DialogRecord _ in store.LoadAsync(default))
            rows++;
        Assert.Equal(101, rows);
        await using var second = new SqlDialogStore(database.Open());
        await Assert.ThrowsAsync<DialogStoreException>(async () => await second.OpenAsync(default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task A_server_that_stands_still_holds_a_write_no_longer_than_the_caller_waits(SqlProvider provider)
    {
        using DatabaseServer server = EachProvider.NewServer(provider);
        await using var database = new TestDatabase(provider, server);
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default);
        server.Pause();
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1)))
            await Assert.ThrowsAnyAsync<Exception>(async () =>
                await store
                    .WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(2)] }, patience.Token)
                    .AsTask()
                    .WaitAsync(TimeSpan.FromSeconds(20))
            );
        server.Resume();
        await TwoServersTests.WriteUntilDoneAsync(store, DialogStoreRows.Row(3));
        await TwoServersTests.WriteUntilDoneAsync(store, DialogStoreRows.Row(2));
        int rows = 0;
        await foreach (DialogRecord _ in store.LoadAsync(default))
            rows++;
        Assert.Equal(3, rows);
    }

    [Fact]
    public async Task A_locked_file_fails_a_write_after_the_busy_timeout_and_takes_the_next()
    {
        await using var database = new TestDatabase(SqlProvider.Sqlite);
        await using var store = new SqlDialogStore(database.Open(static o => o.BusyTimeout = TimeSpan.FromSeconds(1)));
        await store.OpenAsync(default);
        await using (SqlWork locker = await database.Open().OpenAsync(default))
        {
            await locker.ExecuteAsync("BEGIN EXCLUSIVE", default);
            await Assert.ThrowsAnyAsync<DbException>(async () =>
                await store
                    .WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default)
                    .AsTask()
                    .WaitAsync(TimeSpan.FromSeconds(15))
            );
            await locker.ExecuteAsync("ROLLBACK", default);
        }

        await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default);
    }

    [Theory]
    [MemberData(nameof(EachProvider.All), MemberType = typeof(EachProvider))]
    public async Task A_database_without_room_or_made_read_only_fails_writes_and_takes_them_when_it_is_put_right(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        await using var store = new SqlDialogStore(database.Open(), new SqlDialogStoreOptions { Migrate = true });
        await store.OpenAsync(default);
        await store.WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)] }, default);
        await using SqlWork look = await database.Open().OpenAsync(default);
        (string wrong, string right) = provider switch
        {
            // A write that the table refuses, as a full disk and a read-only file do: the statement fails, the session lives.
            SqlProvider.Sqlite => (
                "CREATE TRIGGER full BEFORE INSERT ON dialog BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
                "DROP TRIGGER full"
            ),
            SqlProvider.PostgreSql => (
                "ALTER TABLE dialog ADD CONSTRAINT full_ CHECK (dlg_id < 0) NOT VALID",
                "ALTER TABLE dialog DROP CONSTRAINT full_"
            ),
            _ => (
                "CREATE TRIGGER full_ BEFORE INSERT ON dialog FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT='The table is full'",
                "DROP TRIGGER full_"
            ),
        };
        await look.ExecuteAsync(wrong, default);
        var batch = new DialogStoreBatch { Saves = [DialogStoreRows.Row(2)], Deletes = [DialogStoreRows.Row(1).Id] };
        for (int i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<DbException>(async () => await store.WriteAsync(batch, default));
        Assert.Single(await store.FindAsync(DialogStoreRows.Row(1)[DialogColumn.CallId].ToArray(), default));
        await look.ExecuteAsync(right, default);
        await store.WriteAsync(batch, default);
        Assert.Empty(await store.FindAsync(DialogStoreRows.Row(1)[DialogColumn.CallId].ToArray(), default));
        Assert.Single(await store.FindAsync(DialogStoreRows.Row(2)[DialogColumn.CallId].ToArray(), default));
    }

    [Theory]
    [MemberData(nameof(EachProvider.Servers), MemberType = typeof(EachProvider))]
    public async Task A_wrong_password_or_database_stops_the_start_in_one_line(SqlProvider provider)
    {
        await using TestDatabase database = EachProvider.NewDatabase(provider);
        await using SqlDatabase wrong = database.Open(o =>
            o.ConnectionString = System.Text.RegularExpressions.Regex.Replace(o.ConnectionString, "Database=[a-z0-9]+", "Database=nowhere")
        );
        await using var store = new SqlDialogStore(wrong);
        DialogStoreException refused = await Assert.ThrowsAsync<DialogStoreException>(async () => await store.OpenAsync(default));
        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
