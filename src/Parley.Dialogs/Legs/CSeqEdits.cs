using System.Buffers.Text;
using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// The numbers on the wire. A request that goes on to a leg where the proxy has sent something of its own gets the leg's next number, an ACK
/// and a RAck the one their INVITE went on with. CANCEL and the ACK of a failure are written from the request as sent, so they have it
/// already. Responses carry back the number of the branch they come from, whichever that was, and leave with the one the request came with.
/// </summary>
internal static class CSeqEdits
{
    /// <summary>A request within the dialog is about to be written for its destination. While nothing is renumbered there, nothing happens.</summary>
    /// <returns>The number that it leaves with.</returns>
    public static uint Renumber(DialogLeg leg, SipMethod method, bool isStateless, bool isRepeated, SipEdits edits)
    {
        SipMessage request = edits.Original;
        if (!leg.IsRenumbering)
            return request.CSeqNumber;
        uint received = request.CSeqNumber,
            sent,
            rackSent = 0;
        RAckView rack = default;
        bool isPrack = method == SipMethod.Prack && request.TryGetRAck(out rack);
        lock (leg.Lock)
        {
            ref LegCSeq numbers = ref leg.Numbers;
            sent =
                method == SipMethod.Ack ? numbers.OfInvite(received)
                // Without a transaction, or on another branch, a repetition comes here; it is to leave as the first did.
                : (isStateless || isRepeated) && numbers.OfInvite(received) is var known && known != received ? known
                : numbers.TakeRelayed(received, method == SipMethod.Invite || isStateless);
            if (isPrack)
                rackSent = numbers.OfInvite(rack.CSeq);
        }

        Replace(edits, request.CSeqNumberText, received, sent);
        if (isPrack && rackSent != rack.CSeq)
            WriteRAck(edits, rack, rackSent);
        return sent;
    }

    /// <summary>A response is about to leave with the number that its request came with.</summary>
    public static void Restore(SipMessage reply, SipEdits edits, uint received) =>
        Replace(edits, reply.CSeqNumberText, reply.CSeqNumber, received);

    private static void Replace(SipEdits edits, ReadOnlySpan<byte> number, uint old, uint with)
    {
        if (old == with || number.IsEmpty)
            return;
        Span<byte> digits = edits.Scratch(10);
        Utf8Formatter.TryFormat(with, digits, out int length);
        edits.Replace(number, digits[..length]);
    }

    private static void WriteRAck(SipEdits edits, in RAckView rack, uint cseq)
    {
        Span<byte> text = edits.Scratch(22 + rack.Method.Length);
        Utf8Formatter.TryFormat(rack.RSeq, text, out int length);
        text[length++] = (byte)' ';
        Utf8Formatter.TryFormat(cseq, text[length..], out int digits);
        length += digits;
        text[length++] = (byte)' ';
        rack.Method.CopyTo(text[length..]);
        edits.Set(SipHeaderName.RAck, text[..(length + rack.Method.Length)]);
    }
}
