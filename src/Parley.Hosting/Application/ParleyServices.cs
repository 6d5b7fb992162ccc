using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Parley.Hosting;

/// <summary>Puts a proxy into any host: a generic one, ASP.NET Core, a Windows service.</summary>
public static class ParleyServices
{
    /// <summary>
    /// Adds a proxy to the services of a host. Its listeners open when all other services have started, and when the host stops they are drained first
    /// (<see cref="ParleyApplication.StopAsync"/>). <see cref="ParleyApplication"/> is in the services: hooks and the main route may be given to it until the host starts.
    /// </summary>
    /// <remarks>Called twice, both changes apply to one proxy.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes listeners, options, route.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddParley(this IServiceCollection services, Action<ParleyBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var builder = (ParleyBuilder?)services.FirstOrDefault(static s => s.ServiceType == typeof(ParleyBuilder))?.ImplementationInstance;
        if (builder is null)
        {
            builder = new ParleyBuilder(services);
            services.AddSingleton(builder);
            builder.Register();
            services.AddSingleton<IHostedService, ParleyService>();
        }

        configure(builder);
        return services;
    }

    /// <summary>Adds a proxy to the services of a host, with listeners, options and routes from a section of its configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, by convention "Parley" (<see cref="ParleyBuilder.Configure"/>).</param>
    /// <returns>The services.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The section has mistakes: one line for each.</exception>
    public static IServiceCollection AddParley(this IServiceCollection services, IConfiguration section) =>
        services.AddParley(section, static _ => { });

    /// <summary>Adds a proxy to the services of a host, with listeners, options and routes from a section of its configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, by convention "Parley" (<see cref="ParleyBuilder.Configure"/>).</param>
    /// <param name="configure">Changes what the section says, adds the route.</param>
    /// <returns>The services.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The section has mistakes: one line for each.</exception>
    public static IServiceCollection AddParley(this IServiceCollection services, IConfiguration section, Action<ParleyBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddParley(builder =>
        {
            builder.Configure(section);
            configure(builder);
        });
    }
}
