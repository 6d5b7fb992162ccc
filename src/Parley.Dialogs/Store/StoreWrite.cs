namespace Parley.Dialogs;

/// <summary>One write: the entries that it covers, and what goes to the store for them.</summary>
internal sealed class StoreWrite
{
    private readonly List<DialogRecord> _saves = [];
    private readonly List<DialogRecord> _updates = [];
    private readonly List<DialogId> _deletes = [];
    private readonly List<CallRecord> _records = [];
    private readonly List<CallRecord> _intermediate = [];
    private readonly List<(DialogId Id, ulong Texts)> _hashes = [];

    /// <summary>The entries that are done when it succeeds.</summary>
    public List<PendingRow> Rows { get; init; } = [];

    /// <summary>Of the journal's call records: how many of its entries are done when it succeeds.</summary>
    public long JournalEntries { get; init; }

    /// <summary>These call records.</summary>
    public List<CallRecord> JournalRecords { get; init; } = [];

    /// <summary>What the store does; completed or not.</summary>
    public Task Task { get; set; } = Task.CompletedTask;

    public IReadOnlyList<(DialogId Id, ulong Texts)> Hashes => _hashes;

    public IReadOnlyList<DialogId> Deletes => _deletes;

    public int UpdateCount => _updates.Count;

    public int RecordCount => _records.Count + _intermediate.Count;

    public DialogStoreBatch ToBatch() =>
        new()
        {
            Saves = _saves,
            Updates = _updates,
            Deletes = _deletes,
            CallRecords = _records,
            IntermediateRecords = _intermediate,
        };

    public void Save(DialogRecord row, ulong texts, bool isNumbersOnly)
    {
        (isNumbersOnly ? _updates : _saves).Add(row);
        _hashes.Add((row.Id, texts));
    }

    public void Delete(DialogId id) => _deletes.Add(id);

    public void Add(CallRecord record) => (record.Number == 0 ? _records : _intermediate).Add(record);
}
