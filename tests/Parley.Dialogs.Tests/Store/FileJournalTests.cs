using CsCheck;
using Xunit;

namespace Parley.Dialogs.Tests;

public sealed class FileJournalTests : IDisposable
{
    private readonly TestFolder _directory = new("journal");

    private string File => Path.Combine(_directory.Path, "journal");

    [Fact]
    public async Task Entries_come_back_in_order_after_the_process_has_gone()
    {
        byte[][] entries =
        [
            [1],
            [2, 2],
            new byte[100_000],
        ];
        await using (FileJournal journal = await OpenAsync())
        {
            await journal.AppendAsync([entries[0], entries[1]], default);
            await journal.AppendAsync([entries[2]], default);
        }

        await using FileJournal again = await OpenAsync();
        Assert.Equal(0, again.TornBytes);
        Assert.Equal(entries, await ReadAsync(again));
        await again.ClearAsync(default);
        Assert.Equal(0, new FileInfo(File).Length);
        await again.AppendAsync([new byte[] { 9 }], default);
        Assert.Equal(
            [
                [9],
            ],
            await ReadAsync(again)
        );
    }

    [Fact]
    public async Task A_tail_that_was_torn_anywhere_is_cut_and_what_is_before_it_stays()
    {
        await using (FileJournal journal = await OpenAsync())
        {
            for (byte i = 1; i <= 5; i++)
                await journal.AppendAsync([new byte[] { i, i, i, i }], default);
        }

        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        const int entry = 12;
        Assert.Equal(5 * entry, whole.Length);
        for (int length = 0; length <= whole.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File, whole[..length], TestContext.Current.CancellationToken);
            await using FileJournal journal = await OpenAsync();
            Assert.Equal(length / entry, (await ReadAsync(journal)).Count);
            Assert.Equal(length % entry, journal.TornBytes);
            Assert.Equal(length / entry * entry, new FileInfo(File).Length);
        }
    }

    [Fact]
    public async Task A_bit_that_flipped_ends_the_journal_there()
    {
        await using (FileJournal journal = await OpenAsync())
            await journal.AppendAsync([new byte[40], new byte[40], new byte[40]], default);
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken);
        for (int bit = 0; bit < whole.Length * 8; bit += 7)
        {
            byte[] bad = [.. whole];
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            await System.IO.File.WriteAllBytesAsync(File, bad, TestContext.Current.CancellationToken);
            await using FileJournal journal = await OpenAsync();
            Assert.Equal(bit / 8 / 48, (await ReadAsync(journal)).Count);
        }
    }

    [Fact]
    public async Task Beyond_its_bound_it_takes_nothing_and_keeps_what_it_has()
    {
        await using var journal = new FileJournal(File, 64 * 1024);
        await journal.OpenAsync(default);
        await journal.AppendAsync([new byte[60_000]], default);
        await Assert.ThrowsAsync<IOException>(async () => await journal.AppendAsync([new byte[10_000]], default));
        await journal.AppendAsync([new byte[1_000]], default);
        Assert.Equal([60_000, 1_000], (await ReadAsync(journal)).Select(static e => e.Length));
    }

    [Fact]
    public async Task Two_processes_cannot_have_it_and_a_wrong_place_is_said_in_one_line()
    {
        await using FileJournal journal = await OpenAsync();
        DialogStoreException error = await Assert.ThrowsAsync<DialogStoreException>(async () => await OpenAsync());
        Assert.StartsWith($"The journal {File} cannot be used: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        await Assert.ThrowsAsync<DialogStoreException>(async () =>
            await new FileJournal(Path.Combine(_directory.Path, "no", "where")).OpenAsync(default)
        );
        Assert.Throws<ArgumentException>(static () => new FileJournal(" "));
        Assert.Throws<ArgumentException>(() => new FileJournal(File, 100));
        await Assert.ThrowsAsync<ArgumentException>(async () => await journal.AppendAsync([default], default));
    }

    [Fact]
    public void Rows_and_records_are_in_entries_what_they_are_outside()
    {
        Gen.Byte.Array[0, 200]
            .Array[19]
            .Sample(texts =>
            {
                var row = new DialogRecord(
                    new DialogId(7, 8),
                    new DialogRecordTexts
                    {
                        CallId = texts[0],
                        FromTag = texts[2],
                        Values = texts[13],
                        Details = texts[18],
                    }
                )
                {
                    State = DialogState.Confirmed,
                    CallerCSeq = 1,
                    CalleeCSeq = uint.MaxValue,
                    CallerPingCSeq = 3,
                    CalleePingCSeq = 4,
                    StartTime = 5,
                    Timeout = long.MaxValue,
                    UserFlags = 0x8000_0001,
                    ModuleFlags = 6,
                    Flags = 7,
                };
                Assert.True(JournalEntry.TryRead(JournalEntry.Write(row), out JournalEntry entry));
                DialogRecord read = entry.Row!;
                return read.PackedTexts.SequenceEqual(row.PackedTexts)
                    && (read.Id, read.State, read.CallerCSeq, read.CalleeCSeq, read.CallerPingCSeq, read.CalleePingCSeq)
                        == (row.Id, row.State, row.CallerCSeq, row.CalleeCSeq, row.CallerPingCSeq, row.CalleePingCSeq)
                    && (read.StartTime, read.Timeout, read.UserFlags, read.ModuleFlags, read.Flags)
                        == (row.StartTime, row.Timeout, row.UserFlags, row.ModuleFlags, row.Flags);
            });
        CallRecord record = StoreWorld.Record(3) with
        {
            Ring = DateTimeOffset.UnixEpoch.AddMilliseconds(5),
            Number = 2,
            StatusCode = 486,
            Disposition = CallDisposition.Busy,
            EndedBy = CallEndedBy.Callee,
            FromTag = "f",
            ToTag = "t",
            RequestUri = "r",
            Source = "s",
            Target = "g",
            TargetUri = "u",
            Reason = "Überlast",
            Node = "n",
            Values = [new("a", "1"), new("b", "")],
        };
        Assert.True(JournalEntry.TryRead(JournalEntry.Write(record), out JournalEntry of));
        Assert.Equal(record.Values, of.Record!.Values);
        Assert.Equal(record with { Values = of.Record.Values }, of.Record);
    }

    [Fact]
    public void Bytes_that_are_no_entry_are_refused_and_throw_nothing() =>
        Gen
            .Byte.Array[0, 300]
            .Sample(bytes =>
            {
                JournalEntry.TryRead(bytes, out _);
                if (bytes.Length > 9)
                    bytes[0] = (byte)(1 + (bytes[0] % 3));
                JournalEntry.TryRead(bytes, out _);
                byte[] right = JournalEntry.Write(StoreWorld.Record(1));
                JournalEntry.TryRead(right.AsSpan(0, Math.Min(right.Length, bytes.Length)), out _);
            });

    public void Dispose() => _directory.Dispose();

    private async Task<FileJournal> OpenAsync()
    {
        var journal = new FileJournal(File);
        await journal.OpenAsync(default);
        return journal;
    }

    private static async Task<List<byte[]>> ReadAsync(IJournal journal)
    {
        var entries = new List<byte[]>();
        await foreach (ReadOnlyMemory<byte> entry in journal.ReadAsync(default))
            entries.Add(entry.ToArray());
        return entries;
    }
}
