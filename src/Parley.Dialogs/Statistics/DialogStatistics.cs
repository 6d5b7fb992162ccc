namespace Parley.Dialogs;

/// <summary>The dialog statistics, named as in OpenSIPS. Gauges are read from the table, so they cannot drift from it.</summary>
public sealed class DialogStatistics
{
    private readonly DialogTable _table;
    private readonly DialogCounters _counters;

    internal DialogStatistics(DialogTable table, DialogCounters counters) => (_table, _counters) = (table, counters);

    /// <summary><c>active_dialogs</c>: answered and not over (states 3 and 4). A gauge.</summary>
    public long ActiveDialogs => _table.Count(DialogState.ConfirmedNoAck) + _table.Count(DialogState.Confirmed);

    /// <summary><c>early_dialogs</c>: ringing (state 2). A gauge.</summary>
    public long EarlyDialogs => _table.Count(DialogState.Early);

    /// <summary><c>processed_dialogs</c>: created since the start.</summary>
    public long ProcessedDialogs => Volatile.Read(ref _counters.Processed);

    /// <summary><c>expired_dialogs</c>: that outlived their lifetime.</summary>
    public long ExpiredDialogs => Volatile.Read(ref _counters.Expired);

    /// <summary><c>failed_dialogs</c>: ended without an answer; a late 2xx revives such a call and takes nothing back from this counter.</summary>
    public long FailedDialogs => Volatile.Read(ref _counters.Failed);

    /// <summary>The failed dialogs by the status that the caller got: 408 where no answer came in time, 487 where the caller gave up, 0 where none is known. A snapshot.</summary>
    public IReadOnlyList<KeyValuePair<int, long>> FailedByStatus() => _counters.FailedByStatus();

    /// <summary>Dialogs answered by a 2xx since the start. Not in OpenSIPS.</summary>
    public long AnsweredDialogs => Volatile.Read(ref _counters.Answered);

    /// <summary>OPTIONS and re-INVITEs sent as pings. Not in OpenSIPS.</summary>
    public long PingsSent => Volatile.Read(ref _counters.PingsSent);

    /// <summary>Pings that were answered, by whatever but 408. Not in OpenSIPS.</summary>
    public long PingsAnswered => Volatile.Read(ref _counters.PingsAnswered);

    /// <summary>Pings without an answer, or without a way to send them. Not in OpenSIPS.</summary>
    public long PingsMissed => Volatile.Read(ref _counters.PingsMissed);

    /// <summary>Legs that were ended because their pings failed. Not in OpenSIPS.</summary>
    public long PingsFailed => Volatile.Read(ref _counters.PingsDead);

    /// <summary>Requests with a To tag that <c>RelayInDialogAsync</c> did not let pass, dropped ACKs among them. Not in OpenSIPS.</summary>
    public long RefusedRequests => Volatile.Read(ref _counters.Refused);

    /// <summary>Moments that an asynchronous handler did not get, since too many of its dialog waited (<see cref="DialogAsyncCallbacks.OnAsync"/>). Not in OpenSIPS.</summary>
    public long DroppedNotifications => Volatile.Read(ref _counters.DroppedNotifications);

    /// <summary>Dialogs in one state, the ended ones that wait out their delete delay among them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not one of the five states.</exception>
    public long CountOf(DialogState state)
    {
        if (state is < DialogState.Unconfirmed or > DialogState.Deleted)
            throw new ArgumentOutOfRangeException(nameof(state), state, "Not a dialog state.");
        return _table.Count(state);
    }
}
