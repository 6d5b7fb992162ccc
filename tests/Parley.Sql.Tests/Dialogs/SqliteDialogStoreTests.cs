using Parley.Dialogs;
using Xunit;

namespace Parley.Sql.Tests.Dialogs;

/// <summary>What only the embedded database has: its file, and the lock beside it.</summary>
public sealed class SqliteDialogStoreTests : IDisposable
{
    private readonly TestFolder _folder = new("sqlite");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_row_comes_back_from_the_file_after_a_reopen()
    {
        var id = new DialogId(1134, 1122334455);
        await using (SqlDatabase database = Open())
        {
            await using var store = new SqlDialogStore(database);
            await store.OpenAsync(default);
            await store.WriteAsync(new DialogStoreBatch { Saves = [Row(id)] }, default);
        }

        await using SqlDatabase again = Open();
        await using var reopened = new SqlDialogStore(again);
        await reopened.OpenAsync(default);
        IReadOnlyList<DialogRecord> found = await reopened.FindAsync("a84b4c76e66710@pc33.atlanta.com"u8.ToArray(), default);
        DialogRecord row = Assert.Single(found);
        Assert.Equal(id, row.Id);
        Assert.Equal("{\"a\":1}", row.GetText(DialogColumn.Details));
        Assert.Equal("name#a\0b|"u8, row[DialogColumn.Values]);
        Assert.Equal(3_000_000_000, row.Timeout);
        Assert.Equal(DialogState.Confirmed, row.State);
    }

    [Fact]
    public async Task A_second_store_on_the_file_is_refused_in_one_line_that_names_the_process()
    {
        await using SqlDatabase database = Open();
        await using var store = new SqlDialogStore(database);
        await store.OpenAsync(default);
        await using SqlDatabase other = Open();
        await using var second = new SqlDialogStore(other);
        DialogStoreException refused = await Assert.ThrowsAsync<DialogStoreException>(async () => await second.OpenAsync(default));
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another process", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        await store.DisposeAsync();
        await second.OpenAsync(default);
    }

    private SqlDatabase Open() =>
        new(
            new SqlDatabaseOptions
            {
                ConnectionString = $"Data Source={Path.Combine(_folder.Path, "parley.db")}",
                OwnershipWait = TimeSpan.FromMilliseconds(200),
                Node = "a",
            },
            TimeProvider.System
        );

    private static DialogRecord Row(DialogId id) =>
        new(
            id,
            new DialogRecordTexts
            {
                CallId = "a84b4c76e66710@pc33.atlanta.com"u8,
                FromUri = "sip:a@b"u8,
                ToUri = "sip:c@d"u8,
                FromTag = "1"u8,
                ToTag = "2"u8,
                Values = "name#a\0b|"u8,
                Details = "{\"a\":1}"u8,
            }
        )
        {
            State = DialogState.Confirmed,
            Timeout = 3_000_000_000,
        };
}
