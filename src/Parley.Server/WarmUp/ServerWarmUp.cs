using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Server.Configuration;
using Parley.Server.Configuration.Settings;
using Parley.Server.Hosting;
using Parley.Transport;

namespace Parley.Server.WarmUp;

/// <summary>
/// Takes a registration, a call and a few more requests through a second server on loopback before the real one opens its sockets, so that the
/// code is compiled when the first request comes. Compiled while that waited, it took up to 1.6 s on a loaded machine.
/// </summary>
internal static class ServerWarmUp
{
    private const string Domain = "warm-up.invalid";

    /// <summary>Returns true when all of it went through. A failure does no harm: the first request then takes longer.</summary>
    public static async Task<bool> RunAsync(ServerConfiguration configuration)
    {
        // Native code has nothing to compile.
        if (!RuntimeFeature.IsDynamicCodeCompiled)
            return true;
        try
        {
            var own = Configuration(configuration);
            var application = ApplicationSetup.Build(own, new ConfigurationBuilder().Build(), change: Change);
            await using (application)
            {
                ApplicationSetup.Route(application, own);
                await application.StartAsync();
                var isDone = await Task.Run(() => Run(application.Transport.Listeners, own.Tls));
                await application.StopAsync(new CancellationToken(canceled: true));
                return isDone;
            }
        }
        catch (Exception error) when (ServerStart.IsFault(error))
        {
            return false;
        }
    }

    // The settings as they are, but for the places to listen and whom it serves.
    private static ServerConfiguration Configuration(ServerConfiguration configuration)
    {
        var own = new ServerConfiguration();
        foreach (var section in SettingTable.Sections)
        {
            foreach (var setting in section.Settings)
                setting.Copy(configuration, own);
        }
        own.Domains = [Domain];
        (own.Aliases, own.Routes, own.TrustedSources) = ([], [], []);
        own.TakesRegistrations = true;
        own.Listeners =
        [
            .. configuration
                .Listeners.Select(l => l.Protocol)
                .Append(SipProtocol.Udp)
                .Distinct()
                .Select(p => new ListenerConfiguration { Protocol = p, EndPoint = SipEndPoint.From(IPAddress.Loopback, 0) }),
        ];
        own.Udp.Workers = 1;
        return own;
    }

    private static void Change(Parley.Hosting.ParleyApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new FormattingLog());
        builder.Services.RemoveAll<IHostLifetime>();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
    }

    private static bool Run(IReadOnlyList<SipListener> listeners, SipTlsOptions tls)
    {
        try
        {
            var udp = listeners.First(l => l.Protocol == SipProtocol.Udp);
            using var phone = new WarmUpPhone(udp.Local.ToIPEndPoint(), Domain);
            var isDone = phone.Run();
            foreach (var listener in listeners.Where(l => l.Protocol != SipProtocol.Udp))
                isDone &= WarmUpPhone.AskByStream(listener.Local.ToIPEndPoint(), Domain, listener.Protocol == SipProtocol.Tls ? tls : null);
            return isDone;
        }
        catch (Exception e) when (e is SocketException or IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}
