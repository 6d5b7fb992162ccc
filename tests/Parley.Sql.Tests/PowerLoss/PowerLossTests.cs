using System.Data.Common;
using System.Text;
using Parley.Dialogs;
using Parley.Registrar;
using Xunit;

namespace Parley.Sql.Tests.PowerLoss;

/// <summary>Nothing that a store on a file has acknowledged is gone when the power is cut: dialogs, call records, contacts, and the journal.</summary>
public class PowerLossTests
{
    private const string Writer = "Parley.Sql.Tests.PowerLoss.PowerLossWriter.Writes_until_it_is_killed";
    private const int Cuts = 50;

    [Fact]
    public async Task Nothing_acknowledged_is_gone_at_fifty_cuts()
    {
        if (PowerLossDisk.Missing is { } missing)
            Assert.Skip(missing);
        var random = new Random(14);
        using var disk = new PowerLossDisk(Writer, isDurable: true);
        await disk.UntilAsync("opened", 0);
        for (int cut = 0, dialog = -1; cut < Cuts; cut++)
        {
            await disk.UntilAsync("dialog", dialog + 1);
            await Task.Delay(random.Next(2, 60));
            (IReadOnlyDictionary<string, int> acknowledged, string folder) = disk.Cut(cut % 2 == 0 ? null : random);
            string? lost = await LostAsync(acknowledged, folder);
            Assert.True(lost is null, $"Cut {cut} of {string.Join(", ", acknowledged)}: {lost}");
            dialog = Number(acknowledged, "dialog");
            disk.GoOn(folder);
        }
    }

    /// <summary>The same disk takes what was promised to no one: else the test above would show nothing.</summary>
    [Fact]
    public async Task Without_durability_the_last_commits_are_gone_and_the_rest_is_whole()
    {
        if (PowerLossDisk.Missing is { } missing)
            Assert.Skip(missing);
        using var disk = new PowerLossDisk(Writer, isDurable: false);
        int lost = 0;
        // More than one: right after a checkpoint nothing is lost.
        for (int cut = 1; cut <= 8; cut++)
        {
            await disk.UntilAsync("dialog", 40 * cut);
            (IReadOnlyDictionary<string, int> acknowledged, string folder) = disk.Cut(null);
            Kept kept = await KeptAsync(folder, isDurable: false);
            int last = kept.Dialogs.DefaultIfEmpty(-1).Max();
            Assert.Null(LostOf("dialog", last, kept.Dialogs, kept.Records));
            Assert.Null(LostOf("location", kept.Contacts.DefaultIfEmpty(-1).Max(), kept.Contacts, null));
            // The journal does not depend on the database.
            Assert.Null(await LostOfJournalAsync(Number(acknowledged, "journal"), Path.Combine(folder, "journal")));
            lost += Math.Max(0, Number(acknowledged, "dialog") - last);
            disk.GoOn(folder);
        }

        Assert.True(lost > 0, "Nothing was lost at eight cuts.");
    }

    /// <summary>What is not as it was acknowledged; null when all is.</summary>
    private static async Task<string?> LostAsync(IReadOnlyDictionary<string, int> acknowledged, string folder)
    {
        Kept kept = await KeptAsync(folder, isDurable: true);
        return LostOf("dialog", Number(acknowledged, "dialog"), kept.Dialogs, kept.Records)
            ?? LostOf("location", Number(acknowledged, "location"), kept.Contacts, null)
            ?? await LostOfJournalAsync(Number(acknowledged, "journal"), Path.Combine(folder, "journal"));
    }

    /// <summary>What a start finds after the cut.</summary>
    private static async Task<Kept> KeptAsync(string folder, bool isDurable)
    {
        await using SqlDatabase database = PowerLossWriter.Open(folder, isDurable);
        var dialogs = new HashSet<int>();
        await using (SqlDialogStore store = PowerLossWriter.Dialogs(database))
        {
            await store.OpenAsync(default);
            await foreach (DialogRecord row in store.LoadAsync(default))
                dialogs.Add((int)row.Id.Id);
        }

        var contacts = new HashSet<int>();
        await using (var store = new SqlLocationStore(database))
        {
            await store.OpenAsync(default);
            await foreach (LocationRecord row in store.LoadAsync(default))
                contacts.Add((int)row.ContactId - 1);
        }

        return new Kept(dialogs, await RecordsAsync(database), contacts);
    }

    /// <summary>Batch n brings row n and takes row n - lifetime, with its call record: each acknowledged batch is there, and the one under way whole or not at all.</summary>
    private static string? LostOf(string what, int last, HashSet<int> rows, HashSet<int>? records)
    {
        int next = last + 1;
        bool isNextThere = rows.Contains(next);
        for (int number = 0; number <= next; number++)
        {
            bool isGone = number <= (isNextThere ? next : last) - PowerLossWriter.Lifetime;
            bool isThere = number <= last || isNextThere;
            if (rows.Contains(number) != (isThere && !isGone))
                return $"{what} {number} is {(rows.Contains(number) ? "there" : "not there")}";
            if (records is not null && records.Contains(number) != isGone)
                return $"{what} {number} has {(isGone ? "no call record" : "a call record")}";
        }

        return rows.All(number => number <= next) ? null : $"{what} has rows that were not written yet";
    }

    private static async Task<string?> LostOfJournalAsync(int last, string path)
    {
        await using var journal = new FileJournal(path);
        await journal.OpenAsync(default);
        int number = 0;
        await foreach (ReadOnlyMemory<byte> entry in journal.ReadAsync(default))
        {
            if (!entry.Span.SequenceEqual(PowerLossWriter.Entry(number).Span))
                return $"journal entry {number} is {Encoding.ASCII.GetString(entry.Span)}";
            number++;
        }

        return number > last ? null : $"journal ends before {number}";
    }

    private static async Task<HashSet<int>> RecordsAsync(SqlDatabase database)
    {
        await using SqlWork session = await database.OpenAsync(default);
        await using DbCommand command = session.Command("SELECT call_id FROM cdr");
        await using DbDataReader reader = await command.ExecuteReaderAsync();
        var records = new HashSet<int>();
        while (await reader.ReadAsync())
            Assert.True(
                records.Add(int.Parse(reader.GetString(0).AsSpan(5), System.Globalization.CultureInfo.InvariantCulture)),
                "A call record is there twice."
            );
        return records;
    }

    private static int Number(IReadOnlyDictionary<string, int> acknowledged, string what) => acknowledged.GetValueOrDefault(what, -1);

    /// <summary>The numbers of the rows that are there.</summary>
    private sealed record Kept(HashSet<int> Dialogs, HashSet<int> Records, HashSet<int> Contacts);
}
