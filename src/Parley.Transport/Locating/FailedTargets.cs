using System.Collections.Concurrent;

namespace Parley.Transport;

/// <summary>Targets that failed lately: tried last until their time is over. Bounded.</summary>
internal sealed class FailedTargets(TimeSpan memory, TimeProvider time)
{
    private const int Limit = 4096;

    private readonly ConcurrentDictionary<SipTarget, long> _until = new();

    public void Add(SipTarget target)
    {
        var now = time.GetTimestamp();
        if (_until.Count >= Limit)
            Purge(now);
        if (_until.Count < Limit)
            _until[target with { HostName = null }] = now + (long)(memory.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>Moves the failed ones among the targets from <paramref name="start"/> on to the end, order kept otherwise.</summary>
    public void PutLast(IList<SipTarget> targets, int start)
    {
        if (_until.IsEmpty || targets.Count - start < 2)
            return;
        var now = time.GetTimestamp();
        var end = targets.Count;
        for (var i = start; i < end; )
        {
            var target = targets[i];
            if (!Contains(target, now))
            {
                i++;
                continue;
            }
            targets.RemoveAt(i);
            targets.Add(target);
            end--;
        }
    }

    private bool Contains(SipTarget target, long now)
    {
        if (!_until.TryGetValue(target, out var until))
            return false;
        if (now < until)
            return true;
        _until.TryRemove(new KeyValuePair<SipTarget, long>(target, until));
        return false;
    }

    private void Purge(long now)
    {
        foreach (var pair in _until)
        {
            if (now >= pair.Value)
                _until.TryRemove(pair);
        }
    }
}
