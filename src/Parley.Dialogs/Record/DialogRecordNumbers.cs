namespace Parley.Dialogs;

/// <summary>The number columns of a <see cref="DialogRecord"/>.</summary>
internal readonly record struct DialogRecordNumbers
{
    public uint CallerCSeq { get; init; }

    public uint CalleeCSeq { get; init; }

    public uint CallerPingCSeq { get; init; }

    public uint CalleePingCSeq { get; init; }

    public long StartTime { get; init; }

    public long Timeout { get; init; }

    public uint UserFlags { get; init; }

    public uint ModuleFlags { get; init; }

    public uint Flags { get; init; }
}
