using System.Globalization;
using Parley.Dialogs;
using static Parley.Testing.DialogStoreSteps;

namespace Parley.Testing;

/// <summary>Inserts, updates, deletes, and that they are done as a whole or not at all.</summary>
internal static class DialogStoreWriteCases
{
    private const int Many = 5_000;

    public static IReadOnlyList<DialogStoreCase> All { get; } =
    [
        new("An empty store loads nothing and finds nothing", EmptyAsync),
        new("An empty batch changes nothing", EmptyBatchAsync),
        new("A row that is saved again takes the place of the first", SaveAgainAsync),
        new("A batch that comes twice leaves what it left the first time", TwiceAsync),
        new("An update changes the numbers of a row", UpdateAsync),
        new("An update of a row that is not there inserts it whole", UpdateMissingAsync),
        new("A row that outgrows its columns, and one that fits them again, is there once", OutgrowAsync),
        new("A row is deleted, and one that is not there is no error", DeleteAsync),
        new("A row that did not fit its columns is deleted", DeleteLongAsync),
        new("A deleted id may be used again", DeleteAndSaveAsync),
        new("Thousands of rows in one batch are written, updated and deleted", ManyAsync),
        new("A batch that is given up leaves all of it or nothing", GivenUpAsync),
        new("A batch given up before it begins leaves nothing, and the store goes on", GivenUpBeforeAsync),
        new("A replacement leaves these rows and no other", ReplaceAsync),
        new("A replacement by nothing leaves nothing", ReplaceByNothingAsync),
        new("A replacement that is given up leaves the old rows or the new", ReplaceGivenUpAsync),
    ];

