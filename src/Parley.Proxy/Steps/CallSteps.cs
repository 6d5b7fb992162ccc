using System.Text;

namespace Parley.Proxy;

/// <summary>Where the steps of an application's calls go: nowhere, at the cost of one look at a field, until something takes them.</summary>
public sealed class CallSteps
{
    private const int LongestDetail = 512;

    internal CallSteps() { }

    /// <summary>Takes the steps; null, the default: nothing does.</summary>
    public ICallStepSink? Sink { get; set; }

    /// <summary>Notes a step, with its detail as text. Does nothing without a sink.</summary>
    /// <param name="callId">The Call-ID.</param>
    /// <param name="dialog">The 64-bit form of the dialog's id; null without one.</param>
    /// <param name="step">What happened.</param>
    /// <param name="number">See <see cref="CallStep"/>.</param>
    /// <param name="further">See <see cref="CallStep"/>.</param>
    /// <param name="detail">See <see cref="CallStep"/>; of a long one the beginning. Null: none.</param>
    public void Note(ReadOnlySpan<byte> callId, ulong? dialog, CallStep step, long number, int further, string? detail)
    {
        if (Sink is not { } sink)
            return;
        Span<byte> bytes = stackalloc byte[LongestDetail];
        Encoding.UTF8.TryGetBytes(detail, bytes, out int length);
        if (length == 0 && detail is { Length: > 0 })
            Encoding.UTF8.GetEncoder().Convert(detail, bytes, flush: true, out _, out length, out _);
        sink.OnStep(callId, dialog, step, number, further, bytes[..length]);
    }
}
