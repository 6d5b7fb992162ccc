using System.Collections.Concurrent;
using System.Text;

namespace Parley.Management;

/// <summary>The marks of the latest abnormal calls, beyond the life of their messages in the ring. Only what is abnormal comes here; a call waits for nothing.</summary>
internal sealed class CallMarkTable
{
    /// <summary>The most calls.</summary>
    public const int MaxCalls = 65_536;

    private readonly ConcurrentDictionary<string, string[]> _marks = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();
    private int _count;

    public void Add(ReadOnlySpan<byte> callId, string mark) => Add(Encoding.UTF8.GetString(callId), mark);

    public void Add(string callId, string mark)
    {
        while (true)
        {
            if (_marks.TryGetValue(callId, out string[]? had))
            {
                if (Array.IndexOf(had, mark) >= 0 || _marks.TryUpdate(callId, [.. had, mark], had))
                    return;
            }
            else if (_marks.TryAdd(callId, [mark]))
            {
                _order.Enqueue(callId);
                if (Interlocked.Increment(ref _count) > MaxCalls && _order.TryDequeue(out string? oldest))
                {
                    _marks.TryRemove(oldest, out _);
                    Interlocked.Decrement(ref _count);
                }

                return;
            }
        }
    }

    /// <summary>Empty when the call is like all others.</summary>
    public IReadOnlyList<string> Of(string callId) => _marks.TryGetValue(callId, out string[]? marks) ? marks : [];

    /// <summary>All of them. To enumerate takes no lock, unlike a copy.</summary>
    public IEnumerable<KeyValuePair<string, string[]>> All => _marks;
}
