namespace Parley.Dialogs;

/// <summary>
/// What the store has not got yet, one entry a dialog, in the order of their first changes: those that only memory has, and those that the journal
/// has too. For one thread at a time.
/// </summary>
internal sealed class PendingRows
{
    private readonly Dictionary<DialogId, PendingRow> _newest = [];
    private readonly LinkedList<PendingRow> _fresh = [];
    private readonly LinkedList<PendingRow> _durable = [];
    private bool _isOutOfOrder;

    public int Count => _fresh.Count + _durable.Count;

    public bool HasFresh => _fresh.Count > 0;

    /// <summary>The journal has something that the store has not got, as it is now or as it was.</summary>
    public bool NeedsJournal => _durable.Count > 0 || _fresh.Any(static row => row.ReplacesDurable);

    public IEnumerable<PendingRow> Fresh => _fresh;

    /// <summary>The dialogs that wait.</summary>
    public DialogId[] Ids => [.. _newest.Keys];

    /// <summary>Changes before this sequence are durable, one way or the other; null: all that were taken are.</summary>
    public long? FirstFresh =>
        _fresh.First is not { } first ? null
        : _isOutOfOrder ? _fresh.Min(static row => row.First)
        : first.Value.First;

    public PendingRow? Oldest =>
        (_durable.First?.Value, _fresh.First?.Value) switch
        {
            ({ } durable, { } fresh) => durable.Since <= fresh.Since ? durable : fresh,
            ({ } durable, null) => durable,
            (null, var fresh) => fresh,
        };

    /// <summary>A change of a dialog.</summary>
    /// <param name="change">The change.</param>
    /// <param name="first">The sequence of the first that it stands for.</param>
    /// <param name="now">The time.</param>
    public void Take(DialogChange change, long first, long now)
    {
        PendingRow row = Touch(change.Id, first, now);
        bool wasDeleted = row.IsDeleted;
        row.IsDeleted = change.Kind == DialogChangeKind.Deleted || (wasDeleted && change.Kind == DialogChangeKind.Updated);
        foreach (CallRecord further in change.FurtherCallRecords)
            Take(further, first, now);
        if (change.CallRecord is not { } record)
            return;
        if (record.Number > 0)
        {
            Take(record, first, now); // an intermediate one is not the row's
            return;
        }

        if (row.Record is { } former)
            Take(former, row.First, row.Since); // it failed, a late 2xx brought it back, and it ended again
        row.Record = record;
    }

    /// <summary>A dialog is to be written, changed or not.</summary>
    public PendingRow Touch(DialogId id, long first, long now)
    {
        if (_newest.TryGetValue(id, out PendingRow? row) && !row.IsInFlight)
        {
            if (!row.IsDurable)
                return row;
            // The journal has it as it was; as it is now only memory has it.
            _durable.Remove(row.Node!);
            var again = new PendingRow(id, first, row.Since)
            {
                IsDeleted = row.IsDeleted,
                Record = row.Record,
                ReplacesDurable = true,
            };
            return Append(again);
        }

        return Append(new PendingRow(id, first, now) { IsDeleted = row?.IsDeleted ?? false });
    }

    /// <summary>The journal has an older version of this dialog's row, which the store refused.</summary>
    public void MarkJournaled(DialogId id)
    {
        if (_newest.TryGetValue(id, out PendingRow? row) && !row.IsDurable)
            row.ReplacesDurable = true;
    }

    /// <summary>It waits.</summary>
    public bool Contains(DialogId id) => _newest.ContainsKey(id);

    /// <summary>Its removal waits.</summary>
    public bool IsRemoved(DialogId id) => _newest.TryGetValue(id, out PendingRow? row) && row.IsDeleted;

