using Microsoft.Extensions.Logging;

namespace Parley.Registrar;

internal static partial class RegistrarLog
{
    [LoggerMessage(3201, LogLevel.Error, "A handler of LocationTable.Changed failed for {Address}")]
    public static partial void HandlerFailed(ILogger log, string address, Exception exception);

    [LoggerMessage(
        3202,
        LogLevel.Information,
        "{Loaded} contacts were loaded from the store ({WithoutFlow} without flow), {Expired} had expired, {PassedOver} rows passed over"
    )]
    public static partial void Loaded(ILogger log, int loaded, int withoutFlow, int expired, int passedOver);

    [LoggerMessage(3203, LogLevel.Error, "The location store failed; it is tried again every {Seconds} s, and nothing is lost meanwhile")]
    public static partial void StoreFailed(ILogger log, double seconds, Exception exception);

    [LoggerMessage(3204, LogLevel.Information, "The location store is back after {Seconds} s; {Depth} contacts wait to be written")]
    public static partial void StoreReturned(ILogger log, double seconds, int depth);

    [LoggerMessage(3205, LogLevel.Error, "The location store did not take {Depth} contacts at the stop")]
    public static partial void NotWritten(ILogger log, int depth, Exception exception);

    [LoggerMessage(3206, LogLevel.Error, "The journal of contacts failed; what the store does not take waits in memory")]
    public static partial void JournalFailed(ILogger log, Exception exception);

    [LoggerMessage(3207, LogLevel.Information, "{Batches} batches of the journal of contacts were written to the store")]
    public static partial void Replayed(ILogger log, long batches);

    [LoggerMessage(3208, LogLevel.Warning, "The contacts are not loaded yet: the store failed; it is tried again every {Seconds} s")]
    public static partial void NotLoaded(ILogger log, double seconds, Exception exception);
}
