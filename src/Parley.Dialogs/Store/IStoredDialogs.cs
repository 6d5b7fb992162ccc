namespace Parley.Dialogs;

/// <summary>What the store's writer asks of the dialogs.</summary>
internal interface IStoredDialogs
{
    /// <summary>Rows of all dialogs that are to be stored: answered, not over.</summary>
    IReadOnlyList<DialogRecord> AllRecords();

    /// <summary>Runs WriteValues before a row is written; the row as it is after that, the same when nobody listens.</summary>
    DialogRecord BeforeWrite(DialogRecord record);

    /// <summary>Runs Saved after a row was written or removed.</summary>
    void Saved(DialogId id);
}
