namespace Parley.Dialogs;

/// <summary>One step of a store: what is written in one transaction. An id is in one of the lists of dialogs at most once, and in one of them only.</summary>
public sealed class DialogStoreBatch
{
    /// <summary>Whole rows to insert, or to put in the place of what is there.</summary>
    public IReadOnlyList<DialogRecord> Saves { get; init; } = [];

    /// <summary>Rows of which only numbers changed since the last write that succeeded: state, CSeqs, times and flags. A store may write the whole row as well; one that is not there is inserted whole.</summary>
    public IReadOnlyList<DialogRecord> Updates { get; init; } = [];

    /// <summary>All rows to write, whole: <see cref="Saves"/> and <see cref="Updates"/>, for a store that makes no difference.</summary>
    public IEnumerable<DialogRecord> Rows => Saves.Concat(Updates);

    /// <summary>Rows to remove; one that is not there is no error.</summary>
    public IReadOnlyList<DialogId> Deletes { get; init; } = [];

    /// <summary>Records of calls that are over. One whose <see cref="CallRecord.Key"/> is there already is left as it is.</summary>
    public IReadOnlyList<CallRecord> CallRecords { get; init; } = [];

    /// <summary>Intermediate records of calls that go on. One whose key and number are there already is left as it is.</summary>
    public IReadOnlyList<CallRecord> IntermediateRecords { get; init; } = [];

    /// <summary>Nothing in it.</summary>
    public bool IsEmpty =>
        Saves.Count == 0 && Updates.Count == 0 && Deletes.Count == 0 && CallRecords.Count == 0 && IntermediateRecords.Count == 0;
}
