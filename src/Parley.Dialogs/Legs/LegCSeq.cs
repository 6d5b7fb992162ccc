using Parley.Sip;

namespace Parley.Dialogs;

/// <summary>
/// The CSeq numbers towards one leg: a space of its own (RFC 3261 12.2.1.1), apart from that of the other direction. As long as the proxy
/// sends nothing of its own there, requests pass with the number they came with. From its first own request on, every request towards the
/// leg is numbered here, so that the far end sees one row that only grows; and an ACK, a RAck or a repetition finds the number that its
/// INVITE left with. Guarded by the dialog's lock.
/// </summary>
/// <remarks>
/// Towards the caller the space begins at 0 when the callee has sent nothing yet: the proxy's first own request there has number 1. That is
/// what the RFC asks for; a device that compares it with the other direction's numbers is wrong.
/// </remarks>
internal struct LegCSeq
{
    /// <summary>INVITEs whose ACK may still come or come again; more than one at a time is no proper dialog, the rest is for forks and races.</summary>
    private const int MaxInvites = 8;

    private ulong[]? _invites; // came with << 32 | left with; a ring, made with the first renumbered INVITE
    private int _nextInvite;
    private SipMethod _highestMethod;

    /// <summary>The highest number that a request towards the leg came with, of every method but ACK; 0: none came.</summary>
    public uint Highest { get; private set; }

    /// <summary>The last number given here; 0: none was ever given, and nothing is renumbered.</summary>
    public uint Generated { get; private set; }

    /// <summary>Whether requests towards the leg are renumbered.</summary>
    public readonly bool IsRenumbering => Generated != 0;

    /// <summary>The last number the leg has seen.</summary>
    public readonly uint LastSent => IsRenumbering ? Generated : Highest;

    /// <summary>As a store had it (columns <c>*_cseq</c> and <c>*_ping_cseq</c>).</summary>
    public static LegCSeq FromStore(uint highest, uint generated) => new() { Highest = highest, Generated = generated };

    /// <summary>The method of <see cref="Highest"/>.</summary>
    public readonly SipMethod HighestMethod => _highestMethod;

    /// <summary>The INVITEs whose ACK may still come, for a row: came with &lt;&lt; 32 | left with; oldest first.</summary>
    public readonly ReadOnlySpan<ulong> Invites
    {
        get
        {
            if (_invites is null)
                return [];
            int count = Math.Min(_nextInvite, MaxInvites);
            ulong[] oldestFirst = new ulong[count];
            for (int i = 0; i < count; i++)
                oldestFirst[i] = _invites[(_nextInvite - count + i) & (MaxInvites - 1)];
            return oldestFirst;
        }
    }

    /// <summary>As the details of a row had it.</summary>
    public static LegCSeq FromStore(uint highest, SipMethod method, uint generated, ReadOnlySpan<ulong> invites)
    {
        var cseq = new LegCSeq
        {
            Highest = highest,
            Generated = generated,
            _highestMethod = method,
        };
        foreach (ulong invite in invites)
            cseq.Remember((uint)(invite >> 32), (uint)invite);
        return cseq;
    }

    /// <summary>The leg begins with the initial INVITE, which may have left with another number on its branch (credentials of the proxy's own).</summary>
    public static LegCSeq FromInvite(uint received, uint sent)
    {
        var cseq = new LegCSeq { Highest = received, _highestMethod = SipMethod.Invite };
        if (sent != received)
        {
            cseq.Generated = sent;
            cseq.Remember(received, sent);
        }

        return cseq;
    }

    /// <summary>A request of the other party came with this number; not for ACK.</summary>
    public void Saw(uint received, SipMethod method)
    {
        if (received < Highest)
            return;
        Highest = received;
        _highestMethod = method;
    }

    /// <summary>Where a number stands among those that came before; not for ACK.</summary>
    public readonly CSeqOrder OrderOf(uint received, SipMethod method) =>
        received > Highest || Highest == 0 ? CSeqOrder.Next // 0 may be a first number
        : received == Highest && (method == _highestMethod || _highestMethod == SipMethod.Other) ? CSeqOrder.Repeated
        : CSeqOrder.Stale;

    /// <summary>The number for a request of the proxy's own; not for ACK.</summary>
    public uint TakeOwn() => Generated = LastSent + 1;

    /// <summary>The number with which a request goes on to the leg; not for ACK and CANCEL.</summary>
    /// <param name="received">The number it came with.</param>
    /// <param name="remember">An INVITE: its ACK will ask for it; or a request whose repetitions will.</param>
    public uint TakeRelayed(uint received, bool remember)
    {
        Highest = Math.Max(Highest, received);
        if (!IsRenumbering)
            return received;
        uint sent = ++Generated;
        if (remember)
            Remember(received, sent);
        return sent;
    }

    /// <summary>The number with which the INVITE of this number went on: for its ACK (again and again), and for the RAck of a PRACK.</summary>
    /// <param name="received">The number the ACK or the RAck came with.</param>
    public readonly uint OfInvite(uint received)
    {
        if (_invites is not null)
        {
            for (int i = 1; i <= MaxInvites; i++)
            {
                ulong invite = _invites[(_nextInvite - i) & (MaxInvites - 1)];
                if (invite != 0 && (uint)(invite >> 32) == received)
                    return (uint)invite;
            }
        }

        return received; // it went on before anything was renumbered
    }

    private void Remember(uint received, uint sent)
    {
        _invites ??= new ulong[MaxInvites];
        _invites[_nextInvite++ & (MaxInvites - 1)] = ((ulong)received << 32) | sent;
    }
}
