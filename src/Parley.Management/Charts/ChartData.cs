namespace Parley.Management;

/// <summary>What happened in each step of the last hour, the oldest first. Null where nothing did.</summary>
internal sealed class ChartData
{
    /// <summary>How long a step is, milliseconds.</summary>
    public required int StepMs { get; init; }

    /// <summary>When the first step began.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Dialogs created, per second.</summary>
    public required double?[] CallsPerSecond { get; init; }

    /// <summary>Answered dialogs at the end of the step.</summary>
    public required double?[] Active { get; init; }

    /// <summary>Of the calls that were answered or failed in the step, the part that was answered: 0 to 1.</summary>
    public required double?[] AnswerRatio { get; init; }

    /// <summary>Time from INVITE to ringing or answer, milliseconds: half of the calls took no longer.</summary>
    public required double?[] SetupP50Ms { get; init; }

    /// <summary>95 of 100 took no longer.</summary>
    public required double?[] SetupP95Ms { get; init; }

    /// <summary>99 of 100 took no longer.</summary>
    public required double?[] SetupP99Ms { get; init; }

    /// <summary>Calls that failed in the step, by status; a class such as "5xx" where there are too many statuses.</summary>
    public required SortedDictionary<string, double?[]> Failures { get; init; }
}
