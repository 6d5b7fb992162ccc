using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Parley.Server.Hosting;

/// <summary>
/// Says to systemd that the process lives (WATCHDOG=1 of sd_notify(3)), twice in the time that <c>WatchdogSec=</c> gives. The timer runs on the pool that
/// carries the work of requests: when the pool is stuck, no word comes, and systemd restarts the server.
/// </summary>
internal sealed class Watchdog(ISystemdNotifier notifier, TimeProvider time) : IHostedService, IDisposable
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");
    private ITimer? _timer;

    /// <summary>How often systemd wants a word; null when it wants none (WATCHDOG_USEC and WATCHDOG_PID of sd_watchdog_enabled(3)).</summary>
    public static TimeSpan? IntervalOf(string? microseconds, string? process, int own)
    {
        if (process is { Length: > 0 } && process != own.ToString(CultureInfo.InvariantCulture))
            return null;
        return
            long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is > 0 and < long.MaxValue / 10
            ? TimeSpan.FromMicroseconds(limit / 2)
            : null;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var interval = IntervalOf(
            Environment.GetEnvironmentVariable("WATCHDOG_USEC"),
            Environment.GetEnvironmentVariable("WATCHDOG_PID"),
            Environment.ProcessId
        );
        if (interval is { } span && notifier.IsEnabled)
            _timer = time.CreateTimer(static state => ((ISystemdNotifier)state!).Notify(Alive), notifier, TimeSpan.Zero, span);
        return Task.CompletedTask;
    }

    // A drain takes longer than the watchdog's limit: the timer goes on until the process ends.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _timer?.Dispose();
}
