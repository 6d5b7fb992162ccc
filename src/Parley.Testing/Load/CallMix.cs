namespace Parley.Testing;

/// <summary>How many calls a <see cref="CallGenerator"/> makes, over what time, and of what kinds. The kinds are weights: relative to each other, in any unit.</summary>
public sealed record CallMix
{
    /// <summary>How many calls are made; 100.</summary>
    public int Calls { get; init; } = 100;

    /// <summary>The time over which their beginnings are spread, at random; 10 minutes.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Weight of calls that are answered and ended; 70.</summary>
    public int Answered { get; init; } = 70;

    /// <summary>Weight of calls that the callee rejects with 486 or 603, with or without ringing; 10.</summary>
    public int Rejected { get; init; } = 10;

    /// <summary>Weight of calls that the caller cancels while they ring; 10.</summary>
    public int Cancelled { get; init; } = 10;

    /// <summary>Weight of calls that are cancelled and answered at about the same moment; 5.</summary>
    public int Races { get; init; } = 5;

    /// <summary>Weight of calls that are not answered: the caller gives up at its ring limit; 5.</summary>
    public int Unanswered { get; init; } = 5;

    /// <summary>The shortest time until an answer, rejection or CANCEL; 100 ms.</summary>
    public TimeSpan MinimumRing { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest; 15 s.</summary>
    public TimeSpan MaximumRing { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The shortest time from answer to BYE; zero.</summary>
    public TimeSpan MinimumTalk { get; init; } = TimeSpan.Zero;

    /// <summary>The longest; 3 minutes.</summary>
    public TimeSpan MaximumTalk { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Share of answered calls that the callee ends, 0 to 1; 0.4.</summary>
    public double EndedByCallee { get; init; } = 0.4;

    /// <summary>Share of answered calls that both sides end at the same moment; 0.1.</summary>
    public double EndedByBoth { get; init; } = 0.1;

    /// <summary>Share of calls whose callee rings reliably (100rel); 0.2.</summary>
    public double Reliable { get; init; } = 0.2;

    /// <summary>Share of answered calls in which one side sends a re-INVITE, and as often an UPDATE or INFO, at a random moment; 0.2.</summary>
    public double Requests { get; init; } = 0.2;
}
