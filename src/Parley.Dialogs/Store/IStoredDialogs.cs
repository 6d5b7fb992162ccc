namespace Parley.Dialogs;

/// <summary>What the store's writer asks of the dialogs.</summary>
internal interface IStoredDialogs
{
    /// <summary>Ids of all dialogs that are to be stored.</summary>
    IEnumerable<DialogId> All();

    /// <summary>The dialog as a row, now, after WriteValues; null when it is not to be stored: not answered yet, over, or gone.</summary>
    DialogRecord? RecordOf(DialogId id);

    /// <summary>Its removal, with the call's record, is on the feed already, or there is no such dialog: nothing more is to come of it.</summary>
    bool IsGone(DialogId id);

    /// <summary>64 bits of a row's texts, keyed by the process: rows of one dialog with one hash are taken for equal, and no party may be able to choose them so.</summary>
    ulong HashOf(ReadOnlySpan<byte> texts);

    /// <summary>Runs Saved after a row was written.</summary>
    void Saved(DialogId id);
}
