using Parley.Sip;

namespace Parley.Proxy;

/// <summary>A stretch of a message by offset: stays right when the message moves to a buffer of its own (Retain), as a span would not.</summary>
internal readonly record struct MessageSlice(int Start, int Length)
{
    public static MessageSlice Of(SipMessage message, ReadOnlySpan<byte> part) =>
        new(part.IsEmpty ? 0 : message.OffsetOf(part), part.Length);

    public ReadOnlySpan<byte> In(SipMessage message) => message.Bytes.Slice(Start, Length);
}
