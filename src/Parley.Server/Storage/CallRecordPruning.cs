using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Parley.Dialogs;
using Parley.Server.Hosting;
using Parley.Sql;

namespace Parley.Server.Storage;

/// <summary>Removes call records that are older than they are to be kept: at the start and each hour, in small steps beside the traffic.</summary>
internal sealed partial class CallRecordPruning(SqlDatabase database, int days, TimeProvider time, ILogger<CallRecordPruning> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Removes what began more than so many days ago.</summary>
    public static ValueTask<long> RemoveAsync(SqlDatabase database, int days, TimeProvider time, CancellationToken cancellation) =>
        SqlCallRecordRetention.RemoveBeforeAsync(database, time.GetUtcNow().AddDays(-days), cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the driver of SQLite keeps its thread
        while (true)
        {
            try
            {
                var removed = await RemoveAsync(database, days, time, stoppingToken);
                if (removed > 0)
                    Removed(removed, days);
            }
            catch (Exception failure) when (failure is DbException or DialogStoreException or IOException or TimeoutException)
            {
                Failed(database.Place, ServerStart.LineOf(failure));
            }
            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    [LoggerMessage(1015, LogLevel.Information, "{Rows} rows of call records older than {Days} days were removed")]
    private partial void Removed(long rows, int days);

    [LoggerMessage(1016, LogLevel.Warning, "Old call records were not removed from {Place}, the next try is in an hour: {Reason}")]
    private partial void Failed(string place, string reason);
}
