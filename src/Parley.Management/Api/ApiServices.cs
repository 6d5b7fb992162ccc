using Microsoft.Extensions.DependencyInjection;

namespace Parley.Management;

/// <summary>What the API needs.</summary>
internal static class ApiServices
{
    internal static void AddApi(this IServiceCollection services)
    {
        services.AddSingleton<DialogJson>();
        services.AddSingleton<IManagementEndpoints, DialogEndpoints>();
        services.AddSingleton<IManagementEndpoints, DialogChangeEndpoints>();
        services.AddSingleton<IManagementEndpoints, ProfileEndpoints>();
        services.AddSingleton<IManagementEndpoints, RegistrationEndpoints>();
        services.AddSingleton<IManagementEndpoints, StatisticEndpoints>();
        services.AddSingleton<IManagementEndpoints, StatusEndpoints>();
        services.AddSingleton<IManagementEndpoints, DocumentEndpoints>();
        services.AddSingleton<IManagementEndpoints, UnknownPathEndpoints>();
    }
}
