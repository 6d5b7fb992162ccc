using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Hosting;
using Parley.Proxy;

namespace Parley.Dialogs;

/// <summary>Adds dialogs to an application.</summary>
public static class DialogServices
{
    /// <summary>Makes calls dialogs: <see cref="IDialogApi"/> in the services, <c>CreateDialog</c> and <c>Dialog</c> on the request. Called twice, both settings apply.</summary>
    /// <param name="services">The services of a <see cref="ParleyApplicationBuilder"/>.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddDialogs(this IServiceCollection services, Action<DialogOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = (DialogOptions?)services.FirstOrDefault(static s => s.ServiceType == typeof(DialogOptions))?.ImplementationInstance;
        if (options is null)
        {
            options = new DialogOptions();
            services.AddSingleton(options);
            services.AddSingleton<DialogModule>();
            services.AddSingleton<IDialogApi>(static s => s.GetRequiredService<DialogModule>());
            services.AddSingleton<IHostedService>(static s => s.GetRequiredService<DialogModule>().AsyncCallbacks);
            services.AddSingleton<IProxyModule>(static s => s.GetRequiredService<DialogModule>());
            services.AddSingleton<IHostedService>(static s => new DialogMetrics(
                s.GetRequiredService<DialogModule>(),
                s.GetService<IMeterFactory>()
            ));
        }

        configure?.Invoke(options);
        return services;
    }

    /// <summary>Makes calls dialogs, with the defaults.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder AddDialogs(this ParleyApplicationBuilder builder) => builder.AddDialogs(static _ => { });

    /// <summary>Makes calls dialogs: <see cref="IDialogApi"/> in the services, <c>CreateDialog</c> and <c>Dialog</c> on the request.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder AddDialogs(this ParleyApplicationBuilder builder, Action<DialogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDialogs(configure);
        return builder;
    }
}
