using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Management;
using Parley.Server.Commands;
using Parley.Server.Hosting;

namespace Parley.Server.Demo;

/// <summary>Runs the server with phones in the same process that call each other through it.</summary>
internal static class DemoServer
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(3);

    /// <summary>Runs until it is stopped; the exit code.</summary>
    /// <exception cref="CommandException">A port is taken.</exception>
    public static async Task<int> RunAsync(DemoOptions options, TextWriter output, CancellationToken stop)
    {
        await using var phones = new DemoPhones();
        var configuration = DemoSettings.For(options, phones.GatewayPlace, phones.SilentPlace);
        if (ManagementSetup.FaultOf(configuration) is { } taken)
            throw new CommandException(ExitCodes.BadConfiguration, $"{taken}. --port gives the page another port");
        try
        {
            await using var application = ApplicationSetup.Build(
                configuration,
                LogSettings(options),
                change: builder => ManagementSetup.AddTo(builder, configuration)
            );
            ApplicationSetup.Route(application, configuration, static route => new DemoRouting(route).OnRequestAsync);
            await application.StartAsync(stop);
            var server = application.Transport.Listeners[0].Local.ToIPEndPoint();
            phones.Register(server);
            await output.WriteLineAsync(Greeting(options, server.ToString()));
            await output.FlushAsync(stop);
            var stopping = application.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, stopping);
            // The contacts have to be there before the first call.
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
            await new DemoCalls(phones).RunAsync(options.Rate, end.Token);
            using var limit = new CancellationTokenSource(EndLimit);
            await application.StopAsync(limit.Token);
            return ExitCodes.Done;
        }
        catch (Exception error) when (error is SocketException or ManagementException)
        {
            throw new CommandException(ExitCodes.BadConfiguration, ServerStart.LineOf(error), error);
        }
    }

    private static string Greeting(DemoOptions options, string server) =>
        FormattableString.Invariant(
            $"""
            Phones call each other through Parley at sip:{server}, {options.Rate:0.##} calls a second. All of it is on this machine, nothing is kept.

              Page       http://127.0.0.1:{options.HttpPort}/
              Terminal   parley top{UrlOf(options)}
                         parley calls --abnormal{UrlOf(options)}

            Ctrl+C ends it.
            """
        );

    private static string UrlOf(DemoOptions options) =>
        options.HttpPort == ManagementOptions.DefaultPort ? "" : FormattableString.Invariant($" --url http://127.0.0.1:{options.HttpPort}");

    private static IConfigurationRoot LogSettings(DemoOptions options) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Logging:LogLevel:Default"] = "Warning",
                    ["Logging:LogLevel:Parley.Calls"] = options.IsLogged ? "Information" : "Warning",
                }
            )
            .Build();
}
