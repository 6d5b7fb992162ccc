using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;

namespace Parley.LoadProxy;

/// <summary>How long the collector stopped all threads, each time: from the begin of a suspension for a collection to the end of the restart.</summary>
internal sealed class PauseListener : EventListener
{
    private const int RestartEnd = 3, SuspendBegin = 9;

    private readonly ConcurrentQueue<double> _pauses = new();
    private DateTime _begin;

    /// <summary>The pauses since the last call in ms, separated by commas.</summary>
    public string Take()
    {
        List<string> taken = [];
        while (_pauses.TryDequeue(out double pause))
            taken.Add(pause.ToString("F3", CultureInfo.InvariantCulture));
        return string.Join(',', taken);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            EnableEvents(eventSource, EventLevel.Informational, (EventKeywords)1);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId == SuspendBegin)
        {
            // Reason 1 is a collection, 6 one of a concurrent collection; the others are no work of the collector.
            _begin = eventData.Payload is [uint reason, ..] && reason is 1 or 6 ? eventData.TimeStamp : default;
        }
        else if (eventData.EventId == RestartEnd && _begin != default)
        {
            _pauses.Enqueue((eventData.TimeStamp - _begin).TotalMilliseconds);
            _begin = default;
        }
    }
}
