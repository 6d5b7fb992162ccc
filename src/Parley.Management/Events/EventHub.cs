using System.Collections.Immutable;

namespace Parley.Management;

/// <summary>Where events come together: producers give them, receivers get those of their kinds, all in one order.</summary>
internal sealed class EventHub(TimeProvider time) : IEventHub
{
    private readonly Lock _changing = new(); // of receivers and producers; taken before the other
    private readonly Lock _lock = new();
    private ImmutableArray<EventReceiver> _receivers = [];
    private ImmutableArray<IEventProducer> _producers = [];
    private int _wanted;

    // Microseconds of the start: no server makes a million events a second for long, so the numbers of its next life are higher.
    private long _number = FirstNumber(time);

    public EventSubscription Subscribe(EventKinds kinds, int capacity = 4096)
    {
        if ((kinds & EventKinds.All) == EventKinds.None)
            throw new ArgumentException("At least one kind of events is asked for.", nameof(kinds));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var queue = new EventQueue(capacity);
        Add(queue, kinds & EventKinds.All);
        return new EventSubscription(this, queue);
    }

    public bool IsWanted(EventKinds kinds) => (Volatile.Read(ref _wanted) & (int)kinds) != 0;

    public void Publish(ParleyEvent occurrence)
    {
        ArgumentNullException.ThrowIfNull(occurrence);
        if (occurrence.Number != 0)
            throw new ArgumentException("The event was published already.", nameof(occurrence));
        if (occurrence.Kind != EventKinds.None && !IsWanted(occurrence.Kind))
            return;
        occurrence.Time = time.GetUtcNow();
        lock (_lock)
        {
            occurrence.Number = ++_number;
            foreach (EventReceiver receiver in _receivers)
                if (occurrence.Kind == EventKinds.None || (receiver.Kinds & occurrence.Kind) != 0)
                    receiver.Offer(occurrence);
        }
    }

    /// <summary>Where the numbers of a life begin.</summary>
    public static long FirstNumber(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Brings what was published so far to where it is safe.</summary>
    public void Flush()
    {
        foreach (EventReceiver receiver in _receivers)
            receiver.Flush();
    }

    public void Add(EventReceiver receiver, EventKinds kinds)
    {
        lock (_changing)
        {
            receiver.Kinds = kinds;
            lock (_lock)
                ImmutableInterlocked.InterlockedExchange(ref _receivers, _receivers.Add(receiver));
            Announce();
        }
    }

    public void Remove(EventReceiver receiver)
    {
        lock (_changing)
        {
            lock (_lock)
                ImmutableInterlocked.InterlockedExchange(ref _receivers, _receivers.Remove(receiver));
            Announce();
        }
    }

    /// <summary>Gives a receiver that is there other kinds.</summary>
    public void Change(EventReceiver receiver, EventKinds kinds)
    {
        lock (_changing)
        {
            lock (_lock)
                receiver.Kinds = kinds;
            Announce();
        }
    }

    /// <summary>The application starts: producers begin with what is wanted by now. Empty at its end: they stop.</summary>
    public void Use(IEnumerable<IEventProducer> producers)
    {
        lock (_changing)
        {
            foreach (IEventProducer producer in _producers)
                producer.Want(EventKinds.None);
            _producers = [.. producers];
            Announce();
        }
    }

    private void Announce()
    {
        EventKinds wanted = EventKinds.None;
        foreach (EventReceiver receiver in _receivers)
            wanted |= receiver.Kinds;
        Volatile.Write(ref _wanted, (int)wanted);
        foreach (IEventProducer producer in _producers)
            producer.Want(wanted);
    }
}
