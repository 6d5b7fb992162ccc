using System.Net;
using Parley.Server.Configuration;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Server.Demo;

/// <summary>The settings of the server of <c>parley demo</c>: loopback only, memory only.</summary>
internal static class DemoSettings
{
    public const string Domain = "example.com";

    /// <summary>The profile that is limited, and how many calls each of its values may have.</summary>
    public const string LimitedProfile = "queue";
    public const int Limit = 3;

    /// <summary>The profile of who calls.</summary>
    public const string CallerProfile = "caller";

    /// <summary>Numbers with this prefix go to the gateway.</summary>
    public const string GatewayPrefix = "0";

    /// <summary>Numbers with this prefix go to a gateway that is silent, then to the other.</summary>
    public const string FailoverPrefix = "8";

    /// <summary>Numbers with this prefix go to a gateway that is silent.</summary>
    public const string SilentPrefix = "9";

    /// <param name="options">What was asked for.</param>
    /// <param name="gateway">Where the gateway listens.</param>
    /// <param name="silent">Where nothing is answered.</param>
    public static ServerConfiguration For(DemoOptions options, IPEndPoint gateway, IPEndPoint silent)
    {
        var configuration = new ServerConfiguration
        {
            Listeners = [new() { Protocol = SipProtocol.Udp, EndPoint = SipEndPoint.From(IPAddress.Loopback, options.SipPort) }],
            Domains = [Domain],
            Routes = [Route(GatewayPrefix, gateway), Route(FailoverPrefix, silent, gateway), Route(SilentPrefix, silent)],
            Store = new StoreConfiguration { Provider = StoreProvider.None },
        };
        configuration.Dialogs.ProfilesWithValue.Add(LimitedProfile);
        configuration.Dialogs.ProfilesWithValue.Add(CallerProfile);
        configuration.Management.Options.Listen.Add(new IPEndPoint(IPAddress.Loopback, options.HttpPort).ToString());
        return configuration;
    }

    private static RouteConfiguration Route(string prefix, params IPEndPoint[] targets)
    {
        var route = new RouteConfiguration
        {
            Prefix = prefix,
            Targets = [.. targets.Select(static t => SipUri.Parse($"sip:{t}"))],
            FirstResponse = TimeSpan.FromSeconds(3),
        };
        route.Complete();
        return route;
    }
}
