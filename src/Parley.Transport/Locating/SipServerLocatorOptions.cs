namespace Parley.Transport;

/// <summary>How <see cref="SipServerLocator"/> asks and remembers.</summary>
public sealed class SipServerLocatorOptions
{
    /// <summary>Answers kept at most.</summary>
    public int MaxCachedAnswers { get; set; } = 10_000;

    /// <summary>Questions on their way to the DNS at most; a lookup that needs a further one finds nothing.</summary>
    public int MaxPendingQuestions { get; set; } = 500;

    /// <summary>Questions on their way at most because of one source: an IPv4 address, an IPv6 network of 64 bits.</summary>
    public int MaxPendingQuestionsPerSource { get; set; } = 50;

    /// <summary>How long after its time an answer that was found may still serve, when it cannot be asked anew: no answer, or too many questions on their way (RFC 8767). Zero: not at all.</summary>
    public TimeSpan StaleTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>An answer is kept no longer, whatever its own time says.</summary>
    public TimeSpan MaxTimeToLive { get; set; } = TimeSpan.FromHours(1);

    /// <summary>That a name does not exist is kept no longer.</summary>
    public TimeSpan MaxNegativeTimeToLive { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>After a lookup without answer the same is not asked again for this long.</summary>
    public TimeSpan FailedLookupTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a target that failed is tried last.</summary>
    public TimeSpan FailedTargetTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>AAAA before A, where listeners of both families exist.</summary>
    public bool PreferIPv6 { get; set; }

    /// <summary>Whether NAPTR records are asked for. Off saves a lookup per domain where none has them.</summary>
    public bool UseNaptr { get; set; } = true;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCachedAnswers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingQuestions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingQuestionsPerSource, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StaleTime, TimeSpan.Zero);
    }
}
