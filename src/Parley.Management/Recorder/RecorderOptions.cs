namespace Parley.Management;

/// <summary>What the recorder keeps, and how much. Read at start.</summary>
public sealed class RecorderOptions
{
    /// <summary>The least <see cref="Bytes"/>: 1 MB.</summary>
    public const long MinBytes = 1L << 20;

    /// <summary>The most <see cref="Bytes"/>: 4 GB.</summary>
    public const long MaxBytes = 4L << 30;

    /// <summary>What is kept of each message.</summary>
    public RecorderMode Mode { get; set; } = RecorderMode.Whole;

    /// <summary>The memory of the ring; what is older is overwritten. A call of 14 messages takes about 10 KB.</summary>
    public long Bytes { get; set; } = 64L << 20;

    /// <summary>
    /// Up to so many INVITEs per second from outside every call is recorded; above, so many of them: whole calls, chosen by their Call-IDs. 0: every call
    /// at any rate.
    /// </summary>
    public int MaxCallsPerSecond { get; set; } = 500;

    /// <summary>The file that the ring is kept in, so that it survives the process; empty: in memory alone. Then everything is blanked before it is written.</summary>
    public string File { get; set; } = "";

    /// <summary>Whether bodies of MESSAGE requests and keys pressed in INFO requests can be read; false: they are blanked.</summary>
    public bool ShowTexts { get; set; }

    /// <summary>Headers whose values are blanked, besides those that carry passwords: names without colon, in any case.</summary>
    public IList<string> BlankedHeaders { get; } = [];

    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Bytes, MinBytes, nameof(Bytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Bytes, MaxBytes, nameof(Bytes));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxCallsPerSecond, nameof(MaxCallsPerSecond));
    }
}
