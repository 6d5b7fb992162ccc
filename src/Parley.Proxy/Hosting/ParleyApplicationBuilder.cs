#pragma warning disable CA1822, CA1065, IDE0060 // skeleton: bodies follow
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>Puts a <see cref="ParleyApplication"/> together: services, configuration, logging, listeners.</summary>
public sealed class ParleyApplicationBuilder
{
    /// <summary>
    /// The services. Build adds, for modules to take in their constructors (not before Build): TimeProvider, SipRandom, SipTimerOptions,
    /// ProxyOptions, TimerService, ISipTransport, LocalRequests. Every <see cref="IProxyModule"/> is made by Build.
    /// </summary>
    public IServiceCollection Services => throw new NotImplementedException();

    /// <summary>The configuration.</summary>
    public ConfigurationManager Configuration => throw new NotImplementedException();

    /// <summary>Where to log.</summary>
    public ILoggingBuilder Logging => throw new NotImplementedException();

    /// <summary>Options of the proxy core.</summary>
    public ProxyOptions Proxy => throw new NotImplementedException();

    /// <summary>Timers of the transactions.</summary>
    public SipTimerOptions Timers => throw new NotImplementedException();

    /// <summary>Hear at a place: "udp:127.0.0.1:5060", "tls:[::1]:5061".</summary>
    /// <param name="listener">Protocol, address and port.</param>
    /// <param name="advertised">Host or host:port to call it in Via and Record-Route; null: its own address.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">Not such a text.</exception>
    public ParleyApplicationBuilder Listen(string listener, string? advertised = null) => throw new NotImplementedException();

    /// <summary>A network in place of real sockets, for simulations.</summary>
    /// <param name="transport">The network.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseTransport(ISipTransport transport) => throw new NotImplementedException();

    /// <summary>A clock in place of the system's.</summary>
    /// <param name="time">The clock.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseTimeProvider(TimeProvider time) => throw new NotImplementedException();

    /// <summary>A seeded source in place of a secure one.</summary>
    /// <param name="random">The source.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseRandom(SipRandom random) => throw new NotImplementedException();

    /// <summary>Another way from URIs to places than DNS.</summary>
    /// <param name="locator">The locator.</param>
    /// <returns>This builder.</returns>
    public ParleyApplicationBuilder UseLocator(ISipServerLocator locator) => throw new NotImplementedException();

    /// <summary>Makes the application.</summary>
    /// <returns>Not started yet.</returns>
    public ParleyApplication Build() => throw new NotImplementedException();
}
