using System.Collections.Concurrent;

namespace Parley.Hosting;

/// <summary>How often each event of one category came within its interval. Costs a look-up per event that may repeat, and nothing for others.</summary>
internal sealed class LogRepeats
{
    private readonly ConcurrentDictionary<int, Repeat> _byEvent = new();

    /// <summary>True: to be written, with how many were left out since the last time.</summary>
    public bool Allows(int eventId, long now, long interval, out long leftOut)
    {
        Repeat repeat = _byEvent.GetOrAdd(eventId, static _ => new Repeat());
        long next = Volatile.Read(ref repeat.Next);
        if (now >= next && Interlocked.CompareExchange(ref repeat.Next, now + interval, next) == next)
        {
            leftOut = Interlocked.Exchange(ref repeat.LeftOut, 0);
            return true;
        }

        leftOut = 0;
        Interlocked.Increment(ref repeat.LeftOut);
        return false;
    }

    /// <summary>Takes the count of an event whose interval is over; false when there is none. <paramref name="waiting"/>: one is not over yet.</summary>
    public bool TryTake(long now, out int eventId, out long leftOut, ref bool waiting)
    {
        foreach ((int id, Repeat repeat) in _byEvent)
        {
            if (Interlocked.Read(ref repeat.LeftOut) == 0)
                continue;
            if (now < Volatile.Read(ref repeat.Next))
            {
                waiting = true;
                continue;
            }

            eventId = id;
            leftOut = Interlocked.Exchange(ref repeat.LeftOut, 0);
            if (leftOut > 0)
                return true;
        }

        eventId = 0;
        leftOut = 0;
        return false;
    }

    private sealed class Repeat
    {
        public long Next = long.MinValue;
        public long LeftOut;
    }
}
