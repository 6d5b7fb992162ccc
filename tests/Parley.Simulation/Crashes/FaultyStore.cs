using Parley.Dialogs;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Simulation;

/// <summary>
/// The store of one life of the proxy. What it has acknowledged is on the disk, which the next life gets; by the seed it fails before or after it has
/// written, stalls, and is away for a while. A write that a crash meets is on the disk whole or not at all.
/// </summary>
internal sealed class FaultyStore(MemoryDialogStore disk, SimulatedClock clock, SipRandom random) : IDialogStore
{
    private TimeSpan _awayUntil;
    private bool _isDead;

    /// <summary>Nothing fails any more, and nothing stalls.</summary>
    public bool IsHealthy { get; set; }

    /// <summary>In this life it refuses the rows of some dialogs, whatever else it takes: those whose number leaves this rest; negative: none.</summary>
    public int RefusedRest { get; init; } = -1;

    /// <summary>It says which row it refuses.</summary>
    public bool NamesRefused { get; init; }

    /// <summary>Writes that failed or took long.</summary>
    public int Faults { get; private set; }

    /// <summary>The process is gone: no write goes on, and none comes back.</summary>
    public void Crash() => _isDead = true;

    public async IAsyncEnumerable<DialogRecord> LoadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await StepAsync();
        FailIfAway();
        int rows = 0;
        await foreach (DialogRecord row in disk.LoadAsync(cancellation))
        {
            if (++rows % 8 == 0)
                await StepAsync();
            if (!IsHealthy && random.Next(100) == 0)
                throw Failure("the connection broke in the middle of a load");
            yield return row;
        }
    }

    public async ValueTask<IReadOnlyList<DialogRecord>> FindAsync(ReadOnlyMemory<byte> callId, CancellationToken cancellation)
    {
        await StepAsync();
        FailIfAway();
        return await ((IDialogStore)disk).FindAsync(callId, cancellation);
    }

    public ValueTask WriteAsync(DialogStoreBatch batch, CancellationToken cancellation)
    {
        foreach (DialogRecord row in batch.Rows)
        {
            if (IsHealthy || row.Id.Id % 23 != RefusedRest)
                continue;
            Faults++;
            return ValueTask.FromException(
                NamesRefused ? new DialogRowException(row.Id, "a column is too short") : new InvalidDataException("a column is too short")
            );
        }

        return DoAsync(() => disk.WriteAsync(batch, CancellationToken.None), cancellation);
    }

    public ValueTask ReplaceAsync(IReadOnlyList<DialogRecord> all, CancellationToken cancellation) =>
        DoAsync(() => disk.ReplaceAsync(all, CancellationToken.None), cancellation);

    private async ValueTask DoAsync(Func<ValueTask> write, CancellationToken cancellation)
    {
        if (_isDead)
            await Never();
        if (IsHealthy)
        {
            await write();
            return;
        }

        FailIfAway();
        int fate = random.Next(100);
        if (fate < 2)
            _awayUntil = clock.Elapsed + TimeSpan.FromMilliseconds(random.Next(15_000));
        if (fate < 5)
            throw Failure("the store refused the write");
        if (fate < 8)
        {
            await write();
            throw Failure("the connection broke after the commit");
        }

        // Committed at the beginning of the wait or at its end: a crash in between finds it or does not.
        bool isFirst = fate % 2 == 0;
        if (isFirst)
            await write();
        if (fate < 14)
        {
            Faults++;
            await WaitAsync(random.Next(6_000), fate < 11 ? cancellation : CancellationToken.None);
        }
        else if (fate < 60)
        {
            await WaitAsync(random.Next(60), cancellation);
        }

        if (_isDead)
            await Never();
        if (!isFirst)
            await write();
    }

    private Task StepAsync() => IsHealthy ? Task.CompletedTask : WaitAsync(random.Next(30), CancellationToken.None);

    private async Task WaitAsync(int milliseconds, CancellationToken cancellation)
    {
        // Without a thread of the pool: the seed decides the order of all that happens.
        var done = new TaskCompletionSource();
        clock.Schedule(TimeSpan.FromMilliseconds(milliseconds), () => done.TrySetResult());
        using CancellationTokenRegistration given = cancellation.Register(() => done.TrySetCanceled(cancellation));
        await done.Task;
        if (_isDead)
            await Never();
    }

    private void FailIfAway()
    {
        if (!IsHealthy && clock.Elapsed < _awayUntil)
            throw Failure("the store is away");
    }

    private IOException Failure(string text)
    {
        Faults++;
        return new IOException(text);
    }

    private static Task Never() => new TaskCompletionSource().Task;
}
