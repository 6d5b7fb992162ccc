using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Parley.Dialogs;

/// <summary>The log lines of a store of dialogs.</summary>
internal sealed partial class StoreLog(ILogger logger)
{
    public static StoreLog None { get; } = new(NullLogger.Instance);

    public const string InJournal = "in the journal";
    public const string InMemory = "in memory alone, which a crash loses";
    public const string InMemoryAndRow = "in memory; its dialog's row stays in the store meanwhile";

    private readonly ILogger _logger = logger;

    [LoggerMessage(5201, LogLevel.Information, "{Loaded} dialogs were loaded from the store, {PassedOver} rows passed over")]
    public partial void Loaded(long loaded, long passedOver);

    [LoggerMessage(5202, LogLevel.Error, "The dialog store failed; it will be tried again")]
    public partial void Failed(Exception failure);

    [LoggerMessage(5203, LogLevel.Information, "The dialog store takes rows again")]
    public partial void Recovered();

    [LoggerMessage(
        5204,
        LogLevel.Error,
        "The store refuses the row of dialog {Dialog} in call {CallId}: it is put aside {Where}, and tried again once a minute"
    )]
    public partial void PutAside(DialogId dialog, string callId, string where, Exception failure);

    [LoggerMessage(
        5214,
        LogLevel.Error,
        "The store refuses a record of dialog {Dialog} in call {CallId}: it is put aside {Where}, and tried again once a minute"
    )]
    public partial void RecordPutAside(DialogId dialog, string callId, string where, Exception failure);

    [LoggerMessage(
        5215,
        LogLevel.Warning,
        "The journal can neither be emptied nor appended to: the store notes that it has all {Entries} entries of it"
    )]
    public partial void Marked(long entries);

    [LoggerMessage(5205, LogLevel.Error, "The journal failed; what the store does not take waits in memory")]
    public partial void JournalFailed(Exception failure);

    [LoggerMessage(5206, LogLevel.Information, "{Entries} entries of the journal were written to the store")]
    public partial void Replayed(long entries);

    [LoggerMessage(
        5207,
        LogLevel.Error,
        "An entry of the journal cannot be read: another version of this program wrote it; it is left out"
    )]
    public partial void EntryUnreadable();

    [LoggerMessage(
        5208,
        LogLevel.Warning,
        "{Rows} rows of the store are of sockets that are no listeners here, such as {Socket}; they are passed over"
    )]
    public partial void SocketsUnknown(long rows, string socket);

    [LoggerMessage(5209, LogLevel.Warning, "The dialogs are not loaded yet: the store failed; it will be tried again")]
    public partial void LoadFailed(Exception failure);

    [LoggerMessage(5210, LogLevel.Information, "The network opens with {Loaded} dialogs loaded; the others are loaded meanwhile")]
    public partial void LoadGoesOn(long loaded);

    [LoggerMessage(5211, LogLevel.Debug, "The dialog of call {CallId} was looked up in the store: {Found} found")]
    public partial void LookedUp(string callId, int found);

    [LoggerMessage(5213, LogLevel.Warning, "Nothing can be made durable, neither in the store nor in a journal: {Policy}")]
    public partial void Unavailable(string policy);
}
