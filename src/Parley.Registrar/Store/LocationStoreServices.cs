using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Transport;

namespace Parley.Registrar;

/// <summary>Adds a store to the registrar of an application.</summary>
public static class LocationStoreServices
{
    /// <summary>Keeps registered contacts in a store: loads them before the network opens, writes them as the mode says, writes the rest when the application stops. Needs a
    /// <see cref="LocationTable"/>, a TimeProvider and an <see cref="ISipTransport"/> among the services.</summary>
    /// <param name="services">The services of a builder.</param>
    /// <param name="store">The store; not disposed.</param>
    /// <param name="configure">Changes the options; null: the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">An option cannot be, or there is a store already.</exception>
    public static IServiceCollection AddLocationStore(
        this IServiceCollection services,
        ILocationStore store,
        Action<LocationStoreOptions>? configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(store);
        LocationStoreOptions options = OptionsOf(services, nameof(store), configure);
        services.AddSingleton(store);
        return Add(services, options);
    }

    /// <summary>Keeps registered contacts in a store, with the default options.</summary>
    /// <param name="services">The services of a builder.</param>
    /// <param name="store">The store; not disposed.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">There is a store already.</exception>
    public static IServiceCollection AddLocationStore(this IServiceCollection services, ILocationStore store) =>
        AddLocationStore(services, store, null);

    /// <summary>As the other, with a store that the application makes and disposes of.</summary>
    /// <param name="services">The services of a builder.</param>
    /// <param name="store">Makes the store.</param>
    /// <param name="configure">Changes the options; null: the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">An option cannot be, or there is a store already.</exception>
    public static IServiceCollection AddLocationStore(
        this IServiceCollection services,
        Func<IServiceProvider, ILocationStore> store,
        Action<LocationStoreOptions>? configure
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(store);
        LocationStoreOptions options = OptionsOf(services, nameof(store), configure);
        services.AddSingleton(store);
        return Add(services, options);
    }

    private static LocationStoreOptions OptionsOf(IServiceCollection services, string parameter, Action<LocationStoreOptions>? configure)
    {
        if (services.Any(static s => s.ServiceType == typeof(ILocationStore)))
            throw new ArgumentException("The application has a location store already.", parameter);
        var options = new LocationStoreOptions();
        configure?.Invoke(options);
        options.Validate();
        return options;
    }

    private static IServiceCollection Add(IServiceCollection services, LocationStoreOptions options)
    {
        services.AddSingleton(provider => new LocationPersistence(
            provider.GetRequiredService<LocationTable>(),
            provider.GetRequiredService<ILocationStore>(),
            provider.GetRequiredService<ISipTransport>().Listeners,
            options,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()
        ));
        services.AddSingleton<IHostedService, LocationStoreService>();
        return services;
    }
}
