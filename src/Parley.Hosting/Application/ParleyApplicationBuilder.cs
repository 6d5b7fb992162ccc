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
    private readonly ParleyBuilder _parley;

    internal ParleyApplicationBuilder(string[]? args, bool isEmpty)
    {
        // Not the generic defaults: they read and watch files that a proxy does not have, which costs most of the start.
        _host = new HostApplicationBuilder(new HostApplicationBuilderSettings { Args = args, DisableDefaults = true });
        _parley = new ParleyBuilder(_host.Services);
        if (isEmpty)
        {
            _host.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
            return;
        }

        _host.Configuration.AddEnvironmentVariables();
        if (args is not null)
            _host.Configuration.AddCommandLine(args);
        _host.Logging.AddConfiguration(_host.Configuration.GetSection("Logging"));
        _host.Services.AddMetrics();
        _host.Services.AddSingleton(_ => new ConsoleLog(ConsoleLog, () => _parley.Time ?? TimeProvider.System));
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
    public ProxyOptions Proxy => _parley.Proxy;

    /// <summary>Timers of the transactions.</summary>
    public SipTimerOptions Timers => _parley.Timers;

    /// <summary>Limits of the transactions.</summary>
    public TransactionOptions Transactions => _parley.Transactions;

    /// <summary>Listeners, limits and connections of the real network; not used with <see cref="UseTransport"/>.</summary>
    public SipTransportOptions Transport => _parley.Transport;

    /// <summary>Limits and times of look-ups in the DNS; not used with <see cref="UseLocator"/>.</summary>
    public SipServerLocatorOptions Locator => _parley.Locator;

    /// <summary>Listens at an address: "udp:127.0.0.1:5060", "tls:[::1]", "tcp:*:5070". None at all: UDP and TCP on 127.0.0.1:5060.</summary>
    /// <param name="listener">Protocol, address and port.</param>
    /// <param name="advertised">Host or host:port to call it in Via and Record-Route; null: its own address.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">Not such a text.</exception>
    public ParleyApplicationBuilder Listen(string listener, string? advertised = null)
    {
        _parley.Listen(listener, advertised);
        return this;
    }

    /// <summary>Reads listeners, options and routes from a section of the configuration: docs/guide/hosting.md has its keys.</summary>
    /// <param name="section">The section; null: "Parley" of <see cref="Configuration"/>. Read now: what changes in it later has no effect.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Keys that do not exist, values that are not allowed: one line for each, with key and what is allowed.</exception>
    public ParleyApplicationBuilder Configure(IConfiguration? section = null)
    {
        _parley.Configure(section ?? Configuration.GetSection("Parley"));
        return this;
    }

    /// <summary>A network in place of real sockets, for simulations.</summary>
    /// <param name="transport">The network; stopped and disposed with the application.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseTransport(ISipTransport transport)
    {
        _parley.UseTransport(transport);
        return this;
    }

    /// <summary>A clock in place of the system's.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseTimeProvider(TimeProvider time)
    {
        _parley.UseTimeProvider(time);
        return this;
    }

    /// <summary>A seeded source in place of a secure one.</summary>
    /// <param name="random">The source.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseRandom(SipRandom random)
    {
        _parley.UseRandom(random);
        return this;
    }

    /// <summary>Another way from URIs to places than DNS.</summary>
    /// <param name="locator">The locator.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseLocator(ISipServerLocator locator)
    {
        _parley.UseLocator(locator);
        return this;
    }

    /// <summary>Adds a module; it is made and initialised by Build. Added twice, it is there once.</summary>
    /// <typeparam name="T">The module; its constructor takes services.</typeparam>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder AddModule<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IParleyModule
    {
        _parley.AddModule<T>();
        return this;
    }

    /// <summary>Makes the application and its modules.</summary>
    /// <returns>Not started yet.</returns>
    /// <exception cref="ArgumentException">A listener or option cannot be used.</exception>
    /// <exception cref="InvalidOperationException">A module needs a service that nothing adds; the message names the call.</exception>
    public ParleyApplication Build()
    {
        ProgramTakeover.Current?.Change(this);
        _parley.CheckModules();
        _parley.Register();
        IHost host = _host.Build();
        var application = host.Services.GetRequiredService<ParleyApplication>();
        application.Attach(host);
        _parley.Complete(application);
        return application;
    }
}
