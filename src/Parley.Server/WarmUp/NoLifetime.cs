using Microsoft.Extensions.Hosting;

namespace Parley.Server.WarmUp;

/// <summary>A host that takes no signals and reports nothing to systemd.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
