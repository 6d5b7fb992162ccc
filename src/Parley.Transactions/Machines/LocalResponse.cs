using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Parley.Sip;
using Parley.Transport;

namespace Parley.Transactions;

/// <summary>Responses of this element's own: their bytes, their length, their To tag.</summary>
internal static class LocalResponse
{
    /// <summary>Digits of a tag.</summary>
    public const int TagLength = 16;

    /// <summary>Header lines of an answer up to this length count towards its room.</summary>
    private const int ShortLines = 64;

    /// <summary>
    /// How long an answer of ours may be in full. A datagram proves nothing of its source, which shall not get more than about twice of what it
    /// was made to send.
    /// </summary>
    public static int RoomFor(SipMessage received, in SipFlow source) =>
        source.Listener.IsReliable ? int.MaxValue : received.Bytes.Length * 2;

    /// <summary>
    /// A response in the thread's writer: valid until the next one is built. In the shortest form where the full one has no room; one with a body is
    /// always in full.
    /// </summary>
    public static ReadOnlySpan<byte> Build(
        SipMessage request,
        int room,
        int statusCode,
        ReadOnlySpan<byte> reason,
        ReadOnlySpan<byte> toTag,
        ReadOnlySpan<byte> headerLines,
        ReadOnlySpan<byte> contentType = default,
        ReadOnlySpan<byte> body = default
    )
    {
        SipWriter writer = Scratch.Mine.Writer;
        writer.Reset();
        writer.Response(request, statusCode, reason.IsEmpty ? SipText.Reason(statusCode) : reason, toTag);
        writer.Lines(headerLines);
        ReadOnlySpan<byte> full = writer.End(contentType, body);
        if (!body.IsEmpty)
            return full;
        // Long lines are what a clause demands (a challenge, the bindings of 10.3 step 8): no short form makes up for them.
        if (full.Length - Math.Max(0, headerLines.Length - ShortLines) <= room)
            return full;
        writer.ShortResponse(request, statusCode, toTag);
        writer.Lines(headerLines);
        return writer.EndHeaders();
    }

    /// <summary>
    /// The To tag of our own answers, a keyed hash of what a request has in common with its retransmissions, its CANCEL and the ACK for a
    /// failure: 8.2.7 wants the same tag for the same request, 9.2 that of the INVITE in the answer to its CANCEL, and the ACK for an answer
    /// without a transaction is recognized by it.
    /// </summary>
    [SkipLocalsInit]
    public static void WriteTag(TransactionContext context, SipMessage request, Span<byte> tag)
    {
        ReadOnlySpan<byte> branch = default,
            sentBy = default,
            callId = request.CallId,
            from = request.FromTag;
        if (request.TryGetTopVia(out ViaView via))
        {
            branch = via.Branch;
            sentBy = via.SentBy;
        }

        int length = branch.Length + sentBy.Length + callId.Length + from.Length + sizeof(uint) + 4;
        byte[]? big = null;
        Span<byte> bytes = length <= 512 ? stackalloc byte[512] : big = context.Buffers.Rent(length);
        int at = 0;
        Add(bytes, branch, ref at);
        Add(bytes, sentBy, ref at);
        Add(bytes, callId, ref at);
        Add(bytes, from, ref at);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], request.CSeqNumber);
        ulong hash = context.Random.Hash(bytes[..(at + sizeof(uint))]);
        if (big is not null)
            context.Buffers.Return(big);
        SipText.WriteHex(hash, tag);

        static void Add(Span<byte> bytes, ReadOnlySpan<byte> part, ref int at)
        {
            part.CopyTo(bytes[at..]);
            at += part.Length;
            bytes[at++] = 0; // no part holds it
        }
    }
}
