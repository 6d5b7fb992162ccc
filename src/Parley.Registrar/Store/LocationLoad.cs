namespace Parley.Registrar;

/// <summary>One load: rows become bindings, and what the store should not have any more is marked to be removed.</summary>
internal sealed class LocationLoad(LocationTable table, LocationRecords records, LocationQueue? queue)
{
    private int _loaded;
    private int _withoutFlow;
    private int _expired;
    private int _passedOver;

    public LocationLoadResult Result => new(_loaded, _withoutFlow, _expired, _passedOver);

    public void Take(LocationRecord record)
    {
        if (!records.TryReadAddress(record, out AddressOfRecord? address))
        {
            _passedOver++;
            return;
        }
        if (records.HasExpired(record))
        {
            _expired++;
            queue?.Mark(address, record.ContactId, LocationChangeKind.Expired);
            return;
        }
        if (!records.TryRead(record, out Binding? binding))
        {
            _passedOver++;
            return;
        }
        switch (table.Restore(address, binding, out long replaced))
        {
            case RestoreOutcome.Bound:
                _loaded++;
                _withoutFlow += binding.IsWithoutFlow ? 1 : 0;
                if (replaced != 0 && replaced != record.ContactId)
                    queue?.Mark(address, replaced, LocationChangeKind.Removed);
                break;
            case RestoreOutcome.Known:
                _passedOver++;
                // Another row of the same contact, or an older state of it: the table decides which.
                queue?.Mark(address, record.ContactId, LocationChangeKind.Refreshed);
                break;
            default:
                _passedOver++; // the row stays: there may be room at the next start
                break;
        }
    }
}
