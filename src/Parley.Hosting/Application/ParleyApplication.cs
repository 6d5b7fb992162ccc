using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Proxy;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>A SIP proxy: an <see cref="IHost"/> that handles each request by the handler given to <see cref="OnRequest"/>.</summary>
public sealed class ParleyApplication : IHost, IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private IHost? _host;
    private readonly ApplicationParts _parts;
    private bool _started;
    private bool _stopped;
    private bool _disposed;

    internal ParleyApplication(
        IServiceProvider services,
        ApplicationParts parts,
        ProxyOptions options,
        SipTimerOptions timers,
        TransactionOptions transactions,
        ILoggerFactory loggers
    )
    {
        _parts = parts;
        Services = new ApplicationServices(services);
        Options = options;
        Core = new ProxyCore(
            Services,
            options,
            parts.Transport!,
            parts.Timers!,
            parts.Random!,
            parts.Time!,
            parts.Locator!,
            loggers.CreateLogger("Parley.Proxy")
        );
        Pipeline = new ProxyPipeline(Core);
        Transactions = new TransactionLayer(parts.Transport!, parts.Timers!, parts.Random!, timers, Pipeline, loggers, transactions);
        Core.Transactions = Transactions;
        LocalRequests = new LocalRequests(Core);
    }

    /// <inheritdoc/>
    public IServiceProvider Services { get; }

    /// <summary>The configuration.</summary>
    public IConfiguration Configuration => Services.GetRequiredService<IConfiguration>();

    /// <summary>The network.</summary>
    public ISipTransport Transport => _parts.Transport!;

    /// <summary>The transactions.</summary>
    public TransactionLayer Transactions { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time => _parts.Time!;

    /// <summary>The source of randomness.</summary>
    public SipRandom Random => _parts.Random!;

    /// <summary>From URIs to places (RFC 3263).</summary>
    public ISipServerLocator Locator => _parts.Locator!;

    /// <summary>Options of the proxy core.</summary>
    public ProxyOptions Options { get; }

    /// <summary>Sends requests of the proxy's own.</summary>
    public LocalRequests LocalRequests { get; }

    /// <summary>Where the steps of calls go.</summary>
    public CallSteps CallSteps => Core.Steps;

    /// <summary>What the proxy has done so far.</summary>
    public ProxyCounters Counters => Core.Counters;

    /// <summary>Requests that are not over: their transactions, handlers or branches live.</summary>
    public int PendingRequests => Pipeline.Contexts.Rented;

    /// <summary>New INVITEs are refused.</summary>
    public bool IsDraining => Core.IsDraining;

    internal ProxyCore Core { get; }

    private ProxyPipeline Pipeline { get; }

    /// <summary>A builder with configuration from the environment and the command line, and logging to the console.</summary>
    /// <param name="args">The command line; null for none.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder CreateBuilder(string[]? args = null) => new(args, isEmpty: false);

    /// <summary>A builder with nothing in it: no configuration, no logging. Cheap, for simulations.</summary>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder CreateEmptyBuilder() => new(null, isEmpty: true);

    /// <summary>The main route: sees every new request and every ACK of a 2xx. One handler, set before start; without it requests get 501.</summary>
    /// <param name="handler">The route.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public void OnRequest(SipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Pipeline.Hooks.Handler is not null)
            throw new InvalidOperationException("There is a main route already.");
        Pipeline.Hooks.Handler = handler;
    }

    /// <summary>Sees each copy of every request; runs before the request's own branch hooks.</summary>
    /// <param name="handler">The hook.</param>
    public void OnBranch(SipBranchHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Pipeline.Hooks.Branch = [.. Pipeline.Hooks.Branch, handler];
    }

    /// <summary>Sees each response to every request; runs before the request's own reply hooks.</summary>
    /// <param name="handler">The hook.</param>
    public void OnReply(SipReplyHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Pipeline.Hooks.Reply = [.. Pipeline.Hooks.Reply, handler];
    }

    /// <summary>Runs when all branches of a request failed; runs before the request's own failure hooks.</summary>
    /// <param name="handler">The hook.</param>
    public void OnFailure(SipRequestHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Pipeline.Hooks.Failure = [.. Pipeline.Hooks.Failure, handler];
    }

    /// <summary>Sees requests that this element itself originates (OpenSIPS's local route).</summary>
    /// <param name="handler">The hook.</param>
    public void OnLocalRequest(Action<LocalRequest> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        LocalRequests.Hooks = [.. LocalRequests.Hooks, handler];
    }

    /// <summary>New INVITEs get 503 with Retry-After from now on; requests within dialogs go on.</summary>
    public void StartDraining()
    {
        if (Core.IsDraining)
            return;
        Core.IsDraining = true;
        HostingLog.Draining(Core.Logger);
    }

    /// <summary>Starts the services, and the network last.</summary>
    /// <param name="cancellationToken">Ends the starting.</param>
    /// <returns>Done when requests are received.</returns>
    /// <exception cref="InvalidOperationException">It was started before, or it was added to another host (<see cref="ParleyServices"/>), which starts it.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (_host is null)
            throw new InvalidOperationException("The host that it was added to starts it.");
        if (ProgramTakeover.Current?.Take(this) is { } wait)
            await wait.ConfigureAwait(false);
        if (_started)
            throw new InvalidOperationException("Started before.");
        _started = true;
        await _host.StartAsync(cancellationToken).ConfigureAwait(false);
        Transport.Start(Transactions);
    }

    /// <summary>Drains, waits for requests without a final response (<see cref="ProxyOptions.StopTimeout"/>), then closes the network and stops the services.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Done when stopped.</returns>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_stopped)
            return;
        _stopped = true;
        StartDraining();
        long begin = Time.GetTimestamp();
        while (Core.Unanswered > 0 && Time.GetElapsedTime(begin) < Options.StopTimeout && !cancellationToken.IsCancellationRequested)
            await Task.Delay(PollInterval, Time, CancellationToken.None).ConfigureAwait(false);
        if (Core.Unanswered > 0)
            HostingLog.StoppedUnanswered(Core.Logger, Core.Unanswered);
        if (_started)
            await Transport.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_host is not null)
            await _host.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts and blocks until shutdown is asked for.</summary>
    /// <exception cref="InvalidOperationException">As of <see cref="StartAsync"/>.</exception>
    public void Run() => HostingAbstractionsHostExtensions.Run(this);

    /// <summary>Starts, and stops when shutdown is asked for: SIGTERM, Ctrl+C, or the token.</summary>
    /// <param name="cancellationToken">Asks for shutdown.</param>
    /// <returns>Done when stopped.</returns>
    /// <exception cref="InvalidOperationException">As of <see cref="StartAsync"/>.</exception>
    public Task RunAsync(CancellationToken cancellationToken = default) =>
        HostingAbstractionsHostExtensions.RunAsync(this, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The services hold this application too and dispose it again.
        if (_disposed)
            return;
        _disposed = true;
        await Transport.DisposeAsync().ConfigureAwait(false);
        Transactions.Dispose();
        Core.Watchdog?.Dispose();
        _parts.Timers!.Dispose();
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync().ConfigureAwait(false);
        else
            _host?.Dispose();
    }

    /// <summary>The host that this application runs as; without one it is a service of another host.</summary>
    internal void Attach(IHost host) => _host = host;

    /// <summary>The host has started all else.</summary>
    internal void StartNetwork()
    {
        _started = true;
        Transport.Start(Transactions);
    }

    internal void MakeModules()
    {
        Pipeline.Hooks.Modules = [.. Services.GetServices<IProxyModule>()];
        foreach (IParleyModule module in Services.GetServices<IParleyModule>())
            module.Initialize(this);
    }
}
