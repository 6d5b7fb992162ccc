using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Registrar;
using Parley.Server.Configuration;
using Parley.Server.Routing;
using Parley.Server.Runtime;
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
    public static ParleyApplication Build(
        ServerConfiguration configuration,
        IConfigurationRoot root,
        ReadOnlyMemory<byte> routeKey = default,
        Action<ParleyApplicationBuilder>? change = null
    )
    {
        var builder = ParleyApplication.CreateBuilder();
        Log(builder, root);
        builder.Services.AddSystemd();
        Transport(builder.Transport, configuration);
        Core(builder, configuration);
        builder.Proxy.RouteKey = routeKey;
        builder.AddDialogs(options => Dialogs(options, configuration.Dialogs));
        builder.Services.AddSingleton(Registrar(configuration.Registrar));
        builder.Services.AddSingleton(s => new LocationTable(
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<SipRandom>(),
            s.GetRequiredService<RegistrarOptions>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        builder.Services.AddSingleton<SipRegistrar>();
        change?.Invoke(builder);
        var application = builder.Build();
        application.Transactions.Waiting += new GcPacing(GcPacing.DefaultBytes).Look;
        return application;
    }

    /// <summary>Gives the application its main route.</summary>
    public static CallRouting Route(ParleyApplication application, ServerConfiguration configuration)
    {
        var routing = new CallRouting(application.Services.GetRequiredService<SipRegistrar>(), configuration);
        application.OnRequest(routing.OnRequestAsync);
        return routing;
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

    private static void Log(ParleyApplicationBuilder builder, IConfigurationRoot root)
    {
        // The host's own lines about content roots and lifetimes say nothing of calls.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddConfiguration(root.GetSection("Logging"));
        builder.ConsoleLog.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        builder.ConsoleLog.SyslogPrefix = SystemdHelpers.IsSystemdService();
        if (builder.ConsoleLog.SyslogPrefix)
            builder.ConsoleLog.TimestampFormat = null; // the journal has its own
    }

    private static void Transport(SipTransportOptions options, ServerConfiguration configuration)
    {
        foreach (var listener in configuration.Listeners)
            options.Listeners.Add(Listener(listener, configuration));
        foreach (var alias in configuration.OwnNames)
            options.Aliases.Add(alias);
        var limits = configuration.Limits;
        options.Limits = new SipLimits
        {
            MaxMessageSize = limits.MaxMessageSize,
            MaxBodySize = limits.MaxMessageSize,
            MaxHeaderCount = limits.MaxHeaderCount,
            MaxHeaderLength = limits.MaxHeaderLength,
            MaxUriLength = limits.MaxUriLength,
        };
        options.BatchSize = configuration.Udp.BatchSize;
        options.Streams.MaxConnections = limits.MaxConnections;
        options.Streams.MaxConnectionsPerAddress = limits.MaxConnectionsPerAddress;
        options.Streams.IdleTimeout = limits.ConnectionIdleTimeout;
        options.Streams.StrangerIdleTimeout = limits.StrangerIdleTimeout;
        options.Streams.FirstMessageTimeout = limits.FirstMessageTimeout;
        options.Streams.MaxOutboundConnections = limits.MaxOutboundConnections;
        options.Streams.MaxPendingConnects = limits.MaxPendingConnects;
        options.Streams.MaxPendingConnectsPerSource = limits.MaxPendingConnectsPerSource;
    }

    private static SipListenerOptions Listener(ListenerConfiguration listener, ServerConfiguration configuration) =>
        new()
        {
            Protocol = listener.Protocol,
            EndPoint = listener.EndPoint.ToIPEndPoint(),
            AdvertisedHost = listener.AdvertisedHost,
            AdvertisedPort = listener.AdvertisedPort,
            Workers = configuration.Udp.Workers,
            ReceiveBufferSize = configuration.Udp.ReceiveBuffer,
            SendBufferSize = configuration.Udp.SendBuffer,
            Tls = listener.Protocol == SipProtocol.Tls ? Tls(configuration.Tls) : null,
        };

    internal static SipTlsOptions Tls(TlsConfiguration tls) =>
        new()
        {
            CertificatePath = tls.Certificate,
            PrivateKeyPath = tls.Key,
            Password = tls.Password,
            ClientCertificates = tls.ClientCertificates,
            TrustedCertificatesPath = tls.TrustedCertificates,
            AcceptUntrustedServers = !tls.VerifyServers,
        };

    private static void Core(ParleyApplicationBuilder builder, ServerConfiguration configuration)
    {
        builder.Timers.T1 = configuration.Timers.T1;
        builder.Timers.T2 = configuration.Timers.T2;
        builder.Timers.T4 = configuration.Timers.T4;
        builder.Proxy.TimerC = configuration.Timers.C;
        builder.Transactions.MaxServerTransactions = configuration.Limits.MaxTransactions;
        builder.Locator.MaxPendingQuestions = configuration.Limits.MaxPendingLookups;
        builder.Locator.MaxPendingQuestionsPerSource = configuration.Limits.MaxPendingLookupsPerSource;
        builder.Locator.MaxCachedAnswers = configuration.Limits.MaxDnsAnswers;
    }

    private static void Dialogs(DialogOptions options, DialogConfiguration dialogs)
    {
        options.DefaultTimeout = dialogs.DefaultTimeout;
        options.EarlyTimeout = dialogs.EarlyTimeout;
        options.NoAckTimeout = dialogs.NoAckTimeout;
        options.DeleteDelay = dialogs.DeleteDelay;
        options.HashSize = dialogs.HashSize;
        options.MatchMode = dialogs.MatchMode;
        options.SequentialRouting = dialogs.SequentialRouting;
        options.SequentialSource = dialogs.SequentialSource;
        foreach (var name in dialogs.ProfilesWithValue)
            options.ProfilesWithValue.Add(name);
        foreach (var name in dialogs.ProfilesNoValue)
            options.ProfilesWithoutValue.Add(name);
    }

    private static RegistrarOptions Registrar(RegistrarConfiguration registrar) =>
        new()
        {
            DefaultExpires = registrar.DefaultExpires,
            MinExpires = registrar.MinExpires,
            MaxExpires = registrar.MaxExpires,
            MaxContacts = registrar.MaxContacts,
            MaxBindings = registrar.MaxBindings,
            MaxMemory = registrar.MaxMemory,
            MaxContactLength = registrar.MaxContactLength,
            MaxPathLength = registrar.MaxPathLength,
            MaxPaths = registrar.MaxPaths,
            MaxBindingSize = registrar.MaxBindingSize,
            AllowOwnContacts = registrar.AllowOwnContacts,
        };
}
