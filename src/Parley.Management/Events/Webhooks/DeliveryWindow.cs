namespace Parley.Management;

/// <summary>The events that are on their way: taken from the queue in order, done in any, and only acknowledged to it in order.</summary>
internal sealed class DeliveryWindow(WebhookQueue queue)
{
    private readonly Lock _lock = new();
    private readonly Queue<Place> _places = new();

    /// <summary>The next event; null when none waits. One of another version of the program is passed over.</summary>
    public Place? Take()
    {
        lock (_lock)
        {
            while (queue.Take() is { } taken)
            {
                if (QueuedEvent.Read(taken.Text) is { } one)
                {
                    var place = new Place(one, taken.End);
                    _places.Enqueue(place);
                    return place;
                }

                _places.Enqueue(new Place(new QueuedEvent("", "", "", default), taken.End) { IsDone = true });
            }

            return null;
        }
    }

    public void Complete(Place place)
    {
        lock (_lock)
        {
            place.IsDone = true;
            int count = 0;
            QueuePlace end = default;
            while (_places.TryPeek(out Place? first) && first.IsDone)
            {
                end = _places.Dequeue().End;
                count++;
            }

            if (count > 0)
                queue.Delivered(end, count);
        }
    }

    /// <summary>An event on its way.</summary>
    internal sealed class Place(QueuedEvent one, QueuePlace end)
    {
        public QueuedEvent Event => one;

        /// <summary>Where it ends in the queue.</summary>
        public QueuePlace End => end;

        public bool IsDone { get; set; }
    }
}
