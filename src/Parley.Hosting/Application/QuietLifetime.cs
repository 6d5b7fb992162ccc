using Microsoft.Extensions.Hosting;

namespace Parley.Hosting;

/// <summary>The lifetime of an application in a simulation: no signals, no messages on the console.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
