using System.Diagnostics.CodeAnalysis;

namespace Parley.Management;

/// <summary>
/// The recorder to read: the calls whose messages and steps are still in its ring, live and ended ones and attempts that failed. Safe from any thread; a
/// call waits for no reader. What it gives is blanked: no password, no key.
/// </summary>
public interface ICallRecorder
{
    /// <summary>One call with its messages and steps.</summary>
    /// <param name="callId">Its Call-ID, byte for byte.</param>
    /// <param name="call">The call; null when nothing of it is in the ring.</param>
    bool TryGet(string callId, [NotNullWhen(true)] out RecordedCall? call);

    /// <summary>The calls that fit, the latest first. Lazily: each is read when it is asked for.</summary>
    /// <param name="query">What to look for.</param>
    IEnumerable<RecordedCallSummary> Find(RecordedCallQuery query);

    /// <summary>The marks of what was abnormal, by Call-ID; calls without one are not in it. Marks of a call outlive its messages in the ring while it is among the latest 65,536 abnormal ones. A snapshot.</summary>
    IReadOnlyDictionary<string, IReadOnlyList<string>> Abnormal();
}
