using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>Puts a <see cref="ParleyApplication"/> together: services, configuration, logging, listeners.</summary>
public sealed class ParleyApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private ISipTransport? _transport;
    private TimeProvider? _time;
    private SipRandom? _random;
    private ISipServerLocator? _locator;
    private Action? _checkModules;

    internal ParleyApplicationBuilder(string[]? args, bool isEmpty)
    {
        // Not the generic defaults: they read and watch files that a proxy does not have, which costs most of the start.
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = args, DisableDefaults = true });
        if (isEmpty)
        {
            _host.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
            return;
        }

        _host.Configuration.AddEnvironmentVariables();
        if (args is not null)
            _host.Configuration.AddCommandLine(args);
        _host.Logging.AddConfiguration(_host.Configuration.GetSection("Logging"));
        _host.Services.AddSingleton(_ => new ConsoleLog(ConsoleLog, () => _time ?? TimeProvider.System));
        _host.Services.AddSingleton<ILoggerProvider>(static s => s.GetRequiredService<ConsoleLog>());
    }

    /// <summary>
    /// The services. Build adds, for modules to take in their constructors (not before Build): TimeProvider, SipRandom, SipTimerOptions,
    /// ProxyOptions, TimerService, ISipTransport, ISipServerLocator, TransactionLayer, LocalRequests, ParleyApplication. Every
    /// <see cref="IProxyModule"/> is made by Build.
    /// </summary>
    public IServiceCollection Services => _host.Services;

    /// <summary>The configuration.</summary>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <summary>Where to log.</summary>
    public ILoggingBuilder Logging => _host.Logging;

    /// <summary>How the log on standard output writes, which never blocks the thread that logs; Logging.ClearProviders() takes it out.</summary>
    public ConsoleLogOptions ConsoleLog { get; } = new();

    /// <summary>Options of the proxy core.</summary>
    public ProxyOptions Proxy { get; } = new();

    /// <summary>Timers of the transactions.</summary>
    public SipTimerOptions Timers { get; } = new();

    /// <summary>Limits of the transactions.</summary>
    public TransactionOptions Transactions { get; } = new();

    /// <summary>Listeners, limits and connections of the real network; not used with <see cref="UseTransport"/>.</summary>
    public SipTransportOptions Transport { get; } = new();

    /// <summary>Limits and times of look-ups in the DNS; not used with <see cref="UseLocator"/>.</summary>
    public SipServerLocatorOptions Locator { get; } = new();

    /// <summary>Listens at an address: "udp:127.0.0.1:5060", "tls:[::1]:5061". None at all: UDP and TCP on 127.0.0.1:5060.</summary>
    /// <param name="listener">Protocol, address and port.</param>
    /// <param name="advertised">Host or host:port to call it in Via and Record-Route; null: its own address.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">Not such a text.</exception>
    public ParleyApplicationBuilder Listen(string listener, string? advertised = null)
    {
        Transport.Listeners.Add(ListenerText.Parse(listener, advertised));
        return this;
    }

    /// <summary>A network in place of real sockets, for simulations.</summary>
    /// <param name="transport">The network; stopped and disposed with the application.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseTransport(ISipTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
        return this;
    }

    /// <summary>A clock in place of the system's.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseTimeProvider(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        return this;
    }

    /// <summary>A seeded source in place of a secure one.</summary>
    /// <param name="random">The source.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseRandom(SipRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _random = random;
        return this;
    }

    /// <summary>Another way from URIs to places than DNS.</summary>
    /// <param name="locator">The locator.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseLocator(ISipServerLocator locator)
    {
        ArgumentNullException.ThrowIfNull(locator);
        _locator = locator;
        return this;
    }

    /// <summary>Adds a module; it is made and initialised by Build. Added twice, it is there once.</summary>
    /// <typeparam name="T">The module; its constructor takes services.</typeparam>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder AddModule<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IParleyModule
    {
        if (Services.Any(static s => s.ServiceType == typeof(T)))
            return this;
        Services.AddSingleton<T>();
        Services.AddSingleton<IParleyModule>(static s => s.GetRequiredService<T>());
        _checkModules += () => ApplicationServices.Check(Services, typeof(T));
        return this;
    }

    /// <summary>Makes the application and its modules.</summary>
    /// <returns>Not started yet.</returns>
    /// <exception cref="ArgumentException">A listener or option cannot be used.</exception>
    /// <exception cref="InvalidOperationException">A module needs a service that nothing adds; the message names the call.</exception>
    public ParleyApplication Build()
    {
        _checkModules?.Invoke();
        var parts = new ApplicationParts();
        Register(parts);
        IHost host = _host.Build();
        var loggers = host.Services.GetRequiredService<ILoggerFactory>();
        TimeProvider time = _time ?? TimeProvider.System;
        SipRandom random = _random ?? SipRandom.CreateSecure();
        ISipTransport transport = _transport ?? MakeTransport(loggers, time);
        parts.Time = time;
        parts.Random = random;
        parts.Transport = transport;
        parts.Locator =
            _locator ?? new SipServerLocator(new SystemNameSource(new DnsClientSource(), time), transport.Listeners, random, time, Locator);
        parts.Timers = new TimerService(time, loggers);
        var application = new ParleyApplication(host, parts, Proxy, Timers, Transactions, loggers);
        parts.Application = application;
        application.MakeModules();
        return application;
    }

    private SipTransport MakeTransport(ILoggerFactory loggers, TimeProvider time)
    {
        if (Transport.Listeners.Count == 0)
            Listen("udp:127.0.0.1:5060").Listen("tcp:127.0.0.1:5060");
        return new SipTransport(Transport, loggers, time);
    }

    private void Register(ApplicationParts parts)
    {
        Services.AddSingleton(Proxy);
        Services.AddSingleton(Timers);
        Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_ => ApplicationParts.Require(parts.Time)));
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Random));
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Timers));
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Transport));
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Locator));
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Application));
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Application).Transactions);
        Services.AddSingleton(_ => ApplicationParts.Require(parts.Application).LocalRequests);
    }
}
