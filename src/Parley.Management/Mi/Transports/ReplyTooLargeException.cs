namespace Parley.Management;

/// <summary>A reply is longer than its transport can carry.</summary>
internal sealed class ReplyTooLargeException() : Exception("The reply is longer than its transport can carry.");
