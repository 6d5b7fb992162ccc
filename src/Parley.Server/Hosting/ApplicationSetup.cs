using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Proxy;
using Parley.Registrar;
using Parley.Server.Calls;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Messages;
using Parley.Server.Routing;
using Parley.Server.Runtime;
using Parley.Server.Storage;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Server.Hosting;

/// <summary>Makes the application that the settings describe.</summary>
internal static class ApplicationSetup
{
    /// <param name="configuration">The settings.</param>
    /// <param name="root">Where they come from; its section Logging is read.</param>
    /// <param name="routeKey">The key of <see cref="RouteKeyFile"/>; empty for one of this start.</param>
    /// <param name="change">Has the last word on the parts, as a network, a clock or a log for tests; null for none.</param>
    /// <param name="store">Where calls and registrations outlive the application; null: nowhere.</param>
    public static ParleyApplication Build(
        ServerConfiguration configuration,
        IConfigurationRoot root,
        ReadOnlyMemory<byte> routeKey = default,
        Action<ParleyApplicationBuilder>? change = null,
        ServerStore? store = null
    )
    {
        var builder = ParleyApplication.CreateBuilder();
        Log(builder, root, configuration.LogsWithPriorities);
        builder.Services.AddSystemd();
        builder.Services.AddSingleton<IHostedService>(static s => new Watchdog(
            new SystemdNotifier(),
            s.GetRequiredService<TimeProvider>()
        ));
        builder.AddDialogs(options => Apply(configuration, builder, options));
        Listen(builder.Transport, configuration);
        builder.Proxy.RouteKey = routeKey;
        builder.Services.AddSingleton(configuration.Registrar);
        builder.Services.AddSingleton(s => new LocationTable(
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<SipRandom>(),
            s.GetRequiredService<RegistrarOptions>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        builder.Services.AddSingleton(static s => new SipRegistrar(
            s.GetRequiredService<LocationTable>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetService<LocationPersistence>()
        ));
        builder.Services.AddRegistrarMetrics();
        builder.Services.AddSingleton<CallLog>();
        builder.Services.AddSingleton<MessageLog>();
        builder.Services.AddSingleton<DropLog>();
        builder.Services.AddSingleton<IProxyModule>(s => s.GetRequiredService<CallLog>());
        store?.AddTo(builder);
        change?.Invoke(builder);
        var application = builder.Build();
        if (configuration.GcPacing > 0)
            application.Transactions.Waiting += new GcPacing(configuration.GcPacing).Look;
        return application;
    }

    /// <summary>Gives the application its main route.</summary>
    /// <param name="application">The application.</param>
    /// <param name="configuration">Its settings.</param>
    /// <param name="around">Puts a route round the main one; null for none.</param>
    public static CallRouting Route(
        ParleyApplication application,
        ServerConfiguration configuration,
        Func<SipRequestHandler, SipRequestHandler>? around = null
    )
    {
        application.Services.GetRequiredService<CallLog>().Follow(application.Services.GetRequiredService<IDialogApi>());
        application.Services.GetRequiredService<MessageLog>().Use(configuration.Messages);
        _ = new RegistrationLog(
            application.Services.GetRequiredService<LocationTable>(),
            application.Services.GetRequiredService<ILoggerFactory>()
        );
        var routing = new CallRouting(application.Services.GetRequiredService<SipRegistrar>(), configuration);
        application.OnRequest(around is null ? routing.OnRequestAsync : around(routing.OnRequestAsync));
        return routing;
    }

    /// <summary>Brings the log levels of a section Logging into effect, and the filter of the log of messages.</summary>
    public static void ChangeLog(ParleyApplication application, ServerConfiguration configuration, IConfigurationSection logging)
    {
        application.Services.GetRequiredService<LogSettings>().Use(logging);
        application.Services.GetRequiredService<MessageLog>().Use(configuration.Messages);
    }

    /// <summary>Gives the element the names that the settings have now.</summary>
    public static void Rename(ParleyApplication application, ServerConfiguration configuration) =>
        (application.Transport as SipTransport)?.SetAliases(configuration.OwnNames);

    /// <summary>Reads the certificate files again; false when they could not be read and the old ones stay.</summary>
    public static bool ReloadCertificates(ParleyApplication application) =>
        application.Transport is not SipTransport transport || transport.ReloadCertificates();

    /// <summary>Messages this element had to send again, of either kind.</summary>
    public static long RetransmissionsSent(ParleyApplication application)
    {
        var counters = application.Transactions.Statistics;
        return counters[TransactionCounter.RequestsRetransmitted] + counters[TransactionCounter.ResponsesRetransmitted];
    }

    private static void Log(ParleyApplicationBuilder builder, IConfigurationRoot root, bool withPriorities)
    {
        // The host's own lines about content roots and lifetimes say nothing of calls.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A start that fails has a line of the server's own; the host's would have the whole stack.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        var levels = new LogSettings();
        levels.Use(root.GetSection("Logging"));
        builder.Logging.AddConfiguration(new ConfigurationBuilder().Add(levels).Build());
        builder.Services.AddSingleton(levels);
        builder.ConsoleLog.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        builder.ConsoleLog.SyslogPrefix = withPriorities || SystemdHelpers.IsSystemdService();
        if (builder.ConsoleLog.SyslogPrefix)
            builder.ConsoleLog.TimestampFormat = null; // the journal has its own
    }

    // The builder's options objects are its own: each setting carries its value over.
    private static void Apply(ServerConfiguration configuration, ParleyApplicationBuilder builder, DialogOptions dialogs)
    {
        var target = new ServerConfiguration
        {
            Dialogs = dialogs,
            Transport = builder.Transport,
            Timers = builder.Timers,
            Transactions = builder.Transactions,
            Locator = builder.Locator,
            Proxy = builder.Proxy,
            Log = builder.ConsoleLog,
        };
        foreach (var section in SettingTable.Sections)
        {
            foreach (var setting in section.Settings)
                setting.Copy(configuration, target);
        }
    }

    private static void Listen(SipTransportOptions options, ServerConfiguration configuration)
    {
        foreach (var listener in configuration.Listeners)
            options.Listeners.Add(Listener(listener, configuration));
        foreach (var alias in configuration.OwnNames)
            options.Aliases.Add(alias);
    }

    private static SipListenerOptions Listener(ListenerConfiguration listener, ServerConfiguration configuration) =>
        new()
        {
            Protocol = listener.Protocol,
            EndPoint = listener.EndPoint.ToIPEndPoint(),
            AdvertisedHost = listener.AdvertisedHost,
            AdvertisedPort = listener.AdvertisedPort,
            Workers = configuration.Udp.Workers,
            Spread = configuration.Udp.Spread,
            ReceiveBufferSize = configuration.Udp.ReceiveBufferSize,
            SendBufferSize = configuration.Udp.SendBufferSize,
            Tls = listener.Protocol == SipProtocol.Tls ? configuration.Tls : null,
        };
}
