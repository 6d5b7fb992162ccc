namespace Parley.Dialogs;

/// <summary>What the details of a row know of a dialog's life; times in unix milliseconds, 0: not there.</summary>
internal readonly record struct DialogLifeDetails
{
    public long StartTime { get; init; }

    public long Lifetime { get; init; }

    public long LifetimeDue { get; init; }

    public long StateDue { get; init; }

    /// <summary>Of a call that is up: when the ACK of the leg that it goes on with has to be here.</summary>
    public long AckDue { get; init; }

    public int DeleteDelay { get; init; }

    public InternalFlags Flags { get; init; }

    public string? Reason { get; init; }
}
