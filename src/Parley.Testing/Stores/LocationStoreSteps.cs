using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Parley.Registrar;

namespace Parley.Testing;

/// <summary>What the cases do again and again.</summary>
internal static class LocationStoreSteps
{
    [SuppressMessage("Design", "CA1068", Justification = "What is done stands last, over many lines.")]
    public static async Task WithStoreAsync(LocationStoreTarget target, CancellationToken cancellation, Func<ILocationStore, Task> work)
    {
        await using ILocationStore store = target.Create();
        await store.OpenAsync(cancellation).ConfigureAwait(false);
        await work(store).ConfigureAwait(false);
    }

    public static ValueTask SaveAsync(ILocationStore store, CancellationToken cancellation, params LocationRecord[] rows) =>
        store.WriteAsync(new LocationStoreBatch { Saves = rows }, cancellation);

    public static ValueTask DeleteAsync(ILocationStore store, CancellationToken cancellation, params LocationRecord[] rows) =>
        store.WriteAsync(new LocationStoreBatch { Deletes = [.. rows.Select(static row => row.ContactId)] }, cancellation);

    /// <summary>Writes rows, disposes the store, and looks at what another one loads.</summary>
    public static async Task ComesBackAsync(LocationStoreTarget target, CancellationToken cancellation, params LocationRecord[] rows)
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

    /// <summary>The store has these rows and no other, each once.</summary>
    public static async Task ExpectAsync(ILocationStore store, CancellationToken cancellation, params LocationRecord[] rows)
    {
        var found = new Dictionary<long, LocationRecord>();
        await foreach (LocationRecord row in store.LoadAsync(cancellation).ConfigureAwait(false))
        {
            if (!found.TryAdd(row.ContactId, row))
                throw Wrong(string.Create(CultureInfo.InvariantCulture, $"Row {row.ContactId} is loaded twice."));
        }

        foreach (LocationRecord row in rows)
        {
            if (!found.TryGetValue(row.ContactId, out LocationRecord? loaded))
                throw Wrong(string.Create(CultureInfo.InvariantCulture, $"Row {row.ContactId} is not loaded."));
            if (LocationStoreRows.Difference(row, loaded) is { } difference)
                throw Wrong(string.Create(CultureInfo.InvariantCulture, $"Row {row.ContactId} is loaded with {difference}."));
        }

        if (found.Count != rows.Length)
            throw Wrong(string.Create(CultureInfo.InvariantCulture, $"{found.Count} rows are loaded, not {rows.Length}."));
    }

    public static LocationStoreConformanceException Wrong(string message) => new(message);
}
