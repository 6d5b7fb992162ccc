namespace Parley.Management;

/// <summary>A place in a queue on the disk.</summary>
/// <param name="Segment">The number of the file.</param>
/// <param name="Offset">The byte in it.</param>
internal readonly record struct QueuePlace(long Segment, long Offset);
