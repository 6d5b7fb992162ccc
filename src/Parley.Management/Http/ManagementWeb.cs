using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>The HTTP listener of the management side: a Kestrel of its own, which takes nothing from the environment.</summary>
internal sealed class ManagementWeb : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly IReadOnlyList<ListenPlace> _places;
    private readonly ManagementTls? _tls;

    /// <exception cref="ManagementException">An address cannot be.</exception>
    public ManagementWeb(
        ManagementOptions options,
        MiDispatcher dispatcher,
        IManagementAccess access,
        IEnumerable<IManagementEndpoints> endpoints,
        TimeProvider time,
        ILoggerFactory loggers
    )
    {
        _places = ListenAddresses.Of(options, access);
        ILogger log = loggers.CreateLogger("Parley.Management");
        _tls = _places.Any(static place => place.IsTls) ? new ManagementTls(options.Access, time, log) : null;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // Kestrel's own lines below warnings say nothing to an operator.
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(new FilteredLoggers(loggers)));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => Configure(server, options));
        IManagementEndpoints[] parts = [.. endpoints];
        foreach (IManagementEndpoints part in parts)
            part.AddServices(builder.Services);
        _web = builder.Build();
        var hosts = new HostNames(options.AllowedHosts, _tls is null ? null : _tls.IsName);
        _web.UseRouting();
        _web.Use(next => new RequestGuard(next, hosts, access, time, log).InvokeAsync);
        _web.Map("/" + options.MiRoot.Trim('/'), new MiEndpoint(dispatcher, log).RunAsync);
        foreach (IManagementEndpoints part in parts)
            part.Map(_web);
        _web.MapFallback("{**path}", UnknownAsync);
    }

    /// <summary>Where it listens, once it is started.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <exception cref="ManagementException">An address is in use.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _web.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new ManagementException(
                $"The management address cannot be opened ({string.Join(", ", _places.Select(static place => place.EndPoint))}): {error.Message.ReplaceLineEndings(" ")}",
                error
            );
        }

        Addresses = [.. _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []];
    }

    public Task StopAsync(CancellationToken cancellation) => _web.StopAsync(cancellation);

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private void Configure(KestrelServerOptions server, ManagementOptions options)
    {
        server.AddServerHeader = false;
        server.AllowSynchronousIO = false;
        server.Limits.MaxConcurrentConnections = options.MaxConnections;
        server.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        server.Limits.MaxRequestBodySize = options.MaxRequestSize;
        server.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        server.Limits.MaxRequestHeaderCount = 64;
        server.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        server.Limits.KeepAliveTimeout = options.IdleTimeout;
        var shares = new ConnectionShares(options.MaxConnections);
        foreach (ListenPlace place in _places)
            server.Listen(
                place.EndPoint,
                listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(next => connection => shares.RunAsync(connection, next));
                    if (place.IsTls)
                        listen.UseHttps(
                            new TlsHandshakeCallbackOptions
                            {
                                HandshakeTimeout = options.HeaderTimeout,
                                OnConnection = context => ValueTask.FromResult(_tls!.ForConnection(context)),
                            }
                        );
                }
            );
    }

    /// <summary>As httpd answers for a path that nothing is mapped to.</summary>
    private static Task UnknownAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/html";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsync("<html><body>There is nothing at this path.</body></html>");
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Lets the listener's own loggers write into the application's log from warnings on.</summary>
    private sealed class FilteredLoggers(ILoggerFactory loggers) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => new FilteredLogger(loggers.CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) { }

        public void Dispose() { }
    }

    private sealed class FilteredLogger(ILogger log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && log.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                log.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
