using Parley.Dialogs;
using static Parley.Testing.DialogStoreSteps;

namespace Parley.Testing;

/// <summary>Call records: once each, with the rows of the same batch or not at all.</summary>
internal static class DialogStoreCallRecordCases
{
    private static readonly DateTimeOffset Start = new(2026, 11, 30, 14, 55, 0, 123, TimeSpan.Zero);

    public static IReadOnlyList<DialogStoreCase> All { get; } =
    [
        new("A call record is written with the delete of its dialog", WithDeleteAsync, KeepsRecords),
        new("A call record that comes again is there once", OnceAsync, KeepsRecords),
        new("Intermediate records stand beside the final one, each once", IntermediateAsync, KeepsRecords),
        new("Call records outlive a replacement of the dialogs", ReplaceAsync, KeepsRecords),
        new("Thousands of call records in one batch are written", ManyAsync, KeepsRecords),
    ];

    private static bool KeepsRecords(DialogStoreTarget target) => target.ReadCallRecords is not null;

    private static Task WithDeleteAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await SaveAsync(store, cancellation, DialogStoreRows.Row(1), DialogStoreRows.Row(2)).ConfigureAwait(false);
                CallRecord record = Record(1, 0);
                await store
                    .WriteAsync(new DialogStoreBatch { Deletes = [record.DialogId], CallRecords = [record] }, cancellation)
                    .ConfigureAwait(false);
                await ExpectAsync(store, cancellation, DialogStoreRows.Row(2)).ConfigureAwait(false);
                await ExpectRecordsAsync(target, cancellation, record).ConfigureAwait(false);
            }
        );

    private static Task OnceAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                CallRecord first = Record(1, 0),
                    second = Record(2, 0),
                    // The same id used by a later call is another record.
                    later = first with { Start = first.Start.AddMilliseconds(1) };
                var batch = new DialogStoreBatch { CallRecords = [first, second] };
                await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                await store
                    .WriteAsync(new DialogStoreBatch { CallRecords = [second with { End = second.End.AddHours(1) }, later] }, cancellation)
                    .ConfigureAwait(false);
                await ExpectRecordsAsync(target, cancellation, first, second, later).ConfigureAwait(false);
            }
        );

    private static Task IntermediateAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                for (int number = 1; number <= 3; number++)
                {
                    var batch = new DialogStoreBatch { IntermediateRecords = [Record(1, number)] };
                    await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                    await store.WriteAsync(batch, cancellation).ConfigureAwait(false);
                }

                await store.WriteAsync(new DialogStoreBatch { CallRecords = [Record(1, 0)] }, cancellation).ConfigureAwait(false);
                await ExpectRecordsAsync(target, cancellation, Record(1, 0), Record(1, 1), Record(1, 2), Record(1, 3))
                    .ConfigureAwait(false);
            }
        );

    private static Task ReplaceAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                await store
                    .WriteAsync(new DialogStoreBatch { Saves = [DialogStoreRows.Row(1)], CallRecords = [Record(2, 0)] }, cancellation)
                    .ConfigureAwait(false);
                await store.ReplaceAsync([], cancellation).ConfigureAwait(false);
                await ExpectAsync(store, cancellation).ConfigureAwait(false);
                await ExpectRecordsAsync(target, cancellation, Record(2, 0)).ConfigureAwait(false);
            }
        );

    private static Task ManyAsync(DialogStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async store =>
            {
                CallRecord[] records = [.. Enumerable.Range(0, 5_000).Select(static i => Record(i, 0))];
                await store.WriteAsync(new DialogStoreBatch { CallRecords = records }, cancellation).ConfigureAwait(false);
                await store.WriteAsync(new DialogStoreBatch { CallRecords = records }, cancellation).ConfigureAwait(false);
                await ExpectRecordsAsync(target, cancellation, records).ConfigureAwait(false);
            }
        );

    private static async Task ExpectRecordsAsync(DialogStoreTarget target, CancellationToken cancellation, params CallRecord[] records)
    {
        string[] found = [.. (await target.ReadCallRecords!(cancellation).ConfigureAwait(false)).Order(StringComparer.Ordinal)];
        string[] expected = [.. records.Select(static r => $"{r.Key}/{r.Number}").Order(StringComparer.Ordinal)];
        if (!found.AsSpan().SequenceEqual(expected))
            throw Wrong(
                $"{found.Length} call records are there, not {expected.Length}: missing {string.Join(", ", expected.Except(found).Take(3))}; too many {string.Join(", ", found.Except(expected).Take(3))}."
            );
    }

    private static CallRecord Record(int dialog, int number)
    {
        DialogRecord row = DialogStoreRows.Row(dialog);
        return new CallRecord
        {
            DialogId = row.Id,
            Number = number,
            Start = Start.AddSeconds(dialog),
            Ring = Start.AddSeconds(dialog + 1),
            Answer = Start.AddSeconds(dialog + 3),
            End = Start.AddSeconds(dialog + 63 + (number * 60)),
            CallId = row.GetText(DialogColumn.CallId)!,
            FromUri = row.GetText(DialogColumn.FromUri)!,
            FromTag = row.GetText(DialogColumn.FromTag)!,
            ToUri = row.GetText(DialogColumn.ToUri)!,
            ToTag = row.GetText(DialogColumn.ToTag)!,
            Source = "udp:192.0.2.7:5062",
            Target = "tls:[2001:db8::9]:5064",
            StatusCode = 200,
            Reason = "BYE",
            EndedBy = CallEndedBy.Caller,
            Node = "a",
            Values = [new("account", "4711|#\\")],
        };
    }
}
