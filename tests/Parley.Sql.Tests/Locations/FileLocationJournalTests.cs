using System.Text;
using Parley.Registrar;
using Xunit;

namespace Parley.Sql.Tests.Locations;

/// <summary>The journal of contacts in a file.</summary>
public sealed class FileLocationJournalTests
{
    private readonly string _path = Path.Combine(TestFolder.ForTest("journal"), "journal");

    private static LocationRecord Row(int number) =>
        new()
        {
            ContactId = ((long)number << 14) + 1,
            Address = Encoding.ASCII.GetBytes($"user{number}@example.com"),
            Contact = Encoding.ASCII.GetBytes($"sip:user{number}@192.0.2.7:5062;ob"),
            Expires = new DateTimeOffset(2026, 11, 30, 12, 0, 0, 123, TimeSpan.Zero),
            LastModified = new DateTimeOffset(2026, 11, 30, 11, 0, 0, TimeSpan.Zero),
            Q = 333,
            CallId = $"7f3c9a1e-{number:x8}@10.0.0.1",
            CSeq = uint.MaxValue,
            Path = ["<sip:p1;lr>"u8.ToArray(), "<sip:p2;lr>"u8.ToArray()],
            Received = "sip:198.51.100.7:49152;transport=tcp",
            Socket = "tcp:192.0.2.9:5060",
            FlowUse = FlowUse.Only,
            InstanceId = $"<urn:uuid:f81d4fae-7dec-11d0-a765-{number:x12}>",
            RegId = 2,
            UserAgent = "Phone 1.2",
        };

    [Fact]
    public async Task Every_field_comes_back_in_the_order_it_went_in()
    {
        LocationRecord[] rows = [.. Enumerable.Range(0, 50).Select(static i => Row(i))];
        rows[7] = rows[7] with
        {
            Address = new byte[] { 0xff, (byte)'@', 0 },
            Contact = "sip:a\n@b"u8.ToArray(),
            UserAgent = "line\r\nbreak",
            Expires = null,
            CallId = "",
        };
        await using (var journal = new FileLocationJournal(_path))
        {
            await journal.OpenAsync(default);
            await journal.AppendAsync(new LocationStoreBatch { Saves = rows, Deletes = [long.MinValue, -1, 7] }, default);
            await journal.AppendAsync(new LocationStoreBatch { Saves = [], Deletes = [long.MaxValue] }, default);
            LocationStoreException taken = await Assert.ThrowsAsync<LocationStoreException>(async () =>
                await new FileLocationJournal(_path).OpenAsync(default)
            );
            Assert.Contains("another process has it", taken.Message, StringComparison.Ordinal);
        }

        await using (var journal = new FileLocationJournal(_path))
        {
            await journal.OpenAsync(default);
            List<LocationStoreBatch> batches = await journal.ReadAsync(default).ToListAsync();
            Assert.Equal(2, batches.Count);
            Assert.Equal(rows.Length, batches[0].Saves.Count);
            foreach ((LocationRecord expected, LocationRecord found) in rows.Zip(batches[0].Saves))
                Assert.Equal(LocationRecordJson.Write(expected), LocationRecordJson.Write(found));
            Assert.Equal([long.MinValue, -1, 7], batches[0].Deletes);
            Assert.Equal([long.MaxValue], batches[1].Deletes);
            await journal.ClearAsync(default);
            Assert.Empty(await journal.ReadAsync(default).ToListAsync());
            Assert.Equal(0, journal.Length);
        }
    }

    [Fact]
    public async Task One_that_was_cut_off_loses_the_batch_that_was_not_whole_and_no_other()
    {
        await using (var journal = new FileLocationJournal(_path))
        {
            await journal.OpenAsync(default);
            for (int i = 1; i <= 3; i++)
                await journal.AppendAsync(new LocationStoreBatch { Saves = [Row(i)], Deletes = [i] }, default);
        }

        await using (FileStream file = File.OpenWrite(_path))
            file.SetLength(file.Length - 3);
        await using var after = new FileLocationJournal(_path);
        await after.OpenAsync(default);
        Assert.Equal([1, 2], (await after.ReadAsync(default).ToListAsync()).Select(static batch => batch.Deletes[0]));
    }

    [Fact]
    public async Task One_that_is_full_says_so()
    {
        await using var journal = new FileLocationJournal(_path, 64 * 1024);
        await journal.OpenAsync(default);
        var batch = new LocationStoreBatch { Saves = [.. Enumerable.Range(0, 100).Select(static i => Row(i))], Deletes = [] };
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            for (int i = 0; i < 10; i++)
                await journal.AppendAsync(batch, default);
        });
        Assert.InRange(journal.Length, 1, 64 * 1024);
    }
}
