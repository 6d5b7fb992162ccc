#pragma warning disable CA1822, CA1065, IDE0060 // skeleton: bodies follow
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Parley.Sip;
using Parley.Transactions;
using Parley.Transport;

namespace Parley.Proxy;

/// <summary>A SIP proxy: an <see cref="IHost"/> whose way of a request is the handler given to <see cref="OnRequest"/>.</summary>
public sealed class ParleyApplication : IHost, IAsyncDisposable
{
    /// <summary>A builder with configuration from the environment and the command line, and logging to the console.</summary>
    /// <param name="args">The command line; null for none.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder CreateBuilder(string[]? args = null) => throw new NotImplementedException();

    /// <summary>A builder with nothing in it: no configuration, no logging. Cheap, for simulations.</summary>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder CreateEmptyBuilder() => throw new NotImplementedException();

    /// <inheritdoc/>
    public IServiceProvider Services => throw new NotImplementedException();

    /// <summary>The configuration.</summary>
    public IConfiguration Configuration => throw new NotImplementedException();

    /// <summary>The network.</summary>
    public ISipTransport Transport => throw new NotImplementedException();

    /// <summary>The transactions.</summary>
    public TransactionLayer Transactions => throw new NotImplementedException();

    /// <summary>The clock.</summary>
    public TimeProvider Time => throw new NotImplementedException();

    /// <summary>The source of randomness.</summary>
    public SipRandom Random => throw new NotImplementedException();

    /// <summary>From URIs to places (RFC 3263).</summary>
    public ISipServerLocator Locator => throw new NotImplementedException();

    /// <summary>Options of the proxy core.</summary>
    public ProxyOptions Options => throw new NotImplementedException();

    /// <summary>Sends requests of the proxy's own.</summary>
    public LocalRequests LocalRequests => throw new NotImplementedException();

    /// <summary>The main route: sees every new request and every ACK of a 2xx. One handler, set before start; without it requests get 501.</summary>
    /// <param name="handler">The route.</param>
    public void OnRequest(SipRequestHandler handler) => throw new NotImplementedException();

    /// <summary>Sees each copy of every request; runs before the request's own branch hooks.</summary>
    /// <param name="handler">The hook.</param>
    public void OnBranch(SipBranchHandler handler) => throw new NotImplementedException();

    /// <summary>Sees each response to every request; runs before the request's own reply hooks.</summary>
    /// <param name="handler">The hook.</param>
    public void OnReply(SipReplyHandler handler) => throw new NotImplementedException();

    /// <summary>Runs when all branches of a request failed; runs before the request's own failure hooks.</summary>
    /// <param name="handler">The hook.</param>
    public void OnFailure(SipRequestHandler handler) => throw new NotImplementedException();

    /// <summary>Sees requests that this element itself originates (the field's local route).</summary>
    /// <param name="handler">The hook.</param>
    public void OnLocalRequest(Action<LocalRequest> handler) => throw new NotImplementedException();

    /// <summary>New INVITEs get 503 with Retry-After from now on; requests within dialogs go on.</summary>
    public void StartDraining() => throw new NotImplementedException();

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Drains, waits for requests without a final response (<see cref="ProxyOptions.StopTimeout"/>), then closes the network and stops the services.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Done when stopped.</returns>
    public Task StopAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Starts and blocks until shutdown is asked for.</summary>
    public void Run() => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
