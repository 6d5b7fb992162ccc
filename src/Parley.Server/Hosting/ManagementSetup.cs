using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Management;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Telemetry;

namespace Parley.Server.Hosting;

/// <summary>Gives the application of the server its management side.</summary>
internal static class ManagementSetup
{
    /// <summary>Opens its addresses for HTTP and closes them again; the line for the operator when one is in use, null otherwise.</summary>
    public static string? FaultOf(ServerConfiguration configuration)
    {
        if (!configuration.Management.IsEnabled || configuration.Management.Options.WithoutHttp)
            return null;
        var addresses = configuration.Management.Options.Listen.Select(ManagementOptions.EndPointOf).OfType<IPEndPoint>().ToList();
        if (addresses.Count == 0)
            addresses.Add(new IPEndPoint(IPAddress.Loopback, ManagementOptions.DefaultPort));
        foreach (var address in addresses)
        {
            try
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(address);
                socket.Listen();
            }
            catch (SocketException error)
            {
                return $"Parley:Management:Listen: {address} cannot be opened: {error.Message}";
            }
        }
        return null;
    }

    /// <summary>As the settings say; nothing when they turn it off.</summary>
    public static void AddTo(ParleyApplicationBuilder builder, ServerConfiguration configuration)
    {
        if (!configuration.Management.IsEnabled)
            return;
        builder.AddManagement(options =>
        {
            // The options object is the application's own: each setting carries its value over.
            var target = new ServerConfiguration { Management = new ManagementConfiguration { Options = options } };
            foreach (var setting in SettingTable.Sections.Single(static s => s.Name == "Management").Settings)
                setting.Copy(configuration, target);
            AddWebhooks(options.Events, configuration);
        });
        if (configuration.Management.Telemetry is not { MetricsEndpoint: null, TracesEndpoint: null })
            builder.Services.AddSingleton<IHostedService>(s => new OtlpExport(configuration, s.GetRequiredService<ILoggerFactory>()));
    }

    /// <exception cref="ArgumentException">There is no folder for their queues.</exception>
    private static void AddWebhooks(EventsOptions events, ServerConfiguration configuration)
    {
        foreach (var webhook in configuration.Management.Webhooks)
            events.Webhooks.Add(webhook.ToOptions());
        if (events.Webhooks.Count == 0 || events.QueueDirectory.Length > 0)
            return;
        if (RouteKeyFile.DirectoryOf(configuration) is not { } state)
            throw new ArgumentException("Parley:Management:Events:QueueDirectory: is missing, and there is no state directory");
        events.QueueDirectory = Path.Combine(state.Path, "webhooks");
    }
}
