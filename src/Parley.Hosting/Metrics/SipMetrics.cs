using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Parley.Transport;

namespace Parley.Hosting;

/// <summary>Publishes what the application counts. Instruments are made when it starts, where its services have an <see cref="IMeterFactory"/>; they read counters that are there anyway.</summary>
internal sealed class SipMetrics(ParleyApplication application, IMeterFactory? meters = null) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (meters is null)
            return Task.CompletedTask;
        Meter sip = meters.Create(ParleyTelemetry.SipMeter);
        new MessageMetrics(application).AddTo(sip);
        new TransactionMetrics(application.Transactions).AddTo(sip);
        new ProxyMetrics(application).AddTo(sip);
        if (application.Transport is SipTransport transport)
            new TransportMetrics(transport).AddTo(meters.Create(ParleyTelemetry.TransportMeter));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