    private static Task EmptyAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await ExpectAsync(store, cancellation).ConfigureAwait(false);
                ExpectRows(await store.FindAsync("nobody"u8.ToArray(), cancellation).ConfigureAwait(false), [], "found");
            }
        );

    private static Task EmptyBatchAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await store.WriteAsync(new DialogStoreBatch(), cancellation).ConfigureAwait(false);
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1)).ConfigureAwait(false);
                await store.WriteAsync(new DialogStoreBatch(), cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, DialogStoreRows.Row(1)).ConfigureAwait(false);
            }
        );

    private static Task SaveAgainAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                // All that was there and is empty now is gone.
                var bare = new DialogRecord(
                    DialogStoreRows.Row(1).Id,
                    new DialogRecordTexts { CallId = DialogStoreRows.Row(1)[DialogColumn.CallId] }
                );
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1), DialogStoreRows.Row(2)).ConfigureAwait(false);
                await SaveAsync(store, cancellation, bare, DialogStoreRows.Row(2, 3)).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, bare, DialogStoreRows.Row(2, 3)).ConfigureAwait(false);
            }
        );

    private static Task TwiceAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1), DialogStoreRows.Row(2), DialogStoreRows.Row(3))
                    .ConfigureAwait(false);
                var batch = new DialogStoreBatch
                {
                    Saves = [DialogStoreRows.Row(4)],
                    Updates = [NumbersOf(DialogStoreRows.Row(2), 5)],
                    Deletes = [DialogStoreRows.Row(3).Id],
                };
                for (int i = 0; i < 2; i++)
                {
                    await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                    await ExpectAsync(
                            store,
                            cancellation,
                            DialogStoreRows.Row(1),
                            NumbersOf(DialogStoreRows.Row(2), 5),
                            DialogStoreRows.Row(4)
                        )
                        .ConfigureAwait(false);
                }
            }
        );

    private static Task UpdateAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1), DialogStoreRows.Row(2)).ConfigureAwait(false);
                DialogRecord updated = NumbersOf(DialogStoreRows.Row(1), uint.MaxValue);
                await store.WriteAsync(new DialogStoreBatch { Updates = [updated] }, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, updated, DialogStoreRows.Row(2)).ConfigureAwait(false);
                // Nothing changes: the row is there all the same.
                await store.WriteAsync(new DialogStoreBatch { Updates = [updated] }, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, updated, DialogStoreRows.Row(2)).ConfigureAwait(false);
            }
        );

    private static Task UpdateMissingAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(store, cancellation, DialogStoreRows.Row(2)).ConfigureAwait(false);
                DialogRecord[] updates = [DialogStoreRows.Row(1, 4), NumbersOf(DialogStoreRows.Row(2), 4), DialogStoreRows.Row(3, 4)];
                await store.WriteAsync(new DialogStoreBatch { Updates = updates }, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, updates).ConfigureAwait(false);
            }
        );

    private static Task OutgrowAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord small = DialogStoreRows.Row(1);
                DialogRecord large = DialogStoreRows.With(small, DialogColumn.CalleeContact, new byte[300]);
                for (int i = 0; i < 2; i++)
                {
                    await SaveAsync(store, cancellation, small).ConfigureAwait(false);
                    await ExpectAsync(store, cancellation, small).ConfigureAwait(false);
                    await SaveAsync(store, cancellation, large).ConfigureAwait(false);
                    await ExpectAsync(store, cancellation, large).ConfigureAwait(false);
                    DialogRecord updated = NumbersOf(large, 9);
                    await store.WriteAsync(new DialogStoreBatch { Updates = [updated] }, cancellation).ConfigureAwait(false);
                    await ExpectAsync(store, cancellation, updated).ConfigureAwait(false);
                }
            }
        );

    private static Task DeleteAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord high = DialogStoreRows.Row(3).WithId(DialogId.FromValue(ulong.MaxValue));
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1), DialogStoreRows.Row(2), high).ConfigureAwait(false);
                var batch = new DialogStoreBatch { Deletes = [DialogStoreRows.Row(1).Id, DialogStoreRows.Row(9).Id, high.Id] };
                await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, DialogStoreRows.Row(2)).ConfigureAwait(false);
                await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, DialogStoreRows.Row(2)).ConfigureAwait(false);
            }
        );

    private static Task DeleteLongAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord large = DialogStoreRows.WithCallId(DialogStoreRows.Row(1), new byte[400]);
                await SaveAsync(store, cancellation, large).ConfigureAwait(false);
                await store.WriteAsync(new DialogStoreBatch { Deletes = [large.Id] }, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation).ConfigureAwait(false);
                ExpectRows(await store.FindAsync(new byte[400], cancellation).ConfigureAwait(false), [], "found");
            }
        );

    private static Task DeleteAndSaveAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1)).ConfigureAwait(false);
                await store.WriteAsync(new DialogStoreBatch { Deletes = [DialogStoreRows.Row(1).Id] }, cancellation).ConfigureAwait(false);
                DialogRecord other = DialogStoreRows.Row(5).WithId(DialogStoreRows.Row(1).Id);
                await SaveAsync(store, cancellation, other).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, other).ConfigureAwait(false);
            }
        );

    private static Task ManyAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord[] rows = [.. Enumerable.Range(0, Many).Select(static i => DialogStoreRows.Row(i))];
                await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
                var batch = new DialogStoreBatch
                {
                    Saves = [.. Enumerable.Range(Many, Many).Select(static i => DialogStoreRows.Row(i))],
                    Updates = [.. rows.Take(Many / 2).Select(static row => NumbersOf(row, 77))],
                    Deletes = [.. rows.Skip(Many / 2).Select(static row => row.Id)],
                };
                await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, [.. batch.Rows]).ConfigureAwait(false);
            }
        );

    private static async Task GivenUpAsync(DialogStoreTarget target, CancellationToken cancellation)
    {
        // At several times, so that some come before, some into, and some after the writing.
        foreach (int milliseconds in (int[])[0, 1, 5, 20, 60, 150])
        {
            await WithStoreAsync(
                    target,
                    cancellation,
                    async store =>
                    {
                        DialogRecord[] before = [.. Enumerable.Range(0, 10).Select(static i => DialogStoreRows.Row(i))];
                        await store.ReplaceAsync(before, cancellation).ConfigureAwait(false);
                        var batch = new DialogStoreBatch
                        {
                            Saves = [.. Enumerable.Range(10, Many).Select(static i => DialogStoreRows.Row(i))],
                            Deletes = [.. before.Select(static row => row.Id)],
                        };
                        bool done = await TryAsync(c => store.WriteAsync(batch, c), milliseconds, cancellation).ConfigureAwait(false);
                        await ExpectOneOfAsync(store, before, [.. batch.Saves], done, milliseconds, cancellation).ConfigureAwait(false);
                    }
                )
                .ConfigureAwait(false);
        }
    }

    private static Task GivenUpBeforeAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1)).ConfigureAwait(false);
                using var given = new CancellationTokenSource();
                await given.CancelAsync().ConfigureAwait(false);
                bool threw = false;
                try
                {
                    await SaveAsync(store, given.Token, DialogStoreRows.Row(2)).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    threw = true;
                }

                DialogRecord[] rows = threw ? [DialogStoreRows.Row(1)] : [DialogStoreRows.Row(1), DialogStoreRows.Row(2)];
                await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
                await SaveAsync(store, cancellation, DialogStoreRows.Row(3)).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, [.. rows, DialogStoreRows.Row(3)]).ConfigureAwait(false);
            }
        );

    private static Task ReplaceAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord large = DialogStoreRows.With(DialogStoreRows.Row(4), DialogColumn.ToTag, new byte[100]);
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1), DialogStoreRows.Row(2), large).ConfigureAwait(false);
                DialogRecord[] rows =
                [
                    DialogStoreRows.Row(2, 2),
                    DialogStoreRows.With(DialogStoreRows.Row(6), DialogColumn.CallId, new byte[500]),
                    .. Enumerable.Range(1_000, Many).Select(static i => DialogStoreRows.Row(i)),
                ];
                await store.ReplaceAsync(rows, cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
            }
        );

    private static Task ReplaceByNothingAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(
                        store,
                        cancellation,
                        DialogStoreRows.Row(1),
                        DialogStoreRows.With(DialogStoreRows.Row(2), DialogColumn.FromTag, new byte[99])
                    )
                    .ConfigureAwait(false);
                await store.ReplaceAsync([], cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation).ConfigureAwait(false);
            }
        );

    private static async Task ReplaceGivenUpAsync(DialogStoreTarget target, CancellationToken cancellation)
    {
        foreach (int milliseconds in (int[])[0, 3, 30, 120])
        {
            await WithStoreAsync(
                    target,
                    cancellation,
                    async store =>
                    {
                        DialogRecord[] before = [.. Enumerable.Range(0, 10).Select(static i => DialogStoreRows.Row(i))];
                        DialogRecord[] after = [.. Enumerable.Range(5, Many).Select(static i => DialogStoreRows.Row(i, 2))];
                        await store.ReplaceAsync(before, cancellation).ConfigureAwait(false);
                        bool done = await TryAsync(c => store.ReplaceAsync(after, c), milliseconds, cancellation).ConfigureAwait(false);
                        await ExpectOneOfAsync(store, before, after, done, milliseconds, cancellation).ConfigureAwait(false);
                    }
                )
                .ConfigureAwait(false);
        }
    }

    private static async Task<bool> TryAsync(Func<CancellationToken, ValueTask> write, int milliseconds, CancellationToken cancellation)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        giveUp.CancelAfter(milliseconds);
        try
        {
            await write(giveUp.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e)
            when (giveUp.IsCancellationRequested && !cancellation.IsCancellationRequested && e is not DialogStoreConformanceException)
        {
            return false;
        }
    }

    private static async Task ExpectOneOfAsync(
        IDialogStore store,
        DialogRecord[] before,
        DialogRecord[] after,
        bool done,
        int milliseconds,
        CancellationToken cancellation
    )
    {
        List<DialogRecord> found = await LoadAsync(store, cancellation).ConfigureAwait(false);
        if (found.Count != before.Length && found.Count != after.Length)
            throw Wrong(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A write given up after {milliseconds} ms left {found.Count} rows: neither the {before.Length} before nor the {after.Length} after it."
                )
            );
        if (done && found.Count == before.Length)
            throw Wrong("A write that returned without an exception left nothing.");
        DialogRecord[] expected = found.Count == before.Length ? before : after;
        ExpectRows(found, [.. expected.OrderBy(static row => row.Id.Value)], "loaded");
    }

    /// <summary>The same texts with other numbers: what an update is for.</summary>
    private static DialogRecord NumbersOf(DialogRecord row, uint value)
    {
        var texts = new DialogRecordTexts();
        for (DialogColumn column = 0; column <= DialogColumn.Details; column++)
            texts.Set(column, row[column]);
        return new DialogRecord(row.Id, in texts)
        {
            State = DialogState.Confirmed,
            CallerCSeq = value,
            CalleeCSeq = value - 1,
            CallerPingCSeq = value - 2,
            CalleePingCSeq = value - 3,
            StartTime = value - 4,
            Timeout = value - 5,
            UserFlags = value,
            ModuleFlags = value,
            Flags = value,
        };
    }
}
