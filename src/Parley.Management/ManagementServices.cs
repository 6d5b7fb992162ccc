using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Parley.Hosting;

namespace Parley.Management;

/// <summary>Adds the management side to an application.</summary>
public static partial class ManagementServices
{
    /// <summary>Adds the management side: MI over HTTP on 127.0.0.1:8888, and what the options add. Called twice, both settings apply.</summary>
    /// <param name="services">The services of an application.</param>
    /// <param name="configure">Changes the options; null: the defaults.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddManagement(this IServiceCollection services, Action<ManagementOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = (ManagementOptions?)
            services.FirstOrDefault(static s => s.ServiceType == typeof(ManagementOptions))?.ImplementationInstance;
        if (options is null)
        {
            options = new ManagementOptions();
            services.AddSingleton(options);
            services.AddSingleton(static s => new MiCommandTable(s.GetServices<IMiCommandSource>()));
            services.AddSingleton(static s => new ManagementService(
                s.GetRequiredService<ManagementOptions>(),
                s.GetRequiredService<MiCommandTable>,
                s.GetRequiredService<IManagementAccess>(),
                s.GetServices<IManagementEndpoints>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILoggerFactory>()
            ));
            services.AddSingleton<IHostedService>(static s => s.GetRequiredService<ManagementService>());
            services.AddSingleton<IMiCommandSource>(static s => new CoreCommands(
                s.GetRequiredService<MiCommandTable>,
                s.GetRequiredService<TimeProvider>()
            ));
            services.AddSingleton<LogLevelOverride>();
            services.AddSingleton<IPostConfigureOptions<LoggerFilterOptions>>(static s => s.GetRequiredService<LogLevelOverride>());
            services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(static s => s.GetRequiredService<LogLevelOverride>());
            services.AddSingleton<IMiCommandSource, LogLevelCommand>();
            services.AddSingleton<IMiCommandSource>(static s => new StatisticCommands(s.GetRequiredService<StatisticTable>()));
            services.AddSingleton<IMiCommandSource, DialogCommands>();
            services.AddSingleton<IMiCommandSource, DialogChangeCommands>();
            services.AddSingleton<IMiCommandSource, DialogStoreCommands>();
            services.AddSingleton<IMiCommandSource, ProfileCommands>();
            services.AddSingleton<IMiCommandSource, LocationCommands>();
            services.AddSingleton(static s => new StatisticTable(s.GetServices<IStatisticSource>()));
            services.AddSingleton<IStatisticSource, CoreStatistics>();
            services.AddSingleton<IStatisticSource, DialogModuleStatistics>();
            services.AddSingleton<IStatisticSource, LocationStatistics>();
            services.AddApi();
            services.AddAccess();
            services.AddPage();
            AddEvents(services);
            services.AddRecorder();
            services.AddMetricEndpoints();
            HepServices.AddHep(services);
            CallFileServices.AddCallFiles(services);
            services.AddMcp();
        }

        configure?.Invoke(options);
        services.AddCallTraces(options);
        return services;
    }

    /// <summary>Adds the management side, with the defaults.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder AddManagement(this ParleyApplicationBuilder builder) => builder.AddManagement(static _ => { });

    /// <summary>Adds the management side: MI over HTTP on 127.0.0.1:8888, and what the options add.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The builder.</returns>
    public static ParleyApplicationBuilder AddManagement(this ParleyApplicationBuilder builder, Action<ManagementOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddManagement(configure);
        return builder;
    }
}
