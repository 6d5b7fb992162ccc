using System.Buffers.Text;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    /// <summary>The leg that a response on a branch belongs to; null when it made none.</summary>
    internal DialogLeg? LegOf(SipBranch branch, SipMessage reply)
    {
        lock (Gate)
        {
            return FindLeg(branch.Index, reply.ToTag);
        }
    }

    /// <summary>RFC 3262 7.2: "RAck: rseq cseq INVITE", the numbers as the callee wrote them.</summary>
    internal void SendPrack(DialogLeg leg, long rseq, uint inviteCSeq, ILocalRequestUser user)
    {
        Span<byte> line = stackalloc byte[48];
        "RAck: "u8.CopyTo(line);
        int length = 6;
        Utf8Formatter.TryFormat(rseq, line[length..], out int written);
        line[length += written] = (byte)' ';
        length++;
        Utf8Formatter.TryFormat(inviteCSeq, line[length..], out written);
        length += written;
        " INVITE\r\n"u8.CopyTo(line[length..]);
        SendOwn(leg, "PRACK"u8, line[..(length + 9)], default, default, user, null, null, newConnections: true);
    }
}
