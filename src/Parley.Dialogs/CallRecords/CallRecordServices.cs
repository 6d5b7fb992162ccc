using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Hosting;

namespace Parley.Dialogs;

/// <summary>Adds call records to an application.</summary>
public static class CallRecordServices
{
    /// <summary>
    /// Makes a record of each call that is over (CDR): <see cref="CallRecords"/> in the services, and in the store's transaction when there is one.
    /// In any order with AddDialogs, which it calls, and AddDialogStore. Called twice, both settings apply.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options; null: the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public static ParleyApplicationBuilder AddCallRecords(
        this ParleyApplicationBuilder builder,
        Action<CallRecordOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddDialogs(null);
        var options = (CallRecordOptions?)
            services.FirstOrDefault(static s => s.ServiceType == typeof(CallRecordOptions))?.ImplementationInstance;
        if (options is null)
        {
            options = new CallRecordOptions();
            services.AddSingleton(options);
            services.AddSingleton(s => new CallRecords(options, s.GetService<ILoggerFactory>()));
            services.AddSingleton<IHostedService>(static s => new CallRecordSweep(
                s.GetRequiredService<DialogModule>(),
                s.GetRequiredService<CallRecords>(),
                s.GetRequiredService<TimeProvider>()
            ));
        }

        configure?.Invoke(options);
        options.Validate();
        return builder;
    }

    /// <summary>
    /// Writes the call records to a file, one object of JSON a line (<see cref="CallRecordJson"/>): <see cref="CallRecordFile"/> in the services. From the
    /// outbox of the dialog store where that is an <see cref="ICallRecordOutbox"/>: each record once, whatever crashes. Without such a store straight from
    /// the events of <see cref="CallRecords"/>: what was not written yet is lost with the process. Calls AddCallRecords.
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Sets at least <see cref="CallRecordFileOptions.Path"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">An option cannot be, or there is a file already.</exception>
    public static ParleyApplicationBuilder AddCallRecordFile(this ParleyApplicationBuilder builder, Action<CallRecordFileOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        if (builder.Services.Any(static s => s.ServiceType == typeof(CallRecordFile)))
            throw new ArgumentException("The application has a file of call records already.", nameof(configure));
        var options = new CallRecordFileOptions();
        configure(options);
        options.Validate();
        builder.AddCallRecords();
        builder.Services.AddSingleton(static s =>
            s.GetService<IDialogStore>() as ICallRecordOutbox ?? new EventOutbox(s.GetRequiredService<CallRecords>())
        );
        builder.Services.AddSingleton(s => new CallRecordFile(
            s.GetRequiredService<ICallRecordOutbox>(),
            options,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        builder.Services.AddSingleton<IHostedService>(static s => new CallRecordFileService(
            s.GetRequiredService<CallRecordFile>(),
            s.GetRequiredService<ICallRecordOutbox>()
        ));
        return builder;
    }
}
