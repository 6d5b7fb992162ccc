namespace Parley.Testing;

/// <summary>What came of a replay.</summary>
public enum ReplayOutcome
{
    /// <summary>Every message that was recorded as sent was sent again, alike and in time, and nothing else.</summary>
    Same,

    /// <summary>Something differs: <see cref="ReplayResult.Differences"/> says what, the first one first.</summary>
    Differs,

    /// <summary>It cannot be told: the recording has no beginning, or its messages are not whole.</summary>
    Cannot,
}
