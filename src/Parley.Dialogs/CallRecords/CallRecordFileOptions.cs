namespace Parley.Dialogs;

/// <summary>A file of call records, one object of JSON a line, and its rotation.</summary>
public sealed class CallRecordFileOptions
{
    /// <summary>The file. Its directory must exist. Files that were rotated stand beside it: its name, a dot, the time of the rotation in UTC (<c>calls.jsonl.20261130-150405</c>).</summary>
    public string Path { get; set; } = "";

    /// <summary>A file that has reached this many bytes is rotated; 0: never by size. From 4096 on.</summary>
    public long MaxSize { get; set; } = 100_000_000;

    /// <summary>A file is rotated at the first record of the next day (UTC).</summary>
    public bool Daily { get; set; } = true;

    /// <summary>How many rotated files are kept; the oldest go. 0: all, and something else removes them.</summary>
    public int KeepFiles { get; set; }

    /// <summary>How often the outbox is looked at; between 10 ms and an hour.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait after a failure (disk full, no permission, database away) before the next try; between 10 ms and an hour.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(5);

    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path) || Path.EndsWith('/') || Path.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("CallRecordFileOptions.Path names a file.", nameof(Path));
        if (MaxSize is not 0 and < 4096)
            throw new ArgumentException($"CallRecordFileOptions.MaxSize is 0 or 4096 bytes and more, not {MaxSize}.", nameof(MaxSize));
        if (KeepFiles < 0)
            throw new ArgumentException($"CallRecordFileOptions.KeepFiles is 0 or more, not {KeepFiles}.", nameof(KeepFiles));
        CheckTime(Interval, nameof(Interval));
        CheckTime(Retry, nameof(Retry));
    }

    private static void CheckTime(TimeSpan time, string name)
    {
        if (time < TimeSpan.FromMilliseconds(10) || time > TimeSpan.FromHours(1))
            throw new ArgumentException($"CallRecordFileOptions.{name} is between 10 ms and an hour, not {time}.", name);
    }
}
