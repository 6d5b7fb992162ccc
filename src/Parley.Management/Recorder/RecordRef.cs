namespace Parley.Management;

/// <summary>Where a record lies: the place of its block, the block's number, and the offset within.</summary>
internal readonly record struct RecordRef(int Place, long Number, int Offset);
