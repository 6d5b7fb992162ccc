using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Dialogs;

/// <summary>Adds a store to the dialogs of an application.</summary>
public static class DialogStoreServices
{
    /// <summary>Keeps dialogs in a store: loads them before the network opens, writes them as the mode says, writes all when the application stops. Needs AddDialogs.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="store">The store; not disposed.</param>
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
        builder.Services.AddSingleton<IHostedService>(services => new DialogStoreService(
            services.GetRequiredService<IDialogApi>(),
            store,
            services.GetRequiredService<ISipTransport>().Listeners,
            options,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>()
        ));
        return builder;
    }
}
