using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>
/// Brings call records from an outbox into a file, each once: appended, synced to the disk, and only then taken from the outbox. After a crash
/// between the two the latest lines of the file show what is there already. While the disk is full or the outbox fails it stops, counts and
/// tries again; nothing is lost meanwhile. For one caller at a time; the counters from any thread.
/// </summary>
public sealed partial class CallRecordFile
{
    internal const int MaxBatch = 500;

    private readonly ICallRecordOutbox _outbox;
    private readonly JsonLinesFile _file;
    private readonly CallRecordFileOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private HashSet<string>? _appended; // appended and perhaps still in the outbox; null: not known yet
    private long _written;
    private long _failures;
    private bool _isFailing;

    internal CallRecordFile(
        ICallRecordOutbox outbox,
        CallRecordFileOptions options,
        TimeProvider time,
        ILoggerFactory loggers,
        Func<string, Stream>? open = null
    )
    {
        _outbox = outbox;
        _options = options;
        _time = time;
        _file = open is null ? new JsonLinesFile(options, time) : new JsonLinesFile(options, time) { Open = open };
        _logger = loggers.CreateLogger("Parley.Dialogs.CallRecords");
    }

    /// <summary>Records that were written since the start.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Tries that failed since the start.</summary>
    public long Failures => Volatile.Read(ref _failures);

    /// <summary>Records that were dropped: without a store, when more waited than memory is given to them. With an outbox none are.</summary>
    public long Dropped => (_outbox as EventOutbox)?.Dropped ?? 0;

    /// <summary>The latest try failed: records wait in the outbox.</summary>
    public bool IsFailing => Volatile.Read(ref _isFailing);

    /// <summary>The file is there and can be written, or could be if the disk were not full.</summary>
    /// <exception cref="DialogStoreException">The directory is missing, or the permission.</exception>
    internal void Check()
    {
        try
        {
            _file.Probe();
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new DialogStoreException($"The file of call records {_options.Path} cannot be written: {failure.Message}", failure);
        }
        catch (IOException)
        {
            // Full, or another fault that passes: tried again with the first record.
        }
    }

    /// <summary>Writes what waits, up to a batch.</summary>
    /// <param name="cancellation">Gives up before the batch is written.</param>
    /// <returns>True when more may wait.</returns>
    internal async ValueTask<bool> ExportAsync(CancellationToken cancellation)
    {
        _appended ??= _file.LatestIds(MaxBatch);
        IReadOnlyList<CallRecordEntry> waiting = await _outbox.ReadAsync(MaxBatch, cancellation).ConfigureAwait(false);
        if (waiting.Count == 0)
            return false;
        CallRecordEntry[] fresh = _appended.Count == 0 ? [.. waiting] : [.. waiting.Where(entry => !_appended.Contains(entry.Id))];
        if (fresh.Length > 0)
        {
            _file.Append(fresh);
            Interlocked.Add(ref _written, fresh.Length);
            _appended.UnionWith(fresh.Select(static entry => entry.Id));
        }

        await _outbox.RemoveAsync(waiting, CancellationToken.None).ConfigureAwait(false);
        _appended.Clear();
        return waiting.Count == MaxBatch;
    }

    /// <summary>Writes what comes, until cancelled; then once more what waits.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            TimeSpan pause = await TryExportAsync().ConfigureAwait(false);
            try
            {
                await Task.Delay(pause, _time, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await TryExportAsync().ConfigureAwait(false);
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Whatever keeps the records from the file, they stay in the outbox and are tried again."
    )]
    private async ValueTask<TimeSpan> TryExportAsync()
    {
        try
        {
            while (await ExportAsync(CancellationToken.None).ConfigureAwait(false)) { }
        }
        catch (Exception failure)
        {
            Interlocked.Increment(ref _failures);
            if (!_isFailing)
                LogFailed(failure, _options.Path);
            Volatile.Write(ref _isFailing, true);
            return _options.Retry;
        }

        if (_isFailing)
            LogWorks(_options.Path);
        Volatile.Write(ref _isFailing, false);
        return _options.Interval;
    }

    [LoggerMessage(5302, LogLevel.Error, "Call records cannot be written to {Path}: they wait, and it will be tried again")]
    private partial void LogFailed(Exception failure, string path);

    [LoggerMessage(5303, LogLevel.Information, "Call records are written to {Path} again")]
    private partial void LogWorks(string path);
}
