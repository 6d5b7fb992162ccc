namespace Parley.Management;

/// <summary>What the index knows of the records of one Call-ID. Under the index's lock.</summary>
internal sealed class IndexedCall(string callId)
{
    public string CallId => callId;

    /// <summary>The records that are still in the ring.</summary>
    public List<RecordRef> Records { get; } = [];

    public long FirstTicks { get; set; } = long.MaxValue;

    public long LastTicks { get; set; }

    public ulong? Dialog { get; set; }

    /// <summary>Records of it have been overwritten.</summary>
    public bool IsBeginningLost { get; set; }

    /// <summary>As it was with <see cref="SummaryVersion"/>.</summary>
    public RecordedCallSummary? Summary { get; set; }

    public int SummaryVersion { get; set; }

    /// <summary>Grows with each change of the records.</summary>
    public int Version { get; set; }
}
