using System.Buffers.Text;
using Parley.Proxy;
using Parley.Sip;

namespace Parley.Dialogs;

public sealed partial class Dialog
{
    private PrackFailures? _prackFailures;

    /// <summary>Runs when a PRACK of the proxy's own in this call fails.</summary>
    /// <param name="hook">The hook; after the application's and those added before.</param>
    public void OnPrackFailed(PrackFailedHook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        PrackFailures failures =
            Volatile.Read(ref _prackFailures)
            ?? Interlocked.CompareExchange(ref _prackFailures, new PrackFailures(), null)
            ?? _prackFailures;
        failures.Add(hook);
    }

    /// <summary>A PRACK has had a failure for an answer, or none: told to the hooks, then the call ends where it is to end.</summary>
    internal void PrackFailed(DialogLeg leg, int statusCode)
    {
        Module.Log.PrackFailed(this, statusCode);
        Dialog? outer = DialogModule.SetCurrent(this);
        try
        {
            Module.PrackFailures.Run(this, leg, statusCode);
            Volatile.Read(ref _prackFailures)?.Run(this, leg, statusCode);
        }
        finally
        {
            DialogModule.SetCurrent(outer);
        }

        if ((Flags & DialogFlags.EndOnPrackFailure) != 0 && State is DialogState.Unconfirmed or DialogState.Early)
            Terminate(DialogReasons.PrackFailed);
    }

    /// <summary>The leg that a response on a branch belongs to; null when it made none.</summary>
    internal DialogLeg? LegOf(SipBranch branch, SipMessage reply)
    {
        lock (Gate)
        {
            return FindLeg(branch.Index, reply.ToTag);
        }
    }

    /// <summary>RFC 3262 7.2: "RAck: rseq cseq INVITE", the numbers as the callee wrote them.</summary>
    /// <returns>False: it could not be sent, and the user hears nothing.</returns>
    internal bool SendPrack(DialogLeg leg, long rseq, uint inviteCSeq, ILocalRequestUser user)
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
        return SendOwn(leg, "PRACK"u8, line[..(length + 9)], default, default, user, leg, Module.Options.PrackTimeout, newConnections: true)
            != 0;
    }
}
