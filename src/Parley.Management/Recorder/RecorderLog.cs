using Microsoft.Extensions.Logging;

namespace Parley.Management;

/// <summary>What the recorder writes to the log, under the category Parley.Management.</summary>
internal static partial class RecorderLog
{
    [LoggerMessage(7150, LogLevel.Information, "Recorder: {Mode}, {Megabytes} MB in {Place}")]
    public static partial void Recording(ILogger logger, RecorderMode mode, long megabytes, string place);

    [LoggerMessage(7151, LogLevel.Warning, "The recorder lost {Records} records: all of its blocks were being written")]
    public static partial void Lost(ILogger logger, long records);

    [LoggerMessage(
        7152,
        LogLevel.Warning,
        "The recorder's file {File} has {Blocks} blocks that end in a torn record; what lies before is read"
    )]
    public static partial void Torn(ILogger logger, string file, int blocks);
}
