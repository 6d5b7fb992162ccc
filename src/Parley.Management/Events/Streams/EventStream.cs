using Parley.Dialogs;

namespace Parley.Management;

/// <summary>
/// The stream of server-sent events. Four times a second what has come is formatted once, for all readers: of each dialog one event, where it stands. It
/// receives while there are readers, and for a while after the last one left, so that one that comes back goes on where it was.
/// </summary>
internal sealed class EventStream : EventReceiver, IDisposable
{
    /// <summary>How long events are noted for a reader that may come back.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private const int MaxWaiting = 100_000;

    private readonly EventHub _hub;
    private readonly TimeProvider _time;
    private readonly DialogJson _summaries;
    private readonly int _maxReaders;
    private readonly Lock _state = new(); // of readers; not taken with the other
    private readonly Lock _lock = new();
    private readonly Lock _formatting = new();
    private List<ParleyEvent> _waiting = [];
    private Dictionary<DialogId, (DialogChangedEvent Latest, DialogChangeKind Change)> _dialogs = [];
    private long _dropped;
    private ITimer? _timer;
    private int _readers;
    private long _idleSince;
    private bool _isReceiving;

    public EventStream(EventHub hub, EventsOptions options, TimeProvider time, DialogJson summaries)
    {
        _summaries = summaries;
        (_hub, _time, _maxReaders) = (hub, time, options.MaxStreams);
        History = new EventHistory(options.StreamHistory, EventHub.FirstNumber(time));
    }

    public EventHistory History { get; }

    /// <summary>Another reader; false when there are enough.</summary>
    public bool TryEnter()
    {
        lock (_state)
        {
            if (_readers == _maxReaders)
                return false;
            _readers++;
            if (_isReceiving)
                return true;
            _isReceiving = true;
            History.Break();
            _hub.Add(this, EventKinds.All);
            _timer = _time.CreateTimer(static stream => ((EventStream)stream!).OnTimer(), this, Interval, Interval);
            return true;
        }
    }

    public void Leave()
    {
        lock (_state)
        {
            _readers--;
            _idleSince = _time.GetTimestamp();
        }
    }

    public override void Offer(ParleyEvent occurrence)
    {
        lock (_lock)
        {
            if (_waiting.Count + _dialogs.Count >= MaxWaiting)
                _dropped++;
            else if (occurrence is DialogChangedEvent dialog)
                _dialogs[dialog.Id] = (dialog, Combined(dialog));
            else
                _waiting.Add(occurrence);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void OnTimer()
    {
        Format();
        lock (_state)
        {
            if (!_isReceiving || _readers > 0 || _time.GetElapsedTime(_idleSince) < Linger)
                return;
            _isReceiving = false;
            _timer?.Dispose();
            _timer = null;
            _hub.Remove(this);
        }
    }

    /// <summary>What several changes of a dialog are together: one that began is new, one that is over is over.</summary>
    private DialogChangeKind Combined(DialogChangedEvent later)
    {
        if (!_dialogs.TryGetValue(later.Id, out var before) || later.Change == DialogChangeKind.Deleted)
            return later.Change;
        // Values set in its last callbacks do not bring a dialog back; a late 2xx does.
        return (before.Change, later.Change) switch
        {
            (DialogChangeKind.Created, _) => DialogChangeKind.Created,
            (DialogChangeKind.Deleted, DialogChangeKind.Updated) => DialogChangeKind.Deleted,
            (DialogChangeKind.StateChanged, DialogChangeKind.Updated) => DialogChangeKind.StateChanged,
            _ => later.Change,
        };
    }

    private void Format()
    {
        lock (_formatting)
        {
            List<ParleyEvent> waiting;
            Dictionary<DialogId, (DialogChangedEvent Latest, DialogChangeKind Change)> dialogs;
            long dropped;
            lock (_lock)
            {
                if (_waiting.Count + _dialogs.Count == 0 && _dropped == 0)
                    return;
                (waiting, _waiting) = (_waiting, []);
                (dialogs, _dialogs) = (_dialogs, []);
                (dropped, _dropped) = (_dropped, 0);
            }

            var frames = new List<(EventKinds, string, byte[])>(waiting.Count + dialogs.Count + 1);
            foreach (ParleyEvent one in waiting)
                frames.Add((one.Kind, one.Name, one.FormatData()));
            foreach ((DialogChangedEvent latest, DialogChangeKind change) in dialogs.Values)
                frames.Add((EventKinds.Dialog, latest.Name, latest.FormatData(change, _summaries)));
            if (dropped > 0)
                frames.Add((EventKinds.None, EventNames.Gap, new GapEvent(dropped).FormatData()));
            History.Add(frames);
        }
    }
}
