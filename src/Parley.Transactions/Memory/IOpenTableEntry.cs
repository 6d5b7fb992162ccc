namespace Parley.Transactions;

/// <summary>An entry of an <see cref="OpenTable{T}"/>: a struct, of which the default is empty.</summary>
public interface IOpenTableEntry
{
    /// <summary>Nothing stands there.</summary>
    bool IsEmpty { get; }

    /// <summary>Where it is looked for first: bits of its hash, of which the table takes the low ones.</summary>
    int Home { get; }
}
