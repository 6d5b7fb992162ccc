namespace Parley.Dialogs;

/// <summary>A dialog, or a call record alone, whose write is still to come.</summary>
internal sealed class PendingRow(DialogId id, long first, long since)
{
    public LinkedListNode<PendingRow>? Node;

    public DialogId Id => id;

    /// <summary>The dialog's change with this sequence, and none before it, waits here.</summary>
    public long First => first;

    /// <summary>Since when it waits: the timers' milliseconds.</summary>
    public long Since => since;

    /// <summary>The dialog is over: its row goes.</summary>
    public bool IsDeleted;

    /// <summary>There is no row, only a call record.</summary>
    public bool IsRecordOnly;

    /// <summary>The record of the call; null: none, or it is in the journal.</summary>
    public CallRecord? Record;

    /// <summary>It is in the journal.</summary>
    public bool IsDurable;

    /// <summary>Only memory has it, and the journal has what it was before: the store does not.</summary>
    public bool ReplacesDurable;

    /// <summary>It is in the write that the store has begun and not finished.</summary>
    public bool IsInFlight;

    /// <summary>The store refused it alone when it had taken so many rows; negative: it did not.</summary>
    public long RefusedAt = -1;
}
