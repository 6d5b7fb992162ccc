namespace Parley.Crash.Phones;

/// <summary>One call as its two phones see it.</summary>
internal sealed class Call(int number, string callId, bool calleeHangsUp)
{
    public int Number => number;

    public string CallId => callId;

    /// <summary>Which side is to send the BYE.</summary>
    public bool CalleeHangsUp { get; set; } = calleeHangsUp;

    /// <summary>When it is to end, milliseconds of the run.</summary>
    public long EndsAt { get; set; }

    /// <summary>When the caller got the 2xx, milliseconds of the run; 0: it did not.</summary>
    public long AnsweredAt { get; set; }

    /// <summary>The callee has sent its 2xx.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>The callee has its ACK.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>The final status of the INVITE at the caller; 0: none yet.</summary>
    public int InviteStatus { get; set; }

    /// <summary>A BYE has been sent.</summary>
    public bool IsEnding { get; set; }

    /// <summary>The other side has got the BYE.</summary>
    public bool ByeArrived { get; set; }

    /// <summary>What the BYE was answered with; 0: nothing yet.</summary>
    public int ByeStatus { get; set; }

    /// <summary>When the BYE was answered, milliseconds of the run; 0: it was not.</summary>
    public long EndedAt { get; set; }

    /// <summary>The caller knows that it was answered, and no BYE has been answered.</summary>
    public bool IsOpen => AnsweredAt > 0 && ByeStatus == 0;

    /// <summary>What the caller sends by.</summary>
    public Side Caller { get; } = new();

    /// <summary>What the callee sends by.</summary>
    public Side Callee { get; } = new();

    /// <summary>The request that a phone repeats until it is answered; null: none.</summary>
    public Pending? Invite { get; set; }

    public Pending? Bye { get; set; }

    /// <summary>The 2xx that the callee repeats until its ACK.</summary>
    public Pending? Answer { get; set; }

    /// <summary>One end's dialog state (RFC 3261 12.1).</summary>
    internal sealed class Side
    {
        public string Local { get; set; } = "";

        public string Remote { get; set; } = "";

        public string Target { get; set; } = "";

        public IReadOnlyList<string> Routes { get; set; } = [];

        public int CSeq { get; set; }
    }

    /// <summary>A message that is sent again (timers A, E and that of a 2xx: T1 500 ms, doubled up to T2 4 s).</summary>
    internal sealed class Pending(byte[] message, long now)
    {
        public byte[] Message => message;

        public long Due { get; private set; } = now + 500;

        public long Interval { get; private set; } = 500;

        public long Since => now;

        public void Sent(long at)
        {
            Interval = Math.Min(4_000, Interval * 2);
            Due = at + Interval;
        }
    }
}
