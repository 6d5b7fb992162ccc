using Parley.Registrar;
using static Parley.Testing.LocationStoreSteps;

namespace Parley.Testing;

/// <summary>One process has a store; a second one is refused.</summary>
internal static class LocationStoreOwnershipCases
{
    public static IReadOnlyList<LocationStoreCase> All { get; } =
    [
        new("A second store on the same place is refused at its start, in one line", SecondAsync, IsExclusive),
        new("A store that is disposed leaves the place to the next", NextAsync, IsExclusive),
        new("A store that was refused may be opened later", LaterAsync, IsExclusive),
        new("A store is disposed twice, and one that was never opened", DisposeAsync),
    ];

    private static bool IsExclusive(LocationStoreTarget target) => target.IsExclusive;

    private static Task SecondAsync(LocationStoreTarget target, CancellationToken cancellation) =>
        WithStoreAsync(
            target,
            cancellation,
            async first =>
            {
                await using ILocationStore second = target.Create();
                await RefusedAsync(second, cancellation).ConfigureAwait(false);
                // The first one is none the worse for it.
                await SaveAsync(first, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
                await ExpectAsync(first, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
            }
        );

    private static async Task NextAsync(LocationStoreTarget target, CancellationToken cancellation)
    {
        for (int i = 0; i < 5; i++)
        {
            int number = i;
            await WithStoreAsync(target, cancellation, store => SaveAsync(store, cancellation, LocationStoreRows.Row(number)).AsTask())
                .ConfigureAwait(false);
        }

        await WithStoreAsync(
                target,
                cancellation,
                store => ExpectAsync(store, cancellation, [.. Enumerable.Range(0, 5).Select(static i => LocationStoreRows.Row(i))])
            )
            .ConfigureAwait(false);
    }

    private static async Task LaterAsync(LocationStoreTarget target, CancellationToken cancellation)
    {
        await using ILocationStore second = target.Create();
        await WithStoreAsync(target, cancellation, first => RefusedAsync(second, cancellation)).ConfigureAwait(false);
        await second.OpenAsync(cancellation).ConfigureAwait(false);
        await SaveAsync(second, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
        await ExpectAsync(second, cancellation, LocationStoreRows.Row(1)).ConfigureAwait(false);
    }

    private static async Task DisposeAsync(LocationStoreTarget target, CancellationToken cancellation)
    {
        ILocationStore never = target.Create();
        await never.DisposeAsync().ConfigureAwait(false);
        ILocationStore store = target.Create();
        await store.OpenAsync(cancellation).ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
        await store.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task RefusedAsync(ILocationStore store, CancellationToken cancellation)
    {
        try
        {
            await store.OpenAsync(cancellation).ConfigureAwait(false);
        }
        catch (LocationStoreException e)
        {
            if (e.Message.Length == 0 || e.Message.AsSpan().IndexOfAny('\r', '\n') >= 0)
                throw Wrong($"The message of a refusal is one line, not '{e.Message}'.");
            return;
        }

        throw Wrong("A second store was opened while the first one was open; a LocationStoreException was expected.");
    }
}
