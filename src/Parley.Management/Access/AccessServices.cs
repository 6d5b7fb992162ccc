using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Parley.Management;

/// <summary>What the access needs.</summary>
internal static class AccessServices
{
    internal static void AddAccess(this IServiceCollection services)
    {
        services.TryAddSingleton<IManagementAccess, ManagementAccess>();
        services.AddSingleton<IManagementEndpoints, LoginEndpoints>();
    }
}
