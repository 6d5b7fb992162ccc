using Parley.Registrar;
using static Parley.Testing.LocationStoreSteps;

namespace Parley.Testing;

/// <summary>Inserts, updates, deletes and replacements, each as a whole or not at all.</summary>
internal static class LocationStoreWriteCases
{
    private const int Many = 6_000;

    public static IReadOnlyList<LocationStoreCase> All { get; } =
    [
        With("An empty store loads nothing", (store, cancellation) => ExpectAsync(store, cancellation)),
        With("An empty batch changes nothing", EmptyBatchAsync),
        With("A row that is saved again takes the place of the first", SaveAgainAsync),
        With("A batch that comes twice leaves what it left the first time", TwiceAsync),
        With("What a record does not say of the fields of OpenSIPS stays as it is", OthersAsync),
        With("A row that outgrows its columns, and one that fits them again, is there once", OutgrowAsync),
        With("A row is deleted, and one that is not there is no error", DeleteRowAsync),
        With("A deleted id may be used again", DeleteAndSaveAsync),
        With("Thousands of rows in one batch are written, written again and deleted", ManyAsync),
        With("A batch that is given up leaves all of it or nothing", GivenUpAsync),
        With("A batch given up before it begins leaves nothing, and the store goes on", GivenUpBeforeAsync),
        With("A replacement leaves these rows and no other", ReplaceAsync),
        With("A replacement by thousands of rows leaves these", ReplaceByManyAsync),
        With("A replacement by nothing leaves nothing", ReplaceByNothingAsync),
        With("A replacement whose rows fail half-way leaves the old ones", ReplaceFailsAsync),
    ];

    private static LocationStoreCase With(string name, Func<ILocationStore, CancellationToken, Task> work) =>
        new(name, (target, cancellation) => WithStoreAsync(target, cancellation, store => work(store, cancellation)));

    private static async Task EmptyBatchAsync(ILocationStore store, CancellationToken cancellation)
    {
        await store.WriteAsync(new LocationStoreBatch(), cancellation).ConfigureAwait(false);
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        await store.WriteAsync(new LocationStoreBatch(), cancellation).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
    }

