namespace Parley.Transport;

/// <summary>How <see cref="SipServerLocator"/> asks and remembers.</summary>
public sealed class SipServerLocatorOptions
{
    /// <summary>Answers kept at most.</summary>
    public int MaxCachedAnswers { get; set; } = 10_000;

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
}
