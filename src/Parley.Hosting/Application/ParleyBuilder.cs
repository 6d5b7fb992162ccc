using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
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

/// <summary>What a proxy is made of, in the services of any host (<see cref="ParleyServices.AddParley(IServiceCollection, Action{ParleyBuilder})"/>).</summary>
public sealed class ParleyBuilder
{
    private readonly ApplicationParts _parts = new();
    private ISipTransport? _transport;
    private SipRandom? _random;
    private ISipServerLocator? _locator;
    private Action? _checkModules;
    private Func<IServiceProvider, SipRequestHandler>? _handler;

    internal ParleyBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the host. Modules may take in their constructors: TimeProvider, SipRandom, SipTimerOptions, ProxyOptions, TimerService, ISipTransport,
    /// ISipServerLocator, TransactionLayer, LocalRequests, ParleyApplication.</summary>
    public IServiceCollection Services { get; }

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

    /// <summary>The clock given by <see cref="UseTimeProvider"/>; null: the host's.</summary>
    internal TimeProvider? Time { get; private set; }

    /// <summary>Listens at a place: "udp:127.0.0.1:5060", "tls:[::1]", "tcp:*:5070". None at all: UDP and TCP on 127.0.0.1:5060.</summary>
    /// <param name="listener">Protocol, address and port.</param>
    /// <param name="advertised">Host or host:port to call it in Via and Record-Route; null: its own address.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">Not such a text.</exception>
    public ParleyBuilder Listen(string listener, string? advertised = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(listener);
        string text = advertised is null ? listener : $"{listener} as {advertised}";
        Transport.Listeners.Add(
            SipListenerOptions.TryParse(text, out SipListenerOptions? options)
                ? options
                : throw new ArgumentException($"'{text}' is not a place to listen at, such as udp:127.0.0.1:5060.", nameof(listener))
        );
        return this;
    }

    /// <summary>Reads listeners, options and routes from a section of the configuration, by convention "Parley": docs/guide/hosting.md has its keys.</summary>
    /// <param name="section">The section. Read now: what changes in it later has no effect.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Keys that do not exist, values that are not allowed: one line for each, with key and what is allowed.</exception>
    public ParleyBuilder Configure(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        Services.RemoveAll<RelayRoutes>();
        Services.AddSingleton(ParleySection.Read(section, this));
        return this;
    }

    /// <summary>The main route: sees every new request and every ACK of a 2xx. Without one, requests get 501.</summary>
    /// <param name="handler">The route.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public ParleyBuilder OnRequest(SipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Handle(_ => handler);
    }

    /// <summary>The main route is a class: one object for the application's life, made with services in its constructor.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <returns>This builder.</returns>
    /// <exception cref="InvalidOperationException">There is a main route already.</exception>
    public ParleyBuilder UseHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, ISipHandler
    {
        Services.TryAddSingleton<T>();
        return Handle(static services => services.GetRequiredService<T>().OnRequestAsync);
    }

    /// <summary>Adds a module; it is made and initialised when the application starts. Added twice, it is there once.</summary>
    /// <typeparam name="T">The module; its constructor takes services.</typeparam>
    /// <returns>This builder.</returns>
    public ParleyBuilder AddModule<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IParleyModule
    {
        if (Services.Any(static s => s.ServiceType == typeof(T)))
            return this;
        Services.AddSingleton<T>();
        Services.AddSingleton<IParleyModule>(static s => s.GetRequiredService<T>());
        _checkModules += () => ApplicationServices.Check(Services, typeof(T));
        return this;
    }

    /// <summary>A network in place of real sockets, for simulations.</summary>
    /// <param name="transport">The network; stopped and disposed with the application.</param>
    /// <returns>This builder.</returns>
    public ParleyBuilder UseTransport(ISipTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        _transport = transport;
        return this;
    }

    /// <summary>A clock in place of the host's, for all of the host's services.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>This builder.</returns>
    public ParleyBuilder UseTimeProvider(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Time = time;
        Services.Replace(ServiceDescriptor.Singleton(time));
        return this;
    }

    /// <summary>A seeded source in place of a secure one.</summary>
    /// <param name="random">The source.</param>
    /// <returns>This builder.</returns>
    public ParleyBuilder UseRandom(SipRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _random = random;
        return this;
    }

    /// <summary>Another way from URIs to places than DNS.</summary>
    /// <param name="locator">The locator.</param>
    /// <returns>This builder.</returns>
    public ParleyBuilder UseLocator(ISipServerLocator locator)
    {
        ArgumentNullException.ThrowIfNull(locator);
        _locator = locator;
        return this;
    }

    /// <summary>The parts and the application come out of the services, each made when it is first asked for.</summary>
    internal void Register()
    {
        Services.AddSingleton(Proxy);
        Services.AddSingleton(Timers);
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(s => PartsOf(s).Random!);
        Services.AddSingleton(s => PartsOf(s).Timers!);
        Services.AddSingleton(s => PartsOf(s).Transport!);
        Services.AddSingleton(s => PartsOf(s).Locator!);
        Services.AddSingleton(MakeApplication);
        Services.AddSingleton<IHostedService>(static s => new SipMetrics(
            s.GetRequiredService<ParleyApplication>(),
            s.GetService<IMeterFactory>()
        ));
        Services.AddSingleton(static s => s.GetRequiredService<ParleyApplication>().Transactions);
        Services.AddSingleton(static s => s.GetRequiredService<ParleyApplication>().LocalRequests);
    }

    /// <summary>Makes the modules and gives the application its main route.</summary>
    internal void Complete(ParleyApplication application)
    {
        CheckModules();
        application.MakeModules();
        if (_handler is not null)
            application.OnRequest(_handler(application.Services));
    }

    /// <exception cref="InvalidOperationException">A module needs a service that nothing adds.</exception>
    internal void CheckModules() => _checkModules?.Invoke();

    private ParleyBuilder Handle(Func<IServiceProvider, SipRequestHandler> handler)
    {
        if (_handler is not null)
            throw new InvalidOperationException("There is a main route already.");
        _handler = handler;
        return this;
    }

    private ParleyApplication MakeApplication(IServiceProvider services) =>
        new(services, PartsOf(services), Proxy, Timers, Transactions, services.GetRequiredService<ILoggerFactory>());

    private ApplicationParts PartsOf(IServiceProvider services)
    {
        lock (_parts)
        {
            if (_parts.Timers is not null)
                return _parts;
            var loggers = services.GetRequiredService<ILoggerFactory>();
            TimeProvider time = services.GetRequiredService<TimeProvider>();
            SipRandom random = _random ?? SipRandom.CreateSecure();
            _parts.Time = time;
            _parts.Random = random;
            _parts.Transport = _transport ?? MakeTransport(loggers, time);
            _parts.Locator =
                _locator
                ?? new SipServerLocator(
                    new SystemNameSource(new DnsClientSource(), time),
                    _parts.Transport.Listeners,
                    random,
                    time,
                    Locator
                );
            _parts.Timers = new TimerService(time, loggers);
            return _parts;
        }
    }

    private SipTransport MakeTransport(ILoggerFactory loggers, TimeProvider time)
    {
        if (Transport.Listeners.Count == 0)
            Listen("udp:127.0.0.1:5060").Listen("tcp:127.0.0.1:5060");
        return new SipTransport(Transport, loggers, time);
    }
}
