namespace Parley.Hosting;

/// <summary>Something that happened in a recorded call: a <see cref="CallFileMessage"/> or a <see cref="CallFileStep"/>.</summary>
/// <param name="At">When, UTC; kept to the microsecond.</param>
public abstract record CallFileEntry(DateTimeOffset At);
