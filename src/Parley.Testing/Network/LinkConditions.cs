namespace Parley.Testing;

/// <summary>What a link does to what travels on it. Loss, duplication and reordering concern datagrams; delay concerns streams too.</summary>
public sealed record LinkConditions
{
    /// <summary>Everything arrives once, in order, after one millisecond.</summary>
    public static LinkConditions Good { get; } = new();

    /// <summary>The probability that a datagram is lost, 0 to 1.</summary>
    public double Loss
    {
        get;
        init => field = Probability(value, nameof(Loss));
    }

    /// <summary>The probability that a datagram arrives twice, 0 to 1; each copy has a delay of its own.</summary>
    public double Duplication
    {
        get;
        init => field = Probability(value, nameof(Duplication));
    }

    /// <summary>The probability that a datagram is held back by up to <see cref="ReorderingDelay"/>, so that later ones overtake it; 0 to 1.</summary>
    public double Reordering
    {
        get;
        init => field = Probability(value, nameof(Reordering));
    }

    /// <summary>The longest time that a reordered datagram is held back; 50 ms.</summary>
    public TimeSpan ReorderingDelay
    {
        get;
        init => field = Positive(value, nameof(ReorderingDelay));
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>The shortest time on the way; 1 ms.</summary>
    public TimeSpan MinimumDelay
    {
        get;
        init => field = Positive(value, nameof(MinimumDelay));
    } = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest time on the way; 1 ms. A delay that varies does not by itself let one datagram overtake another.</summary>
    public TimeSpan MaximumDelay
    {
        get;
        init => field = Positive(value, nameof(MaximumDelay));
    } = TimeSpan.FromMilliseconds(1);

    /// <summary>A bad link: the same probability of loss, duplication and reordering, and 1 to 30 ms of delay.</summary>
    /// <param name="probability">0 to 1.</param>
    public static LinkConditions Bad(double probability) =>
        new()
        {
            Loss = probability,
            Duplication = probability,
            Reordering = probability,
            MaximumDelay = TimeSpan.FromMilliseconds(30),
        };

    /// <summary>A link that loses datagrams and is good otherwise.</summary>
    /// <param name="probability">0 to 1.</param>
    public static LinkConditions Losing(double probability) => new() { Loss = probability };

    private static double Probability(double value, string name) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A probability is from 0 to 1.");

    private static TimeSpan Positive(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        return value;
    }
}
