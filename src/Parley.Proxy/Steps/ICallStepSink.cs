namespace Parley.Proxy;

/// <summary>Takes the steps of calls, for a recorder. Called on the way of messages by any thread, never under a lock: it must not block, allocate or throw.</summary>
public interface ICallStepSink
{
    /// <summary>A step.</summary>
    /// <param name="callId">The Call-ID.</param>
    /// <param name="dialog">The 64-bit form of the dialog's id; null without one.</param>
    /// <param name="step">What happened.</param>
    /// <param name="number">See <see cref="CallStep"/>; 0 where it says nothing.</param>
    /// <param name="further">See <see cref="CallStep"/>; 0 where it says nothing.</param>
    /// <param name="detail">See <see cref="CallStep"/>; empty where it says nothing. Valid during the call.</param>
    void OnStep(ReadOnlySpan<byte> callId, ulong? dialog, CallStep step, long number, int further, ReadOnlySpan<byte> detail);
}
