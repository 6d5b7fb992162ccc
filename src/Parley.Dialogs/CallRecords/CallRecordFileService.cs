using Microsoft.Extensions.Hosting;

namespace Parley.Dialogs;

/// <summary>Writes the file of call records with the application.</summary>
internal sealed class CallRecordFileService(CallRecordFile file, ICallRecordOutbox outbox) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _writing = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!outbox.IsKept)
            throw new DialogStoreException(
                "A file of call records is written from the outbox of the dialog store, which is off: switch it on in the store's options."
            );
        file.Check();
        _writing = Task.Run(() => file.RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }
}
