using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Hosting;

namespace Parley.Dialogs;

/// <summary>
/// The call records of an application, as they are made: for code of its own, with a store or without one. In the services after
/// <c>AddCallRecords</c>. Safe from any thread.
/// </summary>
/// <remarks>
/// The events are raised when a record is made, which with a store is before it is durable, and never again after a restart. What has to come exactly
/// once is read from the store's table or outbox.
/// </remarks>
[AddedBy(nameof(CallRecordServices.AddCallRecords))]
public sealed partial class CallRecords
{
    private readonly ILogger _logger;

    internal CallRecords(CallRecordOptions options, ILoggerFactory? loggers)
    {
        Options = options;
        _logger = loggers?.CreateLogger("Parley.Dialogs.CallRecords") ?? (ILogger)NullLogger.Instance;
    }

    /// <summary>
    /// A call is over, its last callbacks have run, and this is its record; calls that were not answered only with
    /// <see cref="CallRecordOptions.MissedCalls"/>. On the thread that ended the call: what takes long belongs on a queue of the handler's own. What a
    /// handler throws is logged.
    /// </summary>
    public event EventHandler<CallRecordEventArgs>? Ended;

    /// <summary>An answered call goes on and this is an intermediate record of it. On a thread of the pool. What a handler throws is logged.</summary>
    public event EventHandler<CallRecordEventArgs>? Continued;

    internal CallRecordOptions Options { get; }

    /// <summary>Which intermediate record a call would have at this time: counted from the answer, so that a restart goes on counting.</summary>
    internal int NumberAt(long answer, long now)
    {
        long interval = (long)Options.IntermediateInterval.TotalMilliseconds;
        return interval == 0 || answer == 0 || now <= answer ? 0 : (int)Math.Min(int.MaxValue, (now - answer) / interval);
    }

    internal void RaiseEnded(CallRecord record) => Raise(Ended, record);

    internal void RaiseContinued(CallRecord record) => Raise(Continued, record);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to user code: the call goes on.")]
    private void Raise(EventHandler<CallRecordEventArgs>? handlers, CallRecord record)
    {
        if (handlers is null)
            return;
        var arguments = new CallRecordEventArgs(record);
        foreach (EventHandler<CallRecordEventArgs> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(this, arguments);
            }
            catch (Exception error)
            {
                LogHandlerFailed(error, record.CallId, record.Key);
            }
        }
    }

    [LoggerMessage(5301, LogLevel.Error, "A handler of the call record {Key} failed call-id={CallId}; the record is kept")]
    private partial void LogHandlerFailed(Exception error, string callId, string key);
}
