using Microsoft.Extensions.Hosting;

namespace Parley.Management;

/// <summary>Runs the events of an application: what makes them begins before the network opens, and ends after it is closed.</summary>
internal sealed class EventService(
    EventHub hub,
    DialogEvents? dialogs,
    IEnumerable<IEventProducer> producers,
    Webhooks webhooks,
    EventsOptions options,
    string node
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        await webhooks.StartAsync("/parley/" + Uri.EscapeDataString(node), cancellationToken).ConfigureAwait(false);
        hub.Use(producers);
        hub.Publish(new NodeEvent(node, "started"));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        hub.Publish(new NodeEvent(node, "stopping"));
        if (dialogs is not null)
            await dialogs.DrainAsync(cancellationToken).ConfigureAwait(false);
        await webhooks.DisposeAsync().ConfigureAwait(false);
        hub.Use([]);
    }
}
