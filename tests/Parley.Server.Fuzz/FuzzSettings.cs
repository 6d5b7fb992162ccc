namespace Parley.Server.Fuzz;

/// <summary>One run.</summary>
public sealed record FuzzSettings
{
    /// <summary>Decides what is sent. What the server says and when is not decided by it: the same seed sends the same kinds of messages, not the same bytes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How many messages, broken ones included; pieces of one over TCP count once.</summary>
    public int Messages { get; init; } = 200_000;

    /// <summary>Of these, how many are sent before memory is looked at for the first time: pools fill up with the first.</summary>
    public double Warm { get; init; } = 0.3;

    /// <summary>
    /// How much more memory may live at the end, when all has ended, than after the first part, bytes. Pools keep what the busiest moment needed, each
    /// piece as large as the largest message that it held: in steps, up to some 20 MB, and then no more. A leak of 200 bytes a message is over it.
    /// </summary>
    public long Growth { get; init; } = 24 << 20;

    /// <summary>How often all is let end and memory is looked at, the last time at the end; each takes some seconds.</summary>
    public int Looks { get; init; } = 4;

    /// <summary>Gets every message as it was sent, with its number; null for none.</summary>
    public TextWriter? Log { get; init; }
}
