namespace Parley.Registrar;

/// <summary>One step of a store: what is written in one transaction. An id is in one of the lists at most once, and in one of them only.</summary>
public sealed class LocationStoreBatch
{
    /// <summary>Rows to insert, or to put in the place of those with the same id.</summary>
    public IReadOnlyList<LocationRecord> Saves { get; init; } = [];

    /// <summary>Ids of rows to remove (<see cref="LocationRecord.ContactId"/>); one that is not there is no error.</summary>
    public IReadOnlyList<long> Deletes { get; init; } = [];

    /// <summary>Nothing in it.</summary>
    public bool IsEmpty => Saves.Count == 0 && Deletes.Count == 0;
}
