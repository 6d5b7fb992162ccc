using System.Globalization;
using Parley.Dialogs;
using static Parley.Testing.DialogStoreSteps;

namespace Parley.Testing;

/// <summary>Loads and look-ups, alone and beside the writer.</summary>
internal static class DialogStoreLoadCases
{
    private const int Many = 5_000;

    public static IReadOnlyList<DialogStoreCase> All { get; } =
    [
        new("Rows are there after the store was disposed and opened again", ReopenAsync),
        new("Thousands of rows are loaded once each, by id, twice alike", ManyAsync),
        new("A load may be left in the middle", LeftAsync),
        new("A load that is given up ends, and the store goes on", GivenUpAsync),
        new("A load beside the writer has every row that stays", BesideWriterAsync),
        new("Rows are found by their Call-ID, all of them and no other", FindAsync),
        new("A Call-ID is found byte by byte", FindExactAsync),
        new("A Call-ID that the table cannot hold is found", FindLongAsync),
        new("Look-ups beside the writer find what stays", FindBesideWriterAsync),
    ];

    private static Task ReopenAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        ComesBackAsync(target, cancellation, [.. Enumerable.Range(0, 100).Select(static i => DialogStoreRows.Row(i, i))]);

    private static Task ManyAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                // Ids of both halves, and here and there one that does not fit its columns.
                DialogRecord[] rows =
                [
                    .. Enumerable
                        .Range(0, Many)
                        .Select(static i =>
                        {
                            DialogRecord row = DialogStoreRows.Row(i);
                            if (i % 7 == 0)
                                row = DialogStoreRows.With(row, DialogColumn.CallId, new byte[300]);
                            return i % 3 == 0 ? row.WithId(new DialogId(row.Id.Entry | 0x8000_0000, row.Id.Id)) : row;
                        }),
                ];
                await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
            }
        );

    private static Task LeftAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord[] rows = [.. Enumerable.Range(0, Many).Select(static i => DialogStoreRows.Row(i))];
                await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
                int seen = 0;
                await foreach (DialogRecord _ in store.LoadAsync(cancellation).ConfigureAwait(false))
                {
                    if (++seen == 10)
                        break;
                }

                await SaveAsync(store, cancellation, DialogStoreRows.Row(Many)).ConfigureAwait(false);
                await ExpectAsync(store, cancellation, [.. rows, DialogStoreRows.Row(Many)]).ConfigureAwait(false);
            }
        );

    private static Task GivenUpAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord[] rows = [.. Enumerable.Range(0, 100).Select(static i => DialogStoreRows.Row(i))];
                await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
                using var giveUp = new CancellationTokenSource();
                int seen = 0;
                try
                {
                    await foreach (DialogRecord _ in store.LoadAsync(giveUp.Token).ConfigureAwait(false))
                    {
                        if (++seen == 10)
                            await giveUp.CancelAsync().ConfigureAwait(false);
                    }

                    throw Wrong("A load whose token was cancelled in the middle went on to its end.");
                }
                catch (OperationCanceledException)
                {
                    await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
                }
            }
        );

    private static Task BesideWriterAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord[] stay = [.. Enumerable.Range(0, Many).Select(static i => DialogStoreRows.Row(i))];
                await SaveAsync(store, cancellation, stay).ConfigureAwait(false);
                Task writing = ComeAndGoAsync(store, cancellation);
                int loads = 0;
                do
                {
                    List<DialogRecord> found = await LoadAsync(store, cancellation).ConfigureAwait(false);
                    found.RemoveAll(static row => row.Id.Id >= Many);
                    ExpectRows(found, [.. stay.OrderBy(static row => row.Id.Value)], "loaded beside a writer");
                } while (!writing.IsCompleted && ++loads < 20);
                await writing.ConfigureAwait(false);
                await ExpectAsync(store, cancellation, stay).ConfigureAwait(false);
            }
        );

    private static async Task ComeAndGoAsync(IDialogStore store, CancellationToken cancellation)
    {
        for (int i = 0; i < 20; i++)
        {
            int round = i;
            DialogRecord[] rows = [.. Enumerable.Range(Many + (round * 50), 50).Select(n => DialogStoreRows.Row(n, round))];
            await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
            await store
                .WriteAsync(new DialogStoreBatch { Deletes = [.. rows.Select(static row => row.Id)] }, cancellation)
                .ConfigureAwait(false);
        }
    }

    private static Task FindAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord first = DialogStoreRows.Row(1);
                DialogRecord second = DialogStoreRows.Row(1, 2).WithId(new DialogId(first.Id.Entry, 999));
                DialogRecord sameEntry = DialogStoreRows.Row(2).WithId(new DialogId(first.Id.Entry, 998));
                await SaveAsync(store, cancellation, first, second, sameEntry, DialogStoreRows.Row(3)).ConfigureAwait(false);
                byte[] callId = first[DialogColumn.CallId].ToArray();
                ExpectRows(await store.FindAsync(callId, cancellation).ConfigureAwait(false), [first, second], "found by Call-ID");
                await store.WriteAsync(new DialogStoreBatch { Deletes = [first.Id] }, cancellation).ConfigureAwait(false);
                ExpectRows(await store.FindAsync(callId, cancellation).ConfigureAwait(false), [second], "found by Call-ID");
            }
        );

    private static Task FindExactAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                string[] callIds = ["call@a", "CALL@A", "cáll@a", "call@a ", "call@%", "call@_"];
                DialogRecord[] rows =
                [
                    .. callIds.Select(
                        static (callId, i) =>
                        {
                            return DialogStoreRows.WithCallId(DialogStoreRows.Row(i), System.Text.Encoding.UTF8.GetBytes(callId));
                        }
                    ),
                ];
                await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
                foreach (DialogRecord row in rows)
                    ExpectRows(
                        await store.FindAsync(row[DialogColumn.CallId].ToArray(), cancellation).ConfigureAwait(false),
                        [row],
                        string.Create(CultureInfo.InvariantCulture, $"found by the Call-ID '{row.GetText(DialogColumn.CallId)}'")
                    );
            }
        );

    private static Task FindLongAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                byte[][] callIds = [new byte[1], new byte[256], [.. "x"u8, 0xff], [.. Enumerable.Repeat((byte)'y', 2_000)]];
                DialogRecord[] rows = [.. callIds.Select(static (callId, i) => DialogStoreRows.WithCallId(DialogStoreRows.Row(i), callId))];
                await SaveAsync(store, cancellation, [.. rows, DialogStoreRows.Row(9)]).ConfigureAwait(false);
                foreach (DialogRecord row in rows)
                    ExpectRows(
                        await store.FindAsync(row[DialogColumn.CallId].ToArray(), cancellation).ConfigureAwait(false),
                        [row],
                        "found by Call-ID"
                    );
            }
        );

    private static Task FindBesideWriterAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                DialogRecord[] stay = [.. Enumerable.Range(0, 200).Select(static i => DialogStoreRows.Row(i))];
                await SaveAsync(store, cancellation, stay).ConfigureAwait(false);
                Task writing = ComeAndGoAsync(store, cancellation);
                await Parallel
                    .ForEachAsync(
                        stay,
                        new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellation },
                        async (row, cancel) =>
                            ExpectRows(
                                await store.FindAsync(row[DialogColumn.CallId].ToArray(), cancel).ConfigureAwait(false),
                                [row],
                                "found beside a writer"
                            )
                    )
                    .ConfigureAwait(false);
                await writing.ConfigureAwait(false);
            }
        );
}
