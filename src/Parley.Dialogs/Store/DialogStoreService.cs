using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;

namespace Parley.Dialogs;

/// <summary>Runs the store of an application's dialogs with the application.</summary>
internal sealed class DialogStoreService(Func<DialogPersistence> make, IDialogStore store, DialogStoreOptions options, TimeProvider time)
    : IHostedService,
        IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private DialogPersistence? _persistence;
    private Task _writing = Task.CompletedTask;
    private bool _isLoaded;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Mode == DialogStoreMode.None)
            return;
        DialogPersistence persistence = _persistence = make();
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (options.LoadFirst == 0)
            opened.SetResult();
        Task loading = LoadAsync(persistence, opened, _stopping.Token);
        persistence.LoadCompleted = loading;
        Task open = opened.Task;
        if (!open.IsCompleted && !loading.IsCompleted)
            await Task.WhenAny(loading, open, Task.Delay(options.LoadTime, time, cancellationToken)).ConfigureAwait(false);
        if (loading.IsFaulted)
            await loading.ConfigureAwait(false); // set up wrongly: the start stops
        opened.TrySetResult();
        _writing =
            options.Mode == DialogStoreMode.Delayed
                ? persistence.Writer.RunPeriodicallyAsync(_stopping.Token)
                : persistence.RunAsync(_stopping.Token);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The application stops whatever the store says.")]
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_persistence is not { } persistence)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await persistence.LoadCompleted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (options.Mode == DialogStoreMode.Shutdown)
                await SaveAtStopAsync(persistence, cancellationToken).ConfigureAwait(false);
            persistence.Writer.RetryAside(); // the last time that they are in memory
            while (await persistence.FlushAsync(cancellationToken).ConfigureAwait(false)) { }
        }
        catch (Exception failure)
        {
            persistence.Log.Failed(failure);
        }

        persistence.Dispose();
        await store.DisposeAsync().ConfigureAwait(false);
        if (options.Journal is { } journal)
            await journal.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The rows of all dialogs become the only ones. Where rows were never read, or the store is away, they are written beside those that are there, or into the journal.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What the store does not take goes into the journal.")]
    private async ValueTask SaveAtStopAsync(DialogPersistence persistence, CancellationToken cancellation)
    {
        if (_isLoaded)
        {
            try
            {
                await persistence.SaveAllAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (!cancellation.IsCancellationRequested)
            {
                persistence.Log.Failed(failure);
            }
        }

        persistence.Writer.TouchAll();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _persistence?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Loads all, however often the store fails meanwhile. Faulted only when it cannot be used as it is set up.</summary>
    private async Task LoadAsync(DialogPersistence persistence, TaskCompletionSource opened, CancellationToken cancellation)
    {
        DialogLoader loader = persistence.Loader;
        loader.Begin();
        try
        {
            while (true)
            {
                try
                {
                    (int loaded, int passedOver) = await loader.LoadAsync(opened, cancellation).ConfigureAwait(false);
                    persistence.Log.Loaded(loaded, passedOver);
                    break;
                }
                catch (Exception failure)
                    when (failure is not OutOfMemoryException
                        && !cancellation.IsCancellationRequested
                        && (failure is not DialogStoreException || opened.Task.IsCompleted)
                    )
                {
                    persistence.Log.LoadFailed(failure);
                }

                // Away at the start: calls do not wait for it, unless they are to be refused.
                if (persistence.Holds is { } holds)
                    holds.IsBlind = true;
                opened.TrySetResult();
                await Task.Delay(options.Retry, time, cancellation).ConfigureAwait(false);
            }

            if (persistence.Holds is { } seeing)
                seeing.IsBlind = false;
            if (options.Mode == DialogStoreMode.Shutdown)
                await EmptyAsync(persistence, opened, cancellation).ConfigureAwait(false);
            _isLoaded = true;
        }
        finally
        {
            loader.End();
        }
    }

    /// <summary>As in the reference: the rows live in memory from now on, and are written at the stop. A row that stayed would bring back, after a crash, a call that is over.</summary>
    private async Task EmptyAsync(DialogPersistence persistence, TaskCompletionSource opened, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await persistence.Writer.EmptyAsync(cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException && !cancellation.IsCancellationRequested)
            {
                persistence.Log.Failed(failure);
            }

            opened.TrySetResult();
            await Task.Delay(options.Retry, time, cancellation).ConfigureAwait(false);
        }
    }
}
