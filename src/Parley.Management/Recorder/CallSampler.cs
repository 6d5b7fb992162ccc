namespace Parley.Management;

/// <summary>
/// Above a rate of INVITEs which calls are recorded: those whose Call-IDs have a hash up to a threshold, which follows the rate once a second. So a call
/// is recorded whole, except where the threshold falls while it lasts.
/// </summary>
internal sealed class CallSampler(int most)
{
    private const long Window = TimeSpan.TicksPerSecond;

    private long _began;
    private int _invites;
    private uint _threshold = uint.MaxValue;

    /// <summary>The greatest hash that is recorded.</summary>
    public uint Threshold => Volatile.Read(ref _threshold);

    public bool IsOn => most > 0;

    /// <summary>An INVITE arrived. True when another threshold holds from now on.</summary>
    public bool OnInvite(long ticks)
    {
        int count = Interlocked.Increment(ref _invites);
        long began = Volatile.Read(ref _began);
        long elapsed = ticks - began;
        if (elapsed < Window || Interlocked.CompareExchange(ref _began, ticks, began) != began)
            return false;
        Volatile.Write(ref _invites, 0);
        // After a pause the window says nothing of now.
        double rate = began == 0 || elapsed > 10 * Window ? 0 : count * (double)Window / elapsed;
        uint threshold = rate <= most ? uint.MaxValue : (uint)(uint.MaxValue * (most / rate));
        uint former = Threshold;
        // Small changes would only cut calls in two.
        if (threshold == former || (threshold != uint.MaxValue && Math.Abs((double)threshold - former) < former * 0.2))
            return false;
        Volatile.Write(ref _threshold, threshold);
        return true;
    }
}
