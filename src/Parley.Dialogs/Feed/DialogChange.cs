namespace Parley.Dialogs;

/// <summary>One change of one dialog. Immutable once it is on the feed; shared by all readers.</summary>
public sealed class DialogChange
{
    internal DialogChange(DialogChangeKind kind, DialogId id, DialogState oldState, DialogState newState, DialogRecord? record)
    {
        Kind = kind;
        Id = id;
        OldState = oldState;
        NewState = newState;
        Record = record;
    }

    /// <summary>What happened.</summary>
    public DialogChangeKind Kind { get; }

    /// <summary>Which dialog; meaningless for <see cref="DialogChangeKind.Resync"/>.</summary>
    public DialogId Id { get; }

    /// <summary>The state before.</summary>
    public DialogState OldState { get; }

    /// <summary>The state after; the same when something else changed.</summary>
    public DialogState NewState { get; }

    /// <summary>The place in this node's order of changes, from 1 on. Of two changes of a dialog the higher is the later: the version of a replicated row.</summary>
    public long Sequence { get; internal set; }

    /// <summary>The whole dialog after the change, as a row; null when no reader asked for rows, and for <see cref="DialogChangeKind.Resync"/>.</summary>
    public DialogRecord? Record { get; }

    /// <summary>
    /// With the <see cref="DialogChangeKind.Deleted"/> that ended the call its final record; with a change of a call
    /// that goes on an intermediate one (<see cref="CallRecord.Number"/> above 0); null where none is made.
    /// </summary>
    public CallRecord? CallRecord { get; internal init; }

    /// <summary>
    /// With the <see cref="DialogChangeKind.Deleted"/> of a call of which no record is kept (it was not answered, and
    /// <see cref="CallRecordOptions.MissedCalls"/> is off) what that would be; only where a reader asked for it (<see cref="DialogFeedOptions.WithMissedCalls"/>).
    /// No store writes it.
    /// </summary>
    public CallRecord? MissedCall { get; internal init; }

    /// <summary>
    /// Further call records: of changes that were merged into this one (a call that failed, was revived by a late 2xx, and ended again), and of those
    /// that were dropped for a <see cref="DialogChangeKind.Resync"/> of a durable reader. Nearly always empty.
    /// </summary>
    public IReadOnlyList<CallRecord> FurtherCallRecords { get; internal init; } = [];

    /// <summary>Two changes of one dialog as one, for a reader that only wants where it stands.</summary>
    internal static DialogChange Merge(DialogChange earlier, DialogChange later)
    {
        // Values set in its last callbacks do not bring a dialog back: only a state change does.
        bool isStillDeleted = earlier.Kind == DialogChangeKind.Deleted && later.Kind == DialogChangeKind.Updated;
        DialogChangeKind kind =
            isStillDeleted ? DialogChangeKind.Deleted
            : later.Kind == DialogChangeKind.Deleted || earlier.Kind == DialogChangeKind.Deleted ? later.Kind
            : earlier.Kind == DialogChangeKind.Updated ? later.Kind
            : earlier.Kind;
        return new DialogChange(kind, later.Id, earlier.OldState, later.NewState, later.Record)
        {
            Sequence = later.Sequence,
            CallRecord = later.CallRecord ?? earlier.CallRecord,
            MissedCall = later.MissedCall ?? earlier.MissedCall,
        };
    }

    /// <summary>Whether two changes of one dialog may become one. A call record is never lost by that, nor does it move to another kind of change.</summary>
    internal static bool MayMerge(DialogChange earlier, DialogChange later) =>
        earlier.CallRecord is null || (later.CallRecord is null && later.Kind == DialogChangeKind.Updated);
}
