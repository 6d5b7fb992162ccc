namespace Parley.Load;

/// <summary>What the load generator found; setup times in µs, from the INVITE to its 200, null where its clock is too coarse for them.</summary>
internal sealed record CallFigures
{
    public long Calls { get; init; }

    public long Failed { get; init; }

    public long Unfinished { get; init; }

    public long Standing { get; init; }

    public long Retransmissions { get; init; }

    public long Unexpected { get; init; }

    public long Pings { get; init; }

    /// <summary>What caller and callee sent, on average.</summary>
    public long MessageBytes { get; init; }

    public long? SetupP50 { get; init; }

    public long? SetupP99 { get; init; }

    public long? SetupP999 { get; init; }

    /// <summary>The rate that the load generator really offered; null where it does not tell.</summary>
    public double? CallsPerSecond { get; init; }

    public long CpuNanoseconds { get; init; }
}
