using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Adds a store to the dialogs of an application.</summary>
public static class DialogStoreServices
{
    /// <summary>
    /// Keeps dialogs in a store: loads them before the network opens (many: the rest in the background), writes them as the mode says, and what is left
    /// when the application stops. Needs AddDialogs. Unless the mode is None, <see cref="DialogPersistence"/> is in the services then.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="store">The store; disposed when the application stops.</param>
    /// <param name="configure">Changes the options; null: the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">An option cannot be, or there is a store already.</exception>
    public static ParleyApplicationBuilder AddDialogStore(
        this ParleyApplicationBuilder builder,
        IDialogStore store,
        Action<DialogStoreOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(store);
        if (builder.Services.Any(static s => s.ServiceType == typeof(IDialogStore)))
            throw new ArgumentException("The application has a dialog store already.", nameof(store));
        var options = new DialogStoreOptions();
        configure?.Invoke(options);
        options.Validate();
        builder.Services.AddSingleton(store);
        if (options.Mode != DialogStoreMode.None)
        {
            builder.Services.AddSingleton(services => new DialogPersistence(
                services.GetRequiredService<IDialogApi>(),
                store,
                services.GetRequiredService<ISipTransport>().Listeners,
                options,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILoggerFactory>()
            ));
        }

        builder.Services.AddSingleton<IHostedService>(services => new DialogStoreService(
            services.GetRequiredService<DialogPersistence>,
            store,
            options,
            services.GetRequiredService<TimeProvider>()
        ));
        if (options.Mode != DialogStoreMode.None)
            builder.Services.AddSingleton<IHostedService>(static services => new DialogStoreMetrics(
                services.GetRequiredService<DialogPersistence>,
                services.GetService<IMeterFactory>()
            ));
        return builder;
    }
}
