using Microsoft.Extensions.Hosting;

namespace Parley.Dialogs;

/// <summary>Makes the intermediate records: one timer for all calls, which looks at each in turn.</summary>
internal sealed class CallRecordSweep(DialogModule module, CallRecords records, TimeProvider time) : IHostedService, IDisposable
{
    private const int PassesPerInterval = 10;
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(10);
    private ITimer? _timer;
    private int _isRunning;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        TimeSpan interval = records.Options.IntermediateInterval;
        if (interval == TimeSpan.Zero)
            return Task.CompletedTask;
        TimeSpan pass = interval / PassesPerInterval;
        pass = pass > s_most ? s_most : pass;
        _timer = time.CreateTimer(static sweep => ((CallRecordSweep)sweep!).Run(), this, pass, pass);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
    }

    public void Dispose() => _timer?.Dispose();

    private void Run()
    {
        // A pass that takes longer than the pause between two is not overtaken.
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
            return;
        foreach (Dialog dialog in module.Table.Snapshot(includeDeleted: false))
        {
            if (CallRecordBuilder.TakeIntermediate(dialog, records) is not { } record)
                continue;
            module.PublishIntermediate(dialog, record);
            records.RaiseContinued(record);
        }

        Volatile.Write(ref _isRunning, 0);
    }
}
