namespace Parley.Management;

/// <summary>An event as it goes to every reader of the stream.</summary>
/// <param name="Id">Its id there.</param>
/// <param name="Kind">Its kind; none of a gap, which goes to all.</param>
/// <param name="Text">The lines of <c>text/event-stream</c>, the empty one at the end included.</param>
internal readonly record struct EventFrame(long Id, EventKinds Kind, byte[] Text);
