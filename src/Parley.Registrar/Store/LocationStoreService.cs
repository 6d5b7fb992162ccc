using Microsoft.Extensions.Hosting;

namespace Parley.Registrar;

/// <summary>Runs the store of an application's contacts with the application.</summary>
internal sealed class LocationStoreService(LocationPersistence persistence) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => persistence.StartAsync(cancellationToken).AsTask();

    public Task StopAsync(CancellationToken cancellationToken) => persistence.StopAsync(cancellationToken).AsTask();
}
