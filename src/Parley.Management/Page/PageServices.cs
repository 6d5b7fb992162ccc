using Microsoft.Extensions.DependencyInjection;

namespace Parley.Management;

/// <summary>Adds the live page.</summary>
internal static class PageServices
{
    /// <summary>The page at <c>/</c> of the HTTP listener.</summary>
    internal static void AddPage(this IServiceCollection services) => services.AddSingleton<IManagementEndpoints, PageEndpoints>();
}
