using Parley.Proxy;
using Parley.Server.Configuration;

namespace Parley.Server.Routing;

/// <summary>A domain route with several targets: the request-URI stays as it is, and the request is sent to one next hop after the other.</summary>
internal sealed class DomainFailover
{
    private readonly RouteConfiguration _route;
    private int _next = 1;

    private DomainFailover(RouteConfiguration route) => _route = route;

    /// <summary>Sends the request to the first target, and sees to the others when it fails.</summary>
    public static void Begin(SipContext context, RouteConfiguration route)
    {
        context.SetDestination(route.Targets[0]);
        if (route.Targets.Count > 1)
            context.OnFailure(new DomainFailover(route).OnFailureAsync);
    }

    private async ValueTask OnFailureAsync(SipContext context)
    {
        if (_next >= _route.Targets.Count || context.IsCancelled || !context.Failure.IsServerFault)
            return;
        context.SetDestination(_route.Targets[_next++]);
        await context.RelayAsync(_route.Relay);
    }
}
