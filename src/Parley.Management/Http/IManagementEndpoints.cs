using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Parley.Management;

/// <summary>Adds paths to the HTTP listener of the management side. Register it in the services of the application. Requests that come to it are admitted already (<see cref="ManagementCallers"/>).</summary>
public interface IManagementEndpoints
{
    /// <summary>Adds what its paths need to the services of the listener, which are its own. Does nothing by default.</summary>
    /// <param name="services">The services of the listener.</param>
    void AddServices(IServiceCollection services) { }

    /// <summary>Maps its paths; called once, when the application starts.</summary>
    /// <param name="endpoints">The listener's paths.</param>
    void Map(IEndpointRouteBuilder endpoints);
}
