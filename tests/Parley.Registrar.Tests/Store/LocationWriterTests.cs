using Xunit;

namespace Parley.Registrar.Tests;

/// <summary>What is written, and when.</summary>
public sealed class LocationWriterTests
{
    private static readonly AddressOfRecord Alice = AddressOfRecord.Parse("alice@example.com");

    [Fact]
    public async Task Many_changes_of_a_contact_are_one_row()
    {
        using var one = new StoredRegistrar();
        for (int i = 0; i < 50; i++)
            one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        Assert.Equal(1, one.Persistence.Statistics.QueueDepth);
        Assert.True(await one.Persistence.FlushAsync());
        Assert.Equal(50u, Assert.Single(one.Rows).CSeq);
        Assert.Equal(
            (1L, 1L, 0L),
            (one.Persistence.Statistics.Saved, one.Persistence.Statistics.Batches, one.Persistence.Statistics.Deleted)
        );
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>;expires=0\r\n");
        await one.Persistence.FlushAsync();
        Assert.Empty(one.Rows);
    }

    [Fact]
    public async Task What_came_and_went_between_two_writes_is_no_row_and_takes_no_place()
    {
        using var one = new StoredRegistrar();
        for (int i = 0; i < 1_000; i++)
        {
            one.Registrar.Register($"Contact: <sip:a@192.0.2.10:{1024 + i}>\r\n");
            one.Registrar.Register("Contact: *\r\nExpires: 0\r\n");
        }
        Assert.Equal(0, one.Persistence.Statistics.QueueDepth);
        Assert.False(await one.Persistence.FlushAsync());
        Assert.Empty(one.Store.Batches);
    }

    [Fact]
    public async Task Rows_go_in_batches_of_bounded_size()
    {
        using var one = new StoredRegistrar(options: new LocationStoreOptions { CommitRows = 10 });
        for (int i = 0; i < 25; i++)
            one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n", to: $"sip:u{i}@example.com");
        await one.Persistence.FlushAsync();
        Assert.Equal([10, 10, 5], one.Store.Batches.Select(static b => b.Saves.Count));
        Assert.Equal(25, one.Rows.Count);
    }

    [Fact]
    public async Task An_outage_slows_no_REGISTER_and_all_is_written_when_the_store_returns()
    {
        using var one = new StoredRegistrar();
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        one.Registrar.Register("Contact: <sip:b@192.0.2.11>\r\n", to: "sip:bob@example.com");
        await one.Persistence.FlushAsync();

        one.Store.Failure = new IOException("away");
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 50; i++)
                Assert.Equal(200, one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n", to: $"sip:u{i}@example.com").Status);
            Assert.Equal(
                200,
                one.Registrar.Register($"Contact: <sip:x@192.0.2.10:{5000 + round}>;expires=60\r\n", to: "sip:roamer@example.com").Status
            );
            one.Registrar.Register("Contact: *\r\nExpires: 0\r\n", to: "sip:bob@example.com");
            await Assert.ThrowsAsync<IOException>(async () => await one.Persistence.FlushAsync());
            one.Registrar.Clock.RunFor(TimeSpan.FromSeconds(61));
        }
        LocationStoreStatistics away = one.Persistence.Statistics;
        Assert.False(away.IsAvailable);
        Assert.InRange(away.QueueDepth, 51, 51 + 20);
        Assert.True(away.QueueAge >= TimeSpan.FromSeconds(20 * 60));
        Assert.Equal(20, away.Failures);

