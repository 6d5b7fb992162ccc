namespace Parley.Dialogs;

/// <summary>What the parts of a dialog need of <see cref="DialogOptions"/> and the transaction timers, as they were when the application was built. Times in milliseconds; 0: none.</summary>
internal sealed record DialogSettings
{
    public required long DefaultTimeout { get; init; }

    public required long EarlyTimeout { get; init; }

    public required long NoAckTimeout { get; init; }

    public required long RaceConditionTimeout { get; init; }

    /// <summary>64*T1: how long a transaction of an ended dialog can live.</summary>
    public required long LeastDeleteDelay { get; init; }

    /// <summary>At least <see cref="LeastDeleteDelay"/>.</summary>
    public required long DeleteDelay { get; init; }

    public required long OptionsPingInterval { get; init; }

    public required long ReinvitePingInterval { get; init; }

    public required long NoFlowTimeout { get; init; }

    public required int PingFailures { get; init; }

    public required bool PingOnlyKnownToAnswer { get; init; }

    public required bool KeepSessionDescriptions { get; init; }

    /// <summary>Header lines for BYEs of the proxy's own.</summary>
    public required byte[] ExtraHeaderLines { get; init; }
}
