using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Sip;

namespace Parley.Registrar;

/// <summary>Puts a registrar into an application's services.</summary>
public static class RegistrarServices
{
    /// <summary>Adds one <see cref="LocationTable"/>, the <see cref="SipRegistrar"/> over it and their <see cref="RegistrarOptions"/>; a second call changes the same options.</summary>
    /// <param name="services">The services of a builder.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddRegistrar(this IServiceCollection services, Action<RegistrarOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<RegistrarOptions>();
        if (configure is not null)
            services.Configure(configure);
        services.TryAddSingleton(static provider => new LocationTable(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<SipRandom>(),
            provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<RegistrarOptions>>().Value,
            provider.GetService<ILoggerFactory>()
        ));
        services.TryAddSingleton(static provider => new SipRegistrar(
            provider.GetRequiredService<LocationTable>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<LocationPersistence>()
        ));
        return services.AddRegistrarMetrics();
    }

    /// <summary>Publishes how many users are registered and how the store does, to whom asks for the meter Parley.Registrar; <see cref="AddRegistrar"/> calls it. Needs a
    /// <see cref="LocationTable"/> and an <see cref="IMeterFactory"/> in the services when the application starts; without them it does nothing.</summary>
    /// <param name="services">The services of a builder.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddRegistrarMetrics(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, RegistrarMetrics>(static provider => new RegistrarMetrics(
                provider.GetService<LocationTable>(),
                provider.GetService<SipRegistrar>(),
                provider.GetService<LocationPersistence>(),
                provider.GetService<IMeterFactory>()
            ))
        );
        return services;
    }
}