        one.Store.Failure = null;
        await one.Persistence.FlushAsync();
        AssertSame(one);
        LocationStoreStatistics back = one.Persistence.Statistics;
        Assert.Equal((0, TimeSpan.Zero, true), (back.QueueDepth, back.QueueAge, back.IsAvailable));
        Assert.Equal(51, one.Rows.Count); // 50 users and alice; bob and the roamer are gone
    }

    [Fact]
    public async Task A_handler_of_Changed_that_throws_keeps_nothing_from_the_store()
    {
        var fixture = new RegistrarFixture();
        fixture.Table.Changed += static (_, _) => throw new InvalidOperationException();
        var store = new MemoryLocationStore();
        using var persistence = new LocationPersistence(fixture.Table, store, fixture.Transport.Listeners, null, fixture.Clock);
        fixture.Register("Contact: <sip:a@192.0.2.10>\r\n");
        await persistence.FlushAsync();
        Assert.Single(store.Rows);
        fixture.Dispose();
    }

    [Fact]
    public async Task The_order_in_which_changes_are_told_does_not_matter()
    {
        using var one = new StoredRegistrar();
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        long id = one.Registrar.Table.BindingsOf(Alice)[0].ContactId;
        await one.Persistence.FlushAsync();
        var queue = new LocationQueue(one.Registrar.Clock);
        // It is bound; its removal, of before, is told late.
        queue.Mark(Alice, id, LocationChangeKind.Refreshed);
        queue.Mark(Alice, id, LocationChangeKind.Removed);
        Assert.Equal(id, Assert.Single(queue.Take()).Key);
        queue.GiveBack();
        queue.Mark(Alice, id, LocationChangeKind.Removed);
        Assert.False(Assert.Single(queue.Take()).Value.IsNew);
    }

    [Fact]
    public async Task Realtime_writes_by_itself_and_tries_again()
    {
        var store = new ScriptedStore { Failure = new IOException("away") };
        using var fixture = new RegistrarFixture();
        using var persistence = new LocationPersistence(
            fixture.Table,
            store,
            fixture.Transport.Listeners,
            new LocationStoreOptions { Retry = TimeSpan.FromMilliseconds(20) },
            TimeProvider.System
        );
        await persistence.StartAsync();
        fixture.Register("Contact: <sip:a@192.0.2.10>\r\n");
        await UntilAsync(() => persistence.Statistics.Failures >= 3);
        store.Failure = null;
        await UntilAsync(() => store.Memory.Rows.Count == 1);
        fixture.Register("Contact: *\r\nExpires: 0\r\n");
        await UntilAsync(() => store.Memory.Rows.Count == 0);
        await persistence.StopAsync();
    }

    [Fact]
    public async Task A_write_that_stalls_is_given_up_and_tried_again()
    {
        var store = new ScriptedStore { Gate = new TaskCompletionSource() };
        using var fixture = new RegistrarFixture();
        using var persistence = new LocationPersistence(
            fixture.Table,
            store,
            fixture.Transport.Listeners,
            new LocationStoreOptions { Retry = TimeSpan.FromMilliseconds(20), StoreTimeout = TimeSpan.FromMilliseconds(50) },
            TimeProvider.System
        );
        await persistence.StartAsync();
        fixture.Register("Contact: <sip:a@192.0.2.10>\r\n");
        await UntilAsync(() => persistence.Statistics.Failures >= 2);
        store.Gate = null;
        await UntilAsync(() => store.Memory.Rows.Count == 1);
        await persistence.StopAsync();
    }

    [Fact]
    public async Task Delayed_writes_once_a_period_and_the_rest_at_the_stop()
    {
        using var one = new StoredRegistrar(
            options: new LocationStoreOptions { Mode = LocationStoreMode.Delayed, Period = TimeSpan.FromSeconds(30) }
        );
        await one.Persistence.StartAsync();
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        one.Registrar.Clock.RunFor(TimeSpan.FromSeconds(29));
        Assert.Empty(one.Rows);
        one.Registrar.Clock.RunFor(TimeSpan.FromSeconds(1));
        await UntilAsync(() => one.Rows.Count == 1);
        one.Registrar.Register("Contact: <sip:b@192.0.2.11>\r\n");
        await one.Persistence.StopAsync();
        Assert.Equal(2, one.Rows.Count);
    }

    [Fact]
    public async Task Shutdown_writes_all_at_the_stop_and_twice_in_a_row()
    {
        var options = new LocationStoreOptions { Mode = LocationStoreMode.Shutdown };
        using var first = new StoredRegistrar(options: options);
        await first.Persistence.StartAsync();
        first.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        first.Registrar.Register("Contact: <sip:b@192.0.2.11>\r\n", to: "sip:bob@example.com");
        await first.Persistence.FlushAsync();
        Assert.Empty(first.Rows);
        await first.Persistence.StopAsync();
        Assert.Equal(2, first.Rows.Count);

        using (var killed = new StoredRegistrar(first.Store, options, TimeSpan.FromSeconds(1)))
        {
            await killed.Persistence.StartAsync();
            Assert.Empty(killed.Rows); // a crash from here on brings no contact back that has gone since
            await killed.Persistence.StopAsync();
        }

        for (int restart = 1; restart <= 2; restart++)
        {
            using var next = new StoredRegistrar(first.Store, options, TimeSpan.FromSeconds(restart));
            await next.Persistence.StartAsync();
            Assert.Equal(2, next.Registrar.Table.BindingCount);
            await next.Persistence.StopAsync();
            Assert.Equal((2, (2 * restart) + 4), (next.Rows.Count, next.Store.Replaced)); // emptied and written
        }

        using var last = new StoredRegistrar(first.Store, options, TimeSpan.FromSeconds(3));
        await last.Persistence.StartAsync();
        Assert.Equal(200, last.Registrar.Register("Contact: *\r\nExpires: 0\r\n", to: "sip:bob@example.com", cseq: 9).Status);
        await last.Persistence.StopAsync();
        Assert.Single(last.Rows);
    }

    [Fact]
    public async Task None_neither_loads_nor_writes()
    {
        var store = new ScriptedStore();
        using var before = new StoredRegistrar(store);
        before.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        await before.Persistence.FlushAsync();
        using var none = new StoredRegistrar(store, new LocationStoreOptions { Mode = LocationStoreMode.None });
        await none.Persistence.StartAsync();
        Assert.Equal(0, none.Registrar.Table.BindingCount);
        none.Registrar.Register("Contact: <sip:b@192.0.2.11>\r\n");
        await none.Persistence.StopAsync();
        Assert.Single(none.Rows);
    }

    [Fact]
    public async Task The_store_can_be_made_equal_to_memory_while_phones_register()
    {
        using var one = new StoredRegistrar();
        await one.Store.Memory.WriteAsync(
            new LocationStoreBatch
            {
                Saves =
                [
                    new LocationRecord
                    {
                        ContactId = 1,
                        Address = "ghost@example.com"u8.ToArray(),
                        Contact = "sip:g@192.0.2.1"u8.ToArray(),
                    },
                ],
            },
            CancellationToken.None
        );
        one.Registrar.Register("Contact: <sip:a@192.0.2.10>\r\n");
        one.Store.Failure = new IOException("away");
        await Assert.ThrowsAsync<IOException>(async () => await one.Persistence.SaveAllAsync());
        Assert.Equal(1, one.Persistence.Statistics.QueueDepth); // not forgotten
        one.Store.Failure = null;
        await one.Persistence.SaveAllAsync();
        AssertSame(one);
        Assert.False(await one.Persistence.FlushAsync());
    }

    [Theory]
    [InlineData(nameof(LocationStoreOptions.Mode))]
    [InlineData(nameof(LocationStoreOptions.Durability))]
    [InlineData(nameof(LocationStoreOptions.WhenUnavailable))]
    [InlineData(nameof(LocationStoreOptions.Period))]
    [InlineData(nameof(LocationStoreOptions.CommitInterval))]
    [InlineData(nameof(LocationStoreOptions.CommitRows))]
    [InlineData(nameof(LocationStoreOptions.Retry))]
    [InlineData(nameof(LocationStoreOptions.StoreTimeout))]
    [InlineData(nameof(LocationStoreOptions.MaxHold))]
    [InlineData(nameof(LocationStoreOptions.RetryAfter))]
    [InlineData(nameof(LocationStoreOptions.DefaultDomain))]
    public void An_option_out_of_its_range_is_named(string option)
    {
        var options = new LocationStoreOptions();
        Action wrong = option switch
        {
            nameof(LocationStoreOptions.Mode) => () => options.Mode = (LocationStoreMode)9,
            nameof(LocationStoreOptions.Durability) => () => options.Durability = (LocationDurability)9,
            nameof(LocationStoreOptions.WhenUnavailable) => () => options.WhenUnavailable = (LocationStoreFailurePolicy)9,
            nameof(LocationStoreOptions.Period) => () => options.Period = TimeSpan.Zero,
            nameof(LocationStoreOptions.CommitInterval) => () => options.CommitInterval = TimeSpan.FromSeconds(2),
            nameof(LocationStoreOptions.CommitRows) => () => options.CommitRows = 0,
            nameof(LocationStoreOptions.Retry) => () => options.Retry = TimeSpan.Zero,
            nameof(LocationStoreOptions.StoreTimeout) => () => options.StoreTimeout = TimeSpan.Zero,
            nameof(LocationStoreOptions.MaxHold) => () => options.MaxHold = TimeSpan.FromSeconds(32),
            nameof(LocationStoreOptions.RetryAfter) => () => options.RetryAfter = TimeSpan.FromMilliseconds(500),
            _ => () => options.DefaultDomain = "",
        };
        wrong();
        Assert.Contains(
            option,
            Assert.Throws<ArgumentException>(() => new StoredRegistrar(options: options)).Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>Random changes, failures whose effect is unknown, and restarts; after each write the store is what the table is.</summary>
    [Fact]
    public async Task The_store_equals_the_table_after_every_write_whatever_came_before()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var current = new StoredRegistrar(options: new LocationStoreOptions { CommitRows = 3 });
            try
            {
                for (int step = 0; step < 60; step++)
                {
                    string user = $"sip:u{random.Next(5)}@example.com";
                    string contact = $"<sip:c{random.Next(4)}@192.0.2.10>";
                    switch (random.Next(10))
                    {
                        case < 5:
                            current.Registrar.Register(
                                $"Contact: {contact};expires={random.Next(60, 400)}\r\n",
                                to: user,
                                callId: $"s{seed}-{step}"
                            );
                            break;
                        case 5:
                            current.Registrar.Register($"Contact: {contact};expires=0\r\n", to: user, callId: $"s{seed}-{step}");
                            break;
                        case 6:
                            current.Registrar.Clock.RunFor(TimeSpan.FromSeconds(random.Next(1, 120)));
                            break;
                        case 7:
                            current.Store.Failure = new IOException("away");
                            current.Store.LosesAnswers = random.Next(2) == 0;
                            try
                            {
                                await current.Persistence.FlushAsync();
                            }
                            catch (IOException) { }
                            current.Store.Failure = null;
                            break;
                        case 8:
                            await current.Persistence.FlushAsync();
                            AssertSame(current);
                            break;
                        default:
                            await current.Persistence.FlushAsync();
                            StoredRegistrar next = await current.RestartAsync(TimeSpan.FromSeconds(random.Next(200)));
                            current.Dispose();
                            current = next;
                            break;
                    }
                }
                await current.Persistence.FlushAsync();
                AssertSame(current);
            }
            finally
            {
                current.Dispose();
            }
        }
    }

    private static void AssertSame(StoredRegistrar one)
    {
        LocationTable table = one.Registrar.Table;
        DateTimeOffset now = one.Registrar.Clock.GetUtcNow();
        Assert.Equal(
            table
                .Everything()
                .Select(e =>
                    (
                        e.Binding.ContactId,
                        $"{e.Address} {e.Binding.Contact} {e.Binding.CallId} {e.Binding.CSeq}",
                        now + table.RemainingOf(e.Binding)
                    )
                )
                .OrderBy(static e => e.ContactId),
            one.Rows.Select(row =>
                (
                    row.ContactId,
                    $"{System.Text.Encoding.UTF8.GetString(row.Address.Span)} {System.Text.Encoding.UTF8.GetString(row.Contact.Span)} {row.CallId} {row.CSeq}",
                    row.Expires!.Value
                )
            )
        );
    }

    internal static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 1_000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}
