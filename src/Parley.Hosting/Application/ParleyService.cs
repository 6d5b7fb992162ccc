using Microsoft.Extensions.Hosting;

namespace Parley.Hosting;

/// <summary>Ties a proxy to the life of the host that it was added to: network open last, drained and closed first.</summary>
internal sealed class ParleyService(ParleyApplication application, ParleyBuilder builder) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        builder.Complete(application);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        application.StartNetwork();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => application.StopAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
