using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Parley.Management;

/// <summary>The latest frames of the stream: so many and so many bytes, the oldest go first. Safe from any thread.</summary>
internal sealed class EventHistory
{
    private const long MaxBytes = 16 << 20;

    private readonly Lock _lock = new();
    private readonly EventFrame[] _ring;
    private int _first;
    private int _count;
    private long _bytes;
    private long _last;
    private long _floor;
    private TaskCompletionSource _added = NewSignal();

    /// <param name="capacity">How many frames.</param>
    /// <param name="number">The id before the first.</param>
    public EventHistory(int capacity, long number)
    {
        _ring = new EventFrame[capacity];
        _last = _floor = number;
    }

    /// <summary>The id of the latest frame.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>Nothing was noted for a while: a reader with an id from before cannot go on.</summary>
    public void Break()
    {
        lock (_lock)
        {
            Array.Clear(_ring);
            (_first, _count, _bytes) = (0, 0, 0);
            _floor = ++_last;
        }
    }

    /// <summary>Whether all that followed this id is here.</summary>
    public bool Covers(long id)
    {
        lock (_lock)
            return id >= _floor && id <= _last;
    }

    /// <summary>Adds frames of events; those that wait go on.</summary>
    public void Add(IReadOnlyList<(EventKinds Kind, string Name, byte[] Data)> events)
    {
        TaskCompletionSource added;
        lock (_lock)
        {
            foreach ((EventKinds kind, string name, byte[] data) in events)
                Append(new EventFrame(++_last, kind, Format(_last, name, data)));
            (added, _added) = (_added, NewSignal());
        }

        added.TrySetResult();
    }

    /// <summary>Takes the frames after an id, of some kinds.</summary>
    /// <param name="after">The id; moved to the last that was looked at.</param>
    /// <param name="kinds">Which.</param>
    /// <param name="maxBytes">About how many.</param>
    /// <param name="frames">They are added here.</param>
    /// <param name="added">When there were none: completes when one is added.</param>
    /// <returns>False when the reader was too slow, and some are gone.</returns>
    public bool Read(ref long after, EventKinds kinds, int maxBytes, List<byte[]> frames, [NotNull] out Task? added)
    {
        lock (_lock)
        {
            added = _added.Task;
            if (after < _floor)
            {
                after = _last;
                return false;
            }

            int bytes = 0;
            for (long i = _count - (_last - after); i < _count && bytes < maxBytes; i++)
            {
                ref EventFrame frame = ref _ring[(int)((_first + i) % _ring.Length)];
                after = frame.Id;
                if (frame.Kind != EventKinds.None && (frame.Kind & kinds) == 0)
                    continue;
                frames.Add(frame.Text);
                bytes += frame.Text.Length;
            }

            return true;
        }
    }

    /// <summary>A frame that is for one reader alone.</summary>
    public static byte[] Format(long id, string name, ReadOnlySpan<byte> data)
    {
        byte[] head = Encoding.ASCII.GetBytes($"id: {id}\nevent: {name}\ndata: ");
        byte[] text = new byte[head.Length + data.Length + 2];
        head.CopyTo(text, 0);
        data.CopyTo(text.AsSpan(head.Length));
        text[^2] = text[^1] = (byte)'\n';
        return text;
    }

    private void Append(EventFrame frame)
    {
        while (_count == _ring.Length || (_count > 0 && _bytes + frame.Text.Length > MaxBytes))
        {
            _bytes -= _ring[_first].Text.Length;
            _floor = _ring[_first].Id;
            _ring[_first] = default;
            _first = (_first + 1) % _ring.Length;
            _count--;
        }

        _ring[(_first + _count) % _ring.Length] = frame;
        _count++;
        _bytes += frame.Text.Length;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
