namespace Parley.Management;

/// <summary>A message or a step of a recorded call. Immutable.</summary>
public abstract record RecordedEntry
{
    private protected RecordedEntry() { }

    /// <summary>When it arrived, left or happened; UTC.</summary>
    public required DateTimeOffset At { get; init; }
}
