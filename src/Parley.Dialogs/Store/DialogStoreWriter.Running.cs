namespace Parley.Dialogs;

// When the writer writes: as changes come, or once in a period.
internal sealed partial class DialogStoreWriter
{
    private static readonly TimeSpan DrainInterval = TimeSpan.FromSeconds(1);

    /// <summary>Writes changes as they come (realtime mode), until cancelled; at most one write in a <see cref="DialogStoreOptions.CommitInterval"/>.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        long last = long.MinValue / 2;
        while (true)
        {
            if (!await WaitAsync(cancellation).ConfigureAwait(false))
                return;
            long wait = last + (long)_options.CommitInterval.TotalMilliseconds - Now;
            if (wait > 0 && _reader.Pending < _options.CommitRows)
                await Task.Delay(TimeSpan.FromMilliseconds(wait), _time, cancellation).ConfigureAwait(false);
            last = Now;
            await TryFlushAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what changed once in a <see cref="DialogStoreOptions.Period"/> (delayed mode), until cancelled. Changes are taken off the feed meanwhile, so that no period is too long for it.</summary>
    public async Task RunPeriodicallyAsync(CancellationToken cancellation)
    {
        long due = Now + (long)_options.Period.TotalMilliseconds;
        while (true)
        {
            long wait = Math.Clamp(due - Now, 1, (long)DrainInterval.TotalMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(wait), _time, cancellation).ConfigureAwait(false);
            await _turn.WaitAsync(cancellation).ConfigureAwait(false);
            Drain();
            _turn.Release();
            bool isLate = !_isHealthy; // an outage is not waited out by periods
            if (Now < due && !isLate && _flight is null)
                continue;
            await TryFlushAsync(cancellation).ConfigureAwait(false);
            if (Now >= due)
                due = Now + (long)_options.Period.TotalMilliseconds;
        }
    }

    private async ValueTask TryFlushAsync(CancellationToken cancellation)
    {
        try
        {
            while (await FlushAsync(force: false, cancellation).ConfigureAwait(false)) { }
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && failure is not OutOfMemoryException)
        {
            // Logged and counted; what waits is tried again.
        }
    }

    /// <summary>Until there is something to do; false when the reader has left the feed.</summary>
    private async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        TaskCompletionSource wake = _wake;
        if (wake.Task.IsCompleted)
            Interlocked.CompareExchange(
                ref _wake,
                wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
                _wake
            );
        if (!_added.IsEmpty)
            return true;
        ValueTask<bool> change = _reader.WaitAsync(cancellation);
        if (change.IsCompletedSuccessfully)
            return await change.ConfigureAwait(false);
        if (
            _isHealthy
            && _pending.Count == 0
            && _flight is null
            && (_journal is null || _journal.IsEmpty)
            && _asideCount == 0
            && _asideRecords.Count == 0
        )
        {
            Task<bool> next = change.AsTask();
            await Task.WhenAny(next, wake.Task).ConfigureAwait(false);
            return !next.IsCompleted || await next.ConfigureAwait(false);
        }

        if (_isHealthy && _flight is null && _pending.Count > 0)
            return true;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<bool> feed = change.AsTask();
        Task retry = Task.Delay(TimeSpan.FromMilliseconds(Math.Max(1, _isHealthy ? 1_000 : _retryAt - Now)), _time, stop.Token);
        await Task.WhenAny(feed, wake.Task, retry, _flight?.Task ?? retry).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return !feed.IsCompleted || await feed.ConfigureAwait(false);
    }
}
