using System.Globalization;
using Parley.Dialogs;

namespace Parley.Testing;

/// <summary>What the cases do again and again.</summary>
internal static class DialogStoreSteps
{
#pragma warning disable CA1068 // the work, a block, stands last
    public static async Task WithStoreAsync(DialogStoreTarget target, CancellationToken cancellation, Func<IDialogStore, Task> work)
#pragma warning restore CA1068
    {
        await using IDialogStore store = target.Create();
        await store.OpenAsync(cancellation).ConfigureAwait(false);
        await work(store).ConfigureAwait(false);
    }

    public static async Task<List<DialogRecord>> LoadAsync(IDialogStore store, CancellationToken cancellation)
    {
        var rows = new List<DialogRecord>();
        await foreach (DialogRecord row in store.LoadAsync(cancellation).ConfigureAwait(false))
            rows.Add(row);
        return rows;
    }

    public static ValueTask SaveAsync(IDialogStore store, CancellationToken cancellation, params DialogRecord[] rows) =>
        store.WriteAsync(new DialogStoreBatch { Saves = rows }, cancellation);

    /// <summary>Writes rows, disposes the store, and looks at what another one loads.</summary>
    public static async Task ComesBackAsync(DialogStoreTarget target, CancellationToken cancellation, params DialogRecord[] rows)
    {
        await WithStoreAsync(
                target,
                cancellation,
                async store =>
                {
                    await SaveAsync(store, cancellation, rows).ConfigureAwait(false);
                    await ExpectAsync(store, cancellation, rows).ConfigureAwait(false);
                }
            )
            .ConfigureAwait(false);
        await WithStoreAsync(target, cancellation, store => ExpectAsync(store, cancellation, rows)).ConfigureAwait(false);
    }

    /// <summary>The store has these rows and no other, and loads them by id.</summary>
    public static async Task ExpectAsync(IDialogStore store, CancellationToken cancellation, params DialogRecord[] rows)
    {
        List<DialogRecord> found = await LoadAsync(store, cancellation).ConfigureAwait(false);
        ExpectRows(found, [.. rows.OrderBy(static row => row.Id.Value)], "loaded");
    }

    public static void ExpectRows(IReadOnlyList<DialogRecord> found, IReadOnlyList<DialogRecord> expected, string what)
    {
        for (int i = 1; i < found.Count; i++)
        {
            if (found[i].Id.Value <= found[i - 1].Id.Value)
                throw Wrong($"Rows are {what} by id without a sign, each once: {found[i].Id} came after {found[i - 1].Id}.");
        }

        if (found.Count != expected.Count)
            throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{found.Count} rows are {what}, not {expected.Count}."));
        for (int i = 0; i < found.Count; i++)
        {
            if (DialogStoreRows.Difference(expected[i], found[i]) is { } difference)
                throw Wrong($"Row {expected[i].Id} is {what} with {difference}.");
        }
    }

    public static DialogStoreConformanceException Wrong(string message) => new(message);
}
