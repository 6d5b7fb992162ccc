using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;

namespace Parley.LoadProxy;

/// <summary>
/// How long the collector stopped all threads, each time: from the begin of a suspension for a collection to the end of the restart; and what it
/// did meanwhile.
/// </summary>
internal sealed class PauseListener : EventListener
{
    private const int CollectionStart = 1,
        RestartEnd = 3,
        HeapStatistics = 4,
        SuspendEnd = 8,
        SuspendBegin = 9;

    private readonly ConcurrentQueue<(double Pause, string What)> _pauses = new();
    private DateTime _begin;
    private DateTime _stopped;
    private string _collection = "";
    private ulong _promoted;

    /// <summary>
    /// The pauses since the last call, two JSON arrays: in ms, and what each was: "gen0/0/1 stop 0.05 promoted 1234", that is generation, type
    /// (0 blocking, 1 background, 2 blocking during a background one), reason (0 budget, 6 and 7 large objects), ms until all threads stood, bytes that survived.
    /// </summary>
    public (string Milliseconds, string What) Take()
    {
        List<string> taken = [],
            what = [];
        while (_pauses.TryDequeue(out (double Pause, string What) pause))
        {
            taken.Add(pause.Pause.ToString("F3", CultureInfo.InvariantCulture));
            what.Add($"\"{pause.What}\"");
        }

        return (string.Join(',', taken), string.Join(',', what));
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
            EnableEvents(eventSource, EventLevel.Informational, (EventKeywords)1);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        switch (eventData.EventId)
        {
            case SuspendBegin:
                // Reason 1 is a collection, 6 one of a concurrent collection; the others are no work of the collector.
                _begin = eventData.Payload is [uint reason, ..] && reason is 1 or 6 ? eventData.TimeStamp : default;
                break;
            case SuspendEnd:
                _stopped = eventData.TimeStamp;
                break;
            case CollectionStart when eventData.Payload is [uint, uint depth, uint why, uint type, ..]:
                _collection = string.Create(CultureInfo.InvariantCulture, $"gen{depth}/{type}/{why}");
                _promoted = 0;
                break;
            case HeapStatistics when eventData.Payload is [ulong, ulong zero, ulong, ulong one, ..]:
                _promoted = zero + one;
                break;
            case RestartEnd when _begin != default:
                _pauses.Enqueue(
                    (
                        (eventData.TimeStamp - _begin).TotalMilliseconds,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{_collection} stop {(_stopped - _begin).TotalMilliseconds:F2} promoted {_promoted}"
                        )
                    )
                );
                _begin = default;
                break;
            default:
                break;
        }
    }
}