    /// <summary>A call record without a row. It goes before all others: a row that is removed never goes before a record of its call.</summary>
    /// <param name="record">The record.</param>
    /// <param name="first">The sequence of the first change that it stands for.</param>
    /// <param name="now">The time.</param>
    /// <param name="isJournaled">The journal has it, and is to keep it until the store does.</param>
    public void Take(CallRecord record, long first, long now, bool isJournaled = false)
    {
        var row = new PendingRow(record.DialogId, first, now)
        {
            IsRecordOnly = true,
            Record = record,
            ReplacesDurable = isJournaled,
        };
        row.Node = _fresh.AddFirst(row);
        _isOutOfOrder = true;
    }

    /// <summary>A call record goes with the row of a dialog that waits.</summary>
    public void Join(DialogId id, CallRecord record, long first, long now)
    {
        PendingRow row = Touch(id, first, now);
        if (row.Record is null)
            row.Record = record;
        else
            Take(record, first, now);
    }

    /// <summary>The next for the store, oldest first; while no write is in flight, so that each dialog has one entry.</summary>
    /// <param name="most">How many.</param>
    /// <param name="durableOnly">Only those that the journal has, as they are now or as they were: for its end.</param>
    public List<PendingRow> Next(int most, bool durableOnly)
    {
        var next = new List<PendingRow>(Math.Min(most, Count));
        for (LinkedListNode<PendingRow>? node = _durable.First; node is not null && next.Count < most; node = node.Next)
            next.Add(node.Value);
        for (LinkedListNode<PendingRow>? node = _fresh.First; node is not null && next.Count < most; node = node.Next)
        {
            if (!durableOnly || node.Value.ReplacesDurable)
                next.Add(node.Value);
        }

        return next;
    }

    /// <summary>The store has it.</summary>
    public void Written(PendingRow row)
    {
        row.IsInFlight = false;
        Remove(row);
    }

    /// <summary>The store has not taken it: what came meanwhile joins it.</summary>
    public void Refused(PendingRow row)
    {
        row.IsInFlight = false;
        if (row.IsRecordOnly || !_newest.TryGetValue(row.Id, out PendingRow? newer) || newer == row)
            return;
        if (newer.Record is null)
            newer.Record = row.Record;
        else if (row.Record is { } former)
            Take(former, row.First, row.Since);
        if (row.IsDurable)
        {
            newer.ReplacesDurable |= !newer.IsDurable;
            _durable.Remove(row.Node!);
            return;
        }

        // The older place counts, so that nothing is acknowledged that is not durable.
        row.IsDeleted = newer.IsDeleted;
        row.Record = newer.Record;
        (newer.IsDurable ? _durable : _fresh).Remove(newer.Node!);
        _newest[row.Id] = row;
    }

    /// <summary>All that only memory had is in the journal too.</summary>
    /// <param name="journaled">The entries that were appended.</param>
    public void MadeDurable(IReadOnlyList<PendingRow> journaled)
    {
        foreach (PendingRow row in journaled)
        {
            _fresh.Remove(row.Node!);
            row.IsDurable = true;
            row.ReplacesDurable = false; // the journal's last entry of it is this one
            row.Record = null; // its record is read from the journal, so that an outage does not fill the memory
            if (row.IsRecordOnly)
                continue;
            row.Node = _durable.AddLast(row);
        }
    }

    /// <summary>To the end of its kind: the next is tried before it.</summary>
    public void MoveBack(PendingRow row)
    {
        LinkedList<PendingRow> list = row.IsDurable ? _durable : _fresh;
        list.Remove(row.Node!);
        list.AddLast(row.Node!);
        _isOutOfOrder = true;
    }

    public void Remove(PendingRow row)
    {
        if (row.Node?.List is { } list)
            list.Remove(row.Node);
        if (!row.IsRecordOnly && _newest.TryGetValue(row.Id, out PendingRow? newest) && newest == row)
            _newest.Remove(row.Id);
        if (_fresh.Count == 0)
            _isOutOfOrder = false;
    }

    private PendingRow Append(PendingRow row)
    {
        row.Node = _fresh.AddLast(row);
        return _newest[row.Id] = row;
    }
}
