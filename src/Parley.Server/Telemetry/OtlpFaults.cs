using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Telemetry;

/// <summary>Brings what OpenTelemetry reports of its own failures (a collector that cannot be reached) into the log, at most one line a minute.</summary>
internal sealed partial class OtlpFaults(ILogger log) : EventListener
{
    private const long Minute = 60_000;

    // EventListener's constructor calls OnEventSourceCreated before the fields of this class are set.
    private readonly ILogger? _log = log;
    private long _next;
    private int _leftOut;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name.StartsWith("OpenTelemetry", StringComparison.Ordinal))
            EnableEvents(eventSource, EventLevel.Warning, EventKeywords.All);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_log is not { } log)
            return;
        long now = Environment.TickCount64,
            next = Volatile.Read(ref _next);
        if (now < next || Interlocked.CompareExchange(ref _next, now + Minute, next) != next)
        {
            Interlocked.Increment(ref _leftOut);
            return;
        }

        Faulty(log, TextOf(eventData), Interlocked.Exchange(ref _leftOut, 0));
    }

    private static string TextOf(EventWrittenEventArgs eventData)
    {
        object?[] values = [.. eventData.Payload ?? (IEnumerable<object?>)[]];
        try
        {
            return string.Format(System.Globalization.CultureInfo.InvariantCulture, eventData.Message ?? eventData.EventName ?? "", values)
                .ReplaceLineEndings(" ");
        }
        catch (FormatException)
        {
            return eventData.EventName ?? "";
        }
    }

    [LoggerMessage(7201, LogLevel.Warning, "OpenTelemetry: {Fault} ({LeftOut} more since the last line)")]
    private static partial void Faulty(ILogger logger, string fault, int leftOut);
}
