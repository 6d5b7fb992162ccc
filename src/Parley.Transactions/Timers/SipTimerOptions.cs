namespace Parley.Transactions;

/// <summary>Every timer of RFC 3261 17 (table 4) and RFC 6026, per instance. Defaults are the RFCs'; a derived one that is null follows T1 or T4.</summary>
/// <remarks>Read once when a <see cref="TransactionLayer"/> is made; later changes do not reach it. Values are rounded up to 10 ms when armed, those of more than 4 s to 50 ms.</remarks>
public sealed class SipTimerOptions
{
    /// <summary>Estimate of the round-trip time (17.1.1.1); 500 ms.</summary>
    public TimeSpan T1 { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest interval between retransmissions of non-INVITE requests and of INVITE responses (17.1.2.2); 4 s.</summary>
    public TimeSpan T2 { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Longest time that a message stays in the network (17.1.2.2); 5 s.</summary>
    public TimeSpan T4 { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>First interval between INVITE requests over UDP, doubled each time (17.1.1.2); null: T1.</summary>
    public TimeSpan? TimerA { get; set; }

    /// <summary>Time for an INVITE to get any response (17.1.1.2); null: 64*T1.</summary>
    public TimeSpan? TimerB { get; set; }

    /// <summary>How long an INVITE client transaction over UDP acknowledges repeated failure responses (17.1.1.2); null: 32 s. Zero over streams.</summary>
    public TimeSpan? TimerD { get; set; }

    /// <summary>First interval between non-INVITE requests over UDP, doubled up to T2 (17.1.2.2); null: T1.</summary>
    public TimeSpan? TimerE { get; set; }

    /// <summary>Time for a non-INVITE request to get a final response (17.1.2.2); null: 64*T1.</summary>
    public TimeSpan? TimerF { get; set; }

    /// <summary>First interval between INVITE failure responses over UDP, doubled up to T2 (17.2.1); null: T1.</summary>
    public TimeSpan? TimerG { get; set; }

    /// <summary>Time for the ACK to come (17.2.1); null: 64*T1.</summary>
    public TimeSpan? TimerH { get; set; }

    /// <summary>How long repeated ACKs are absorbed over UDP (17.2.1); null: T4. Zero over streams.</summary>
    public TimeSpan? TimerI { get; set; }

    /// <summary>How long repeated non-INVITE requests are answered over UDP (17.2.2); null: 64*T1. Zero over streams.</summary>
    public TimeSpan? TimerJ { get; set; }

    /// <summary>How long repeated final responses to non-INVITE requests are absorbed over UDP (17.1.2.2); null: T4. Zero over streams.</summary>
    public TimeSpan? TimerK { get; set; }

    /// <summary>How long an INVITE server transaction absorbs repeated INVITEs after a 2xx, on every transport (RFC 6026 7.1); null: 64*T1.</summary>
    public TimeSpan? TimerL { get; set; }

    /// <summary>How long an INVITE client transaction passes up 2xx responses after the first, on every transport (RFC 6026 7.2); null: 64*T1.</summary>
    public TimeSpan? TimerM { get; set; }

    /// <summary>
    /// How long an INVITE server transaction waits for a response of its user before it sends 100 itself (17.2.1 allows up to 200 ms). Zero,
    /// the default: at once when the user returns from the request without having answered, as suits a proxy.
    /// </summary>
    public TimeSpan TryingDelay { get; set; } = TimeSpan.Zero;
}
