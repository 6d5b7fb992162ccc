using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>The store away with a journal: nothing waits in memory, and a crash loses nothing.</summary>
public sealed class LocationJournalTests
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task What_the_store_does_not_take_waits_in_the_journal_and_not_in_memory()
    {
        var journal = new ScriptedJournal();
        using var one = new StoredRegistrar(options: Options(journal));
        Register(one, "alice", 1);
        await one.Persistence.FlushAsync();
        Assert.Equal(0, journal.Count);

        one.Store.Failure = new IOException("away");
        for (int i = 0; i < 500; i++)
        {
            // Each comes and goes: without a journal so many ids would wait.
            Register(one, $"u{i}", 1);
            await one.Persistence.FlushAsync();
            Register(one, $"u{i}", 2, expires: 0);
            await one.Persistence.FlushAsync();
        }

        Register(one, "alice", 2, expires: 0);
        Register(one, "bob", 1);
        await one.Persistence.FlushAsync();
        LocationStoreStatistics away = one.Persistence.Statistics;
        Assert.Equal((0, false, 1_001L), (away.QueueDepth, away.IsAvailable, away.JournalBatches));
        Assert.True(away.JournalBytes > 0);

        one.Store.Failure = null;
        one.Registrar.Clock.RunFor(Retry);
        while (await one.Persistence.FlushAsync()) { }

        Assert.Equal("sip:bob@192.0.2.10", Text(Assert.Single(one.Rows)));
        Assert.Equal((0, 0L, true), (journal.Count, one.Persistence.Statistics.JournalBatches, one.Persistence.Statistics.IsAvailable));
    }

    [Fact]
    public async Task A_crash_while_the_store_is_away_loses_nothing()
    {
        var journal = new ScriptedJournal();
        var store = new ScriptedStore();
        using (var one = new StoredRegistrar(store, Options(journal)))
        {
            Register(one, "alice", 1);
            Register(one, "bob", 1);
            await one.Persistence.FlushAsync();
            store.Failure = new IOException("away");
            Register(one, "alice", 2, expires: 0);
            Register(one, "carol", 1);
            await one.Persistence.FlushAsync();
        }

        store.Failure = null;
        using var next = new StoredRegistrar(store, Options(journal), TimeSpan.FromSeconds(1));
        await next.Persistence.StartAsync();
        Assert.Equal(["sip:bob@192.0.2.10", "sip:carol@192.0.2.10"], next.Rows.Select(Text).Order());
        Assert.Equal(2, next.Registrar.Table.BindingCount);
        Assert.Equal(0, journal.Count);
        await next.Persistence.StopAsync();
    }

    [Fact]
    public async Task With_a_journal_that_fails_too_changes_wait_in_memory_and_come_after_the_older()
    {
        var journal = new ScriptedJournal();
        using var one = new StoredRegistrar(options: Options(journal));
        one.Store.Failure = new IOException("away");
        Register(one, "alice", 1);
        await one.Persistence.FlushAsync();
        journal.IsFull = true;
        Register(one, "alice", 2);
        Register(one, "bob", 1);
        await Assert.ThrowsAsync<IOException>(async () => await one.Persistence.FlushAsync());
        Assert.Equal((2, 1L), (one.Persistence.Statistics.QueueDepth, one.Persistence.Statistics.JournalFailures));
        one.Store.Failure = null;
        one.Registrar.Clock.RunFor(Retry);
        while (await one.Persistence.FlushAsync()) { }

        Assert.Equal([2u, 1u], one.Rows.OrderBy(Text).Select(static row => row.CSeq));
        Assert.Equal((0, 0), (one.Persistence.Statistics.QueueDepth, journal.Count));
    }

    [Fact]
    public async Task A_store_that_is_away_at_the_start_stops_nothing_and_its_contacts_come_when_it_returns()
    {
        var journal = new ScriptedJournal();
        var store = new ScriptedStore();
        using (var before = new StoredRegistrar(store))
        {
            Register(before, "alice", 1);
            Register(before, "bob", 1);
            await before.Persistence.FlushAsync();
        }

        store.Failure = new IOException("away");
        using var one = new StoredRegistrar(store, Options(journal), TimeSpan.FromSeconds(1));
        await one.Persistence.StartAsync();
        Assert.False(one.Persistence.Statistics.IsLoaded);
        Assert.Equal(0, one.Registrar.Table.BindingCount);
        Register(one, "bob", 7);
        Register(one, "carol", 1);
        for (int i = 0; i < 200 && journal.Count == 0; i++)
        {
            one.Registrar.Clock.RunFor(TimeSpan.FromMilliseconds(10));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, journal.Count);
        store.Failure = null;
        for (int i = 0; i < 200 && !one.Persistence.Statistics.IsLoaded; i++)
        {
            one.Registrar.Clock.RunFor(Retry);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, one.Registrar.Table.BindingCount);
        await one.Persistence.StopAsync();
        Assert.Equal(
            [("alice", 1u), ("bob", 7u), ("carol", 1u)],
            store.Memory.Rows.Select(static row => (Text(row)[4..^11], row.CSeq)).Order()
        );
    }

    [Fact]
    public async Task In_shutdown_mode_what_the_store_does_not_take_at_the_stop_is_in_the_journal()
    {
        var journal = new ScriptedJournal();
        LocationStoreOptions options = Options(journal);
        options.Mode = LocationStoreMode.Shutdown;
        var store = new ScriptedStore();
        using (var one = new StoredRegistrar(store, options))
        {
            await one.Persistence.StartAsync();
            Register(one, "alice", 1);
            store.Failure = new IOException("away");
            await one.Persistence.StopAsync();
            Assert.Equal(1, journal.Count);
        }

        store.Failure = null;
        using var next = new StoredRegistrar(store, options, TimeSpan.FromSeconds(1));
        await next.Persistence.StartAsync();
        Assert.Equal(1, next.Registrar.Table.BindingCount);
        Assert.Empty(next.Rows);
        await next.Persistence.StopAsync();
    }

    /// <summary>Random changes, outages of store and journal and crashes: what a flush did not refuse is there after each.</summary>
    [Fact]
    public async Task Nothing_that_was_durable_is_lost_whatever_fails()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var journal = new ScriptedJournal();
            LocationStoreOptions options = Options(journal);
            options.CommitRows = 3;
            var current = new StoredRegistrar(options: options);
            uint cseq = 0;
            try
            {
                for (int step = 0; step < 80; step++)
                {
                    switch (random.Next(10))
                    {
                        case < 5:
                            Register(current, $"u{random.Next(5)}", ++cseq, expires: random.Next(3) == 0 ? 0 : 3_600);
                            break;
                        case 5:
                            current.Store.Failure = random.Next(2) == 0 ? null : new IOException("away");
                            current.Store.LosesAnswers = random.Next(2) == 0;
                            journal.IsFull = random.Next(4) == 0;
                            break;
                        case 6:
                            current.Registrar.Clock.RunFor(Retry);
                            break;
                        default:
                            try
                            {
                                await current.Persistence.FlushAsync();
                            }
                            catch (IOException)
                            {
                                break; // it is not durable, and the caller knows
                            }

                            if (random.Next(2) == 0)
                                break;
                            current.Store.Failure = null;
                            List<(string, uint)> expected = Contacts(current);
                            var next = new StoredRegistrar(current.Store, options, current.Registrar.Clock.Elapsed);
                            current.Dispose(); // a crash: nothing is flushed
                            current = next;
                            await next.Persistence.StartAsync();
                            await next.Persistence.StopAsync();
                            Assert.Equal(expected, Contacts(next));
                            next = new StoredRegistrar(current.Store, options, current.Registrar.Clock.Elapsed);
                            current.Dispose();
                            current = next;
                            await next.Persistence.LoadAsync(TestContext.Current.CancellationToken);
                            break;
                    }
                }
            }
            finally
            {
                current.Dispose();
            }
        }
    }

    private static LocationStoreOptions Options(ILocationJournal journal) => new() { Journal = journal, Retry = Retry };

    private static void Register(StoredRegistrar one, string user, uint cseq, int expires = 3_600) =>
        Assert.Equal(
            200,
            one.Registrar.Register(
                $"Contact: <sip:{user}@192.0.2.10>;expires={expires}\r\n",
                to: $"sip:{user}@example.com",
                cseq: cseq
            ).Status
        );

    private static string Text(LocationRecord row) => System.Text.Encoding.UTF8.GetString(row.Contact.Span);

    private static List<(string, uint)> Contacts(StoredRegistrar one) =>
        [.. one.Registrar.Table.Everything().Select(static e => (e.Binding.Contact.ToString(), e.Binding.CSeq)).Order()];
}
