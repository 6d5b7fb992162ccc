using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Transport;

namespace Parley.Management;

/// <summary>HEP of an application: what goes out, and the places where packets of others come in.</summary>
internal sealed class HepService(
    HepOptions options,
    ISipTransport transport,
    IEnumerable<IHepSink> sinks,
    TimeProvider time,
    ILoggerFactory loggers
) : IHostedService, IStatisticSource, IAsyncDisposable
{
    private readonly ILogger _log = loggers.CreateLogger("Parley.Management");
    private readonly List<HepReceiver> _receivers = [];
    private HepSender? _sender;

    public HepExport Export { get; } = new(options, transport, time);

    public string Target => options.Target;

    public IReadOnlyList<HepReceiver> Receivers => _receivers;

    public long Sent => _sender?.Sent ?? 0;

    public long Dropped => Export.Dropped + (_sender?.Lost ?? 0);

    public IEnumerable<Statistic> Statistics =>
        [
            new("hep", "sent_packets", () => Sent) { IsCounter = true },
            new("hep", "dropped_packets", () => Dropped) { IsCounter = true },
            new("hep", "queued_packets", () => Export.Queue.Reader.Count),
            new("hep", "rcvd_packets", () => _receivers.Sum(static r => r.Received)) { IsCounter = true },
            new("hep", "refused_packets", () => _receivers.Sum(static r => r.Refused)) { IsCounter = true },
        ];

    /// <exception cref="ManagementException">An option cannot be, or a place cannot be opened.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        options.Check();
        try
        {
            foreach (string text in options.Listen)
            {
                if (!HepPlace.TryParse(text, out HepPlace place))
                    continue; // none is left after the check
                _receivers.Add(new HepReceiver(place, options.ListenKey, sinks, time, _log));
            }
        }
        catch (ManagementException)
        {
            await StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        foreach (HepReceiver receiver in _receivers)
            receiver.Start();
        if (!HepPlace.TryParse(options.Target, out HepPlace target))
            return;
        _sender = new HepSender(Export, target, time, _log);
        _sender.Start();
        Use(options.Mode);
    }

    /// <summary>Changes what goes out.</summary>
    public void Use(HepMode mode)
    {
        if (Export.Mode == mode)
            return;
        Export.Use(mode);
        HepLog.Sends(_log, options.Target, mode);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Export.Use(HepMode.Off);
        if (_sender is { } sender)
            await sender.DisposeAsync().ConfigureAwait(false);
        _sender = null;
        foreach (HepReceiver receiver in _receivers)
            await receiver.DisposeAsync().ConfigureAwait(false);
        _receivers.Clear();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);
}
