using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Management;
using Parley.Registrar;
using Parley.Server.Calls;
using Parley.Server.Commands;
using Parley.Server.Configuration;
using Parley.Server.Replay;
using Parley.Server.Routing;
using Parley.Server.Storage;
using Parley.Server.WarmUp;

namespace Parley.Server.Hosting;

/// <summary>The life of the server: start, reload on SIGHUP, drain on SIGTERM, the last word.</summary>
internal sealed partial class ServerHost
{
    private readonly ParleyApplication _application;
    private readonly CallRouting _routing;
    private readonly IDialogApi _dialogs;
    private readonly ILogger _log;
    private readonly string? _file;
    private readonly CurrentSettings _settings;
    private ServerConfiguration _configuration;

    private ServerHost(ServerConfiguration configuration, IConfigurationRoot root, string? file, byte[]? routeKey, ServerStore? store)
    {
        _configuration = configuration;
        _settings = new CurrentSettings(configuration, root);
        _file = file;
        _application = ApplicationSetup.Build(
            configuration,
            root,
            routeKey,
            change: builder =>
            {
                ManagementSetup.AddTo(builder, configuration);
                _settings.AddTo(builder);
            },
            store: store
        );
        _dialogs = _application.Services.GetRequiredService<IDialogApi>();
        var loggers = _application.Services.GetRequiredService<ILoggerFactory>();
        _log = loggers.CreateLogger("Parley.Server");
        _routing = ApplicationSetup.Route(_application, configuration);
        Starting(ServerStart.Version, SettingsText(file));
        Listening(string.Join(", ", configuration.Listeners));
        _ = _application.Services.GetRequiredService<DropLog>();
        if (routeKey is null)
            KeepsNoKey();
        if (store is not null)
            KeepsCalls(store.Place, configuration.Store.Dialogs.Mode);
        else if (!configuration.Store.IsOff)
            KeepsNoCalls();
        SayUnusableRoutes(configuration);
    }

    /// <summary>Runs until a signal asks for the end; the exit code of the process.</summary>
    public static async Task<int> RunAsync(
        ServerConfiguration configuration,
        IConfigurationRoot root,
        string? file,
        CancellationToken cancellation
    )
    {
        byte[]? routeKey = null;
        var directory = RouteKeyFile.DirectoryOf(configuration);
        if (directory is { } state && !RouteKeyFile.TryLoad(state.Path, out routeKey, out var mistake))
        {
            if (state.IsAsked)
            {
                await Console.Error.WriteLineAsync("parley: " + mistake);
                return ParleyCommand.BadConfiguration;
            }
            directory = null;
        }
        if (configuration.WarmsUp)
            await ServerWarmUp.RunAsync(configuration);
        ServerHost host;
        await using var store = ServerStore.Of(configuration, directory);
        try
        {
            host = new ServerHost(configuration, root, file, routeKey, store);
        }
        catch (Exception error) when (ServerStart.IsFault(error))
        {
            // An address in use, a certificate that cannot be read any more.
            await Console.Error.WriteLineAsync("parley: " + ServerStart.LineOf(error));
            return ParleyCommand.BadConfiguration;
        }
        await using (host._application)
            return await host.RunAsync(cancellation);
    }

