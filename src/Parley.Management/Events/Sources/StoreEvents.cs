using Parley.Dialogs;
using Parley.Registrar;

namespace Parley.Management;

/// <summary>Events of the stores: looked at once a second while anybody wants them, so that nothing is added to what writes.</summary>
internal sealed class StoreEvents(
    EventHub hub,
    TimeProvider time,
    DialogPersistence? dialogs = null,
    LocationPersistence? locations = null,
    CallRecordFile? file = null
) : IEventProducer, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Seen _dialogs = new("dialogs");
    private readonly Seen _locations = new("registrations");
    private readonly Seen _file = new("callRecordFile");
    private readonly Lock _lock = new();
    private ITimer? _timer;

    public void Want(EventKinds kinds)
    {
        bool isWanted = (kinds & EventKinds.Store) != 0 && (dialogs ?? (object?)locations ?? file) is not null;
        if (isWanted == _timer is not null)
            return;
        _timer?.Dispose();
        _timer = isWanted ? time.CreateTimer(static events => ((StoreEvents)events!).Look(), this, TimeSpan.Zero, Interval) : null;
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (dialogs?.Statistics is { } kept)
                Look(_dialogs, kept.IsAvailable, kept.PutAside, kept.JournalFailures, kept.QueueDepth);
            if (locations?.Statistics is { } bound)
                Look(_locations, bound.IsAvailable, 0, bound.JournalFailures, bound.QueueDepth);
            if (file is not null)
                Look(_file, !file.IsFailing, 0, 0, 0);
        }
    }

    private void Look(Seen seen, bool isAvailable, long putAside, long journalFailures, int depth)
    {
        if (isAvailable != seen.IsAvailable)
            hub.Publish(new StoreEvent(seen.Name, isAvailable ? StoreChange.Available : StoreChange.Unavailable, 0, depth));
        if (putAside > seen.PutAside)
            hub.Publish(new StoreEvent(seen.Name, StoreChange.RowsRefused, putAside - seen.PutAside, depth));
        if (journalFailures > seen.JournalFailures)
            hub.Publish(new StoreEvent(seen.Name, StoreChange.JournalFailed, journalFailures - seen.JournalFailures, depth));
        (seen.IsAvailable, seen.PutAside, seen.JournalFailures) = (isAvailable, putAside, journalFailures);
    }

    private sealed class Seen(string name)
    {
        public string Name => name;
        public bool IsAvailable = true;
        public long PutAside;
        public long JournalFailures;
    }
}
