using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Registrar;
using Parley.Sip;

namespace Parley.Management;

public static partial class ManagementServices
{
    /// <summary>Events: the hub, what makes them, and the stream.</summary>
    internal static void AddEvents(IServiceCollection services)
    {
        services.AddSingleton<EventHub>();
        services.AddSingleton<IEventHub>(static s => s.GetRequiredService<EventHub>());
        services.AddSingleton(static s => new HookEvents(
            s.GetRequiredService<EventHub>(),
            s.GetService<IDialogApi>(),
            s.GetService<LocationTable>()
        ));
        services.AddSingleton<IEventProducer>(static s => s.GetRequiredService<HookEvents>());
        services.AddSingleton<IProxyModule>(static s => s.GetRequiredService<HookEvents>());
        services.AddSingleton<IEventProducer>(static s => new StoreEvents(
            s.GetRequiredService<EventHub>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetService<DialogPersistence>(),
            s.GetService<LocationPersistence>(),
            s.GetService<CallRecordFile>()
        ));
        services.AddSingleton(static s => new DialogEventsPlace(
            s.GetService<IDialogApi>() is { } dialogs
                ? new DialogEvents(
                    s.GetRequiredService<EventHub>(),
                    dialogs,
                    s.GetRequiredService<TimeProvider>(),
                    s.GetRequiredService<ILoggerFactory>().CreateLogger("Parley.Management.Events"),
                    Webhooks.AreDurable(s.GetRequiredService<ManagementOptions>().Events)
                )
                : null
        ));
        services.AddSingleton(static s => new EventStream(
            s.GetRequiredService<EventHub>(),
            s.GetRequiredService<ManagementOptions>().Events,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<DialogJson>()
        ));
        services.AddSingleton<IManagementEndpoints, EventStreamEndpoint>();
        services.AddSingleton(static s => new DatagramSubscribers(
            s.GetRequiredService<EventHub>(),
            s.GetRequiredService<ManagementOptions>().Events,
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IMiCommandSource, EventCommands>();
        services.AddSingleton(static s => new Webhooks(
            s.GetRequiredService<EventHub>(),
            s.GetRequiredService<ManagementOptions>().Events,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<SipRandom>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<IStatisticSource>(static s => s.GetRequiredService<Webhooks>());
        services.AddSingleton<IHostedService>(static s =>
        {
            DialogEvents? dialogs = s.GetRequiredService<DialogEventsPlace>().Events;
            IEnumerable<IEventProducer> producers = s.GetServices<IEventProducer>();
            if (dialogs is not null)
                producers = producers.Append(dialogs);
            string node = s.GetService<CallRecordOptions>()?.Node ?? "";
            return new EventService(
                s.GetRequiredService<EventHub>(),
                dialogs,
                [.. producers],
                s.GetRequiredService<Webhooks>(),
                s.GetRequiredService<ManagementOptions>().Events,
                node.Length > 0 ? node : Environment.MachineName
            );
        });
    }

    /// <summary>Null without dialogs, which services cannot be.</summary>
    private sealed record DialogEventsPlace(DialogEvents? Events);
}
