using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Hosting;
using Parley.Sip;

namespace Parley.Management;

/// <summary>Adds metrics, charts and traces to the management side.</summary>
internal static class MetricServices
{
    public static void AddMetricEndpoints(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton(static s => new MetricCollector(
            s.GetRequiredService<ManagementOptions>().Metrics,
            s.GetRequiredService<IMeterFactory>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<IHostedService>(static s => new ManagementMetrics(
            s.GetRequiredService<ParleyApplication>(),
            s.GetRequiredService<MetricCollector>(),
            s.GetService<ConsoleLog>(),
            s.GetRequiredService<IMeterFactory>()
        ));
        services.AddSingleton(static s => new ChartRecorder(
            s.GetRequiredService<ManagementOptions>().Metrics,
            s.GetService<IDialogApi>(),
            s.GetRequiredService<IMeterFactory>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IHostedService>(static s => s.GetRequiredService<ChartRecorder>());
        services.AddSingleton<IManagementEndpoints>(static s => new MetricEndpoints(
            s.GetRequiredService<ManagementOptions>().Metrics,
            s.GetRequiredService<MetricCollector>(),
            s.GetRequiredService<ChartRecorder>()
        ));
    }

    /// <summary>Only where calls are to be traced: without, no call passes through any of it.</summary>
    public static void AddCallTraces(this IServiceCollection services, ManagementOptions options)
    {
        if (!options.Traces.IsOn || services.Any(static s => s.ServiceType == typeof(CallTracer)))
            return;
        services.AddSingleton(static s => new CallTracer(
            s.GetRequiredService<ManagementOptions>().Traces,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<SipRandom>(),
            s.GetService<IDialogApi>()
        ));
        services.AddSingleton<IParleyModule>(static s => s.GetRequiredService<CallTracer>());
    }
}
