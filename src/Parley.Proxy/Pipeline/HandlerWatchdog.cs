using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Sip;

namespace Parley.Proxy;

/// <summary>
/// Warns of a handler or hook that blocks its receive loop (<see cref="ProxyOptions.HandlerWarning"/>). A handler costs two writes to memory of its own
/// thread; a timer looks at these four times within the limit, so that one that never returns is logged too.
/// </summary>
internal sealed class HandlerWatchdog : IDisposable
{
    private const int LooksPerLimit = 4;

    /// <summary>Lines that may be logged within a minute; what is beyond them is counted.</summary>
    private const int MostLines = 6;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _limit;
    private readonly ThreadLocal<Slot> _slot;
    private readonly Lock _lock = new();
    private readonly List<Slot> _slots = [];
    private readonly ITimer _timer;
    private long _minute;
    private int _lines;
    private int _left;

    public HandlerWatchdog(TimeSpan limit, TimeProvider time, ILogger logger)
    {
        _limit = limit;
        _time = time;
        _logger = logger;
        _slot = new ThreadLocal<Slot>(NewSlot);
        _minute = time.GetTimestamp();
        TimeSpan period = TimeSpan.FromMilliseconds(Math.Max(1, limit.TotalMilliseconds / LooksPerLimit));
        _timer = time.CreateTimer(static state => ((HandlerWatchdog)state!).Look(), this, period, period);
    }

    /// <summary>User code begins on this thread. What it calls in turn counts as part of it.</summary>
    public void Enter(IRequestHolder holder, string what)
    {
        Slot slot = _slot.Value!;
        if (slot.Depth++ > 0)
            return;
        slot.Holder = holder;
        slot.What = what;
        Volatile.Write(ref slot.Sequence, slot.Sequence + 1);
    }

    /// <summary>The user code that <see cref="Enter"/> noted has returned.</summary>
    public void Leave()
    {
        Slot slot = _slot.Value!;
        if (--slot.Depth > 0)
            return;
        long sequence = slot.Sequence;
        // Before the timer may see that it has ended, and go on to the next call.
        long blocked = Volatile.Read(ref slot.WarnedOf) == sequence ? Milliseconds(slot.SeenAt) : 0;
        Volatile.Write(ref slot.Sequence, sequence + 1);
        slot.Holder = null;
        if (blocked > 0)
            ProxyLog.HandlerReturned(_logger, slot.What, slot.Method, slot.CallId, blocked);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _slot.Dispose();
    }

    private Slot NewSlot()
    {
        var slot = new Slot(Thread.CurrentThread);
        lock (_lock)
            _slots.Add(slot);
        return slot;
    }

    private void Look()
    {
        lock (_lock)
        {
            for (int i = _slots.Count - 1; i >= 0; i--)
            {
                if (_slots[i].Thread.IsAlive)
                    Look(_slots[i]);
                else
                    _slots.RemoveAt(i);
            }
        }
    }

    private void Look(Slot slot)
    {
        long sequence = Volatile.Read(ref slot.Sequence);
        bool isInside = (sequence & 1) != 0;
        if (!isInside || sequence != slot.Seen)
        {
            slot.Seen = sequence;
            slot.SeenAt = _time.GetTimestamp();
            return;
        }

        if (slot.JudgedOf == sequence || _time.GetElapsedTime(slot.SeenAt) < _limit)
            return;
        slot.JudgedOf = sequence;
        if (!MayLog() || !TryName(slot, sequence))
            return;
        ProxyLog.HandlerBlocks(_logger, slot.What, slot.Method, slot.CallId, Milliseconds(slot.SeenAt));
        Volatile.Write(ref slot.WarnedOf, sequence);
    }

    /// <summary>Method and Call-ID of a request that another thread is in: they count when that thread was in the same call before and after.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Read beside its owner: whatever goes wrong, the call has ended meanwhile.")]
    private static bool TryName(Slot slot, long sequence)
    {
        try
        {
            SipMessage? request = slot.Holder?.PeekRequest();
            slot.Method = request is null ? "a request" : Encoding.UTF8.GetString(request.MethodText);
            slot.CallId = request is null ? "(let go)" : Encoding.UTF8.GetString(request.CallId);
        }
        catch (Exception)
        {
            return false;
        }

        return Volatile.Read(ref slot.Sequence) == sequence;
    }

    private bool MayLog()
    {
        if (_time.GetElapsedTime(_minute) >= Minute)
        {
            if (_left > 0)
                ProxyLog.MoreHandlersBlocked(_logger, _left);
            _minute = _time.GetTimestamp();
            _lines = _left = 0;
        }

        if (_lines++ < MostLines)
            return true;
        _left++;
        return false;
    }

    private long Milliseconds(long since) => (long)_time.GetElapsedTime(since).TotalMilliseconds;

    /// <summary>What one thread is in. The thread writes <see cref="Depth"/>, <see cref="Holder"/> and <see cref="Sequence"/>, the timer the rest.</summary>
    private sealed class Slot(Thread thread)
    {
        public long Sequence; // odd while user code runs
        public long WarnedOf;

        public Thread Thread { get; } = thread;

        public int Depth { get; set; }

        public IRequestHolder? Holder { get; set; }

        public string What { get; set; } = "";

        public string Method { get; set; } = "";

        public string CallId { get; set; } = "";

        public long JudgedOf { get; set; }

        public long Seen { get; set; }

        public long SeenAt { get; set; }
    }
}