    private async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup);
        try
        {
            await _application.StartAsync(cancellation);
        }
        catch (System.Net.Sockets.SocketException error)
        {
            CannotListen(error.Message);
            return ParleyCommand.BadConfiguration;
        }
        catch (Exception error) when (error is DialogStoreException or LocationStoreException)
        {
            CannotStore(error.Message);
            return ParleyCommand.BadConfiguration;
        }
        catch (ManagementException error)
        {
            CannotManage(error.Message);
            return ParleyCommand.BadConfiguration;
        }
        Ready();
        var stopping = _application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await WhenAsync(stopping, cancellation);
        await DrainAsync();
        await _application.StopAsync(CancellationToken.None);
        SayStatistics();
        return 0;
    }

    private static async Task WhenAsync(CancellationToken stopping, CancellationToken cancellation)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var first = stopping.Register(() => asked.TrySetResult());
        using var second = cancellation.Register(() => asked.TrySetResult());
        await asked.Task;
    }

    /// <summary>Calls may end by themselves, up to the limit; a second signal ends the waiting.</summary>
    private async Task DrainAsync()
    {
        _application.StartDraining();
        _routing.StartDraining(_application.Options.DrainRetryAfter);
        Draining(Calls, _configuration.DrainLimit.TotalSeconds);
        using var again = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = true;
                again.Cancel();
            }
        );
        using var interrupt = PosixSignalRegistration.Create(
            PosixSignal.SIGINT,
            signal =>
            {
                signal.Cancel = true;
                again.Cancel();
            }
        );
        var end = _application.Time.GetUtcNow() + _configuration.DrainLimit;
        while (Calls > 0 && _application.Time.GetUtcNow() < end && !again.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _application.Time, again.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Calls that go on, those that do not ring yet among them.</summary>
    private long Calls =>
        _dialogs.Statistics.CountOf(DialogState.Unconfirmed) + _dialogs.Statistics.EarlyDialogs + _dialogs.Statistics.ActiveDialogs;

    private static string SettingsText(string? file)
    {
        var path = Path.GetFullPath(file ?? ConfigurationLoader.DefaultFile);
        return File.Exists(path) ? path : "none (defaults and environment)";
    }

    private void OnHangup(PosixSignalContext signal)
    {
        signal.Cancel = true;
        var (configuration, root, errors) = ConfigurationLoader.Load(_file);
        foreach (var error in errors)
            NotReloaded(error);
        if (configuration is null || root is null)
            return;
        foreach (var setting in RestartNeeds.Between(_configuration, configuration))
            NeedsRestart(setting);
        ApplicationSetup.ChangeLog(_application, configuration, root.GetSection("Logging"));
        ApplicationSetup.Rename(_application, configuration);
        _routing.Use(new RouteTable(configuration));
        if (!ApplicationSetup.ReloadCertificates(_application))
            NotReloaded("the certificate cannot be read");
        _configuration = configuration;
        _settings.Use(configuration, root);
        SayUnusableRoutes(configuration);
        Reloaded(configuration.Routes.Count, configuration.Domains.Count);
    }

    /// <summary>A route that only this machine may use is seldom what is meant where others can reach the server.</summary>
    private void SayUnusableRoutes(ServerConfiguration configuration)
    {
        if (configuration.IsLoopbackOnly || configuration.TrustedSources.Count > 0)
            return;
        for (var i = 0; i < configuration.Routes.Count; i++)
        {
            if (configuration.Routes[i].Sources is null)
                RouteWithoutSources(i);
        }
    }

    private void SayStatistics()
    {
        var statistics = _dialogs.Statistics;
        Stopped(
            statistics.ProcessedDialogs,
            statistics.ActiveDialogs,
            statistics.EarlyDialogs,
            statistics.ExpiredDialogs,
            statistics.FailedDialogs,
            ApplicationSetup.RetransmissionsSent(_application),
            _application.Services.GetRequiredService<ConsoleLog>().LinesDropped
        );
    }

    [LoggerMessage(1000, LogLevel.Information, "Parley {Version} starts with the settings {File}")]
    private partial void Starting(string version, string file);

    [LoggerMessage(1001, LogLevel.Information, "Listeners: {Listeners}")]
    private partial void Listening(string listeners);

    [LoggerMessage(1002, LogLevel.Information, "Parley is ready")]
    private partial void Ready();

    [LoggerMessage(1003, LogLevel.Critical, "Cannot listen: {Reason}")]
    private partial void CannotListen(string reason);

    [LoggerMessage(1012, LogLevel.Information, "Calls and registrations are kept in {Place}, calls in the mode {Mode}")]
    private partial void KeepsCalls(string place, DialogStoreMode mode);

    [LoggerMessage(
        1013,
        LogLevel.Warning,
        "No state directory can be used: a restart forgets all calls and registrations. Set Parley:StateDirectory, or Parley:Store:Provider to None"
    )]
    private partial void KeepsNoCalls();

    [LoggerMessage(1014, LogLevel.Critical, "The store cannot be used: {Reason}")]
    private partial void CannotStore(string reason);

    [LoggerMessage(1017, LogLevel.Critical, "The management side cannot start: {Reason}")]
    private partial void CannotManage(string reason);

    [LoggerMessage(1004, LogLevel.Information, "Draining: {Calls} calls go on for {Seconds} s at most, new ones get 503")]
    private partial void Draining(long calls, double seconds);

    [LoggerMessage(
        1005,
        LogLevel.Information,
        "Parley has stopped: processed_dialogs={Processed} active_dialogs={Active} early_dialogs={Early} expired_dialogs={Expired} failed_dialogs={Failed} retransmissions_sent={Retransmissions} log_lines_dropped={Dropped}"
    )]
    private partial void Stopped(long processed, long active, long early, long expired, long failed, long retransmissions, long dropped);

    [LoggerMessage(1006, LogLevel.Information, "Settings reloaded: {Routes} routes, {Domains} domains")]
    private partial void Reloaded(int routes, int domains);

    [LoggerMessage(1007, LogLevel.Error, "Settings not reloaded, the old ones stay: {Error}")]
    private partial void NotReloaded(string error);

    [LoggerMessage(1008, LogLevel.Warning, "{Setting} has changed, which takes a restart")]
    private partial void NeedsRestart(string setting);

    [LoggerMessage(
        1009,
        LogLevel.Warning,
        "No state directory can be used: after a restart, requests of calls from before it get 481. Set Parley:StateDirectory"
    )]
    private partial void KeepsNoKey();

    [LoggerMessage(
        1010,
        LogLevel.Warning,
        "Parley:Routes:{Index} has no Sources and there are no TrustedSources: only calls from this machine go by it"
    )]
    private partial void RouteWithoutSources(int index);
}