    private static async Task SaveAgainAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Full(1)).ConfigureAwait(false);
        LocationRecord later = LocationStoreRows.Row(1) with { CSeq = 2, Expires = null };
        await SaveAsync(store, cancellation, later).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, later).ConfigureAwait(false);
    }

    private static async Task TwiceAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1), LocationStoreRows.Row(2)).ConfigureAwait(false);
        var batch = new LocationStoreBatch
        {
            Saves = [LocationStoreRows.Full(2), LocationStoreRows.Row(3)],
            Deletes = [LocationStoreRows.Row(1).ContactId],
        };
        for (int i = 0; i < 2; i++)
        {
            await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
            await ExpectAsync(store, cancellation, LocationStoreRows.Full(2), LocationStoreRows.Row(3)).ConfigureAwait(false);
        }
    }

    private static async Task OthersAsync(ILocationStore store, CancellationToken cancellation)
    {
        LocationRecord full = LocationStoreRows.Full(1);
        await SaveAsync(store, cancellation, full).ConfigureAwait(false);
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1) with { Attributes = "other" }).ConfigureAwait(false);
        LocationRecord merged = LocationStoreRows.Row(1) with
        {
            Flags = full.Flags,
            BranchFlags = full.BranchFlags,
            Methods = full.Methods,
            KeyValues = full.KeyValues,
            Attributes = "other",
        };
        await ExpectAsync(store, cancellation, merged).ConfigureAwait(false);
        await store.ReplaceAsync([LocationStoreRows.Row(1)], cancellation).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, merged).ConfigureAwait(false);
    }

    private static async Task OutgrowAsync(ILocationStore store, CancellationToken cancellation)
    {
        LocationRecord small = LocationStoreRows.Row(1),
            large = small with { CallId = new string('x', 2_000) };
        foreach (LocationRecord row in (LocationRecord[])[small, large, small, large])
        {
            await SaveAsync(store, cancellation, row).ConfigureAwait(false);
            await ExpectAsync(store, cancellation, row).ConfigureAwait(false);
        }

        await DeleteAsync(store, cancellation, large).ConfigureAwait(false);
        await ExpectAsync(store, cancellation).ConfigureAwait(false);
    }

    private static async Task DeleteRowAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1), LocationStoreRows.Row(2)).ConfigureAwait(false);
        await DeleteAsync(store, cancellation, LocationStoreRows.Row(1), LocationStoreRows.Row(9)).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, LocationStoreRows.Row(2)).ConfigureAwait(false);
    }

    private static async Task DeleteAndSaveAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Full(1)).ConfigureAwait(false);
        await DeleteAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
    }

    private static async Task ManyAsync(ILocationStore store, CancellationToken cancellation)
    {
        LocationRecord[] rows =
        [
            .. Enumerable.Range(0, Many).Select(static i => i % 3 == 0 ? LocationStoreRows.Full(i) : LocationStoreRows.Row(i)),
        ];
        await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
        LocationRecord[] later =
        [
            .. rows.Select(static row => row with { CSeq = row.CSeq + 1, Expires = row.Expires!.Value.AddSeconds(60) }),
        ];
        await SaveAsync(store, cancellation, later).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, later).ConfigureAwait(false);
        await DeleteAsync(store, cancellation, later[1..]).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, later[0]).ConfigureAwait(false);
    }

    private static async Task GivenUpAsync(ILocationStore store, CancellationToken cancellation)
    {
        LocationRecord[] rows = [.. Enumerable.Range(0, Many).Select(LocationStoreRows.Row)];
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        soon.CancelAfter(TimeSpan.FromMilliseconds(5));
        bool isWritten = true;
        try
        {
            await SaveAsync(store, soon.Token, rows).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            isWritten = false;
        }

        int count = 0;
        await foreach (LocationRecord _ in store.LoadAsync(cancellation).ConfigureAwait(false))
            count++;
        if (count != rows.Length && (isWritten || count != 0))
            throw Wrong($"A batch of {rows.Length} rows that was {(isWritten ? "written" : "given up")} left {count}.");
        await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
    }

    private static async Task GivenUpBeforeAsync(ILocationStore store, CancellationToken cancellation)
    {
        try
        {
            await SaveAsync(store, new CancellationToken(canceled: true), LocationStoreRows.Row(1)).ConfigureAwait(false);
            return; // a store that is faster than that may write it
        }
        catch (OperationCanceledException)
        {
            await ExpectAsync(store, cancellation).ConfigureAwait(false);
        }

        await SaveAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
    }

    private static async Task ReplaceAsync(ILocationStore store, CancellationToken cancellation)
    {
        LocationRecord large = LocationStoreRows.Row(4) with { CallId = new string('x', 2_000) };
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1), LocationStoreRows.Row(2), large).ConfigureAwait(false);
        await store.ReplaceAsync([LocationStoreRows.Row(3), LocationStoreRows.Full(2)], cancellation).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, LocationStoreRows.Row(3), LocationStoreRows.Full(2)).ConfigureAwait(false);
    }

    private static async Task ReplaceByManyAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Row(Many + 1)).ConfigureAwait(false);
        IEnumerable<LocationRecord> rows = Enumerable.Range(0, Many).Select(LocationStoreRows.Row);
        await store.ReplaceAsync(rows, cancellation).ConfigureAwait(false);
        await ExpectAsync(store, cancellation, [.. rows]).ConfigureAwait(false);
    }

    private static async Task ReplaceByNothingAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        await store.ReplaceAsync([], cancellation).ConfigureAwait(false);
        await ExpectAsync(store, cancellation).ConfigureAwait(false);
    }

    private static async Task ReplaceFailsAsync(ILocationStore store, CancellationToken cancellation)
    {
        await SaveAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        try
        {
            await store.ReplaceAsync(Failing(), cancellation).ConfigureAwait(false);
            throw Wrong("A replacement whose rows cannot be enumerated ends without an exception.");
        }
        catch (TimeZoneNotFoundException)
        {
            await ExpectAsync(store, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        }

        static IEnumerable<LocationRecord> Failing()
        {
            for (int i = 0; i < Many; i++)
                yield return LocationStoreRows.Row(i);
            throw new TimeZoneNotFoundException(); // nothing that a store would throw by itself
        }
    }
}
